import { type Look, paced } from './gate.ts';
import type { Gate } from './records.ts';

/** What GitHub's command line answered, as an end of a program. */
type Answer = { readonly code: number | null; readonly out: string; readonly err: string; readonly cut?: string };

/** Exit code of `gh` when nobody is logged in. */
const NOT_LOGGED_IN = 4;

const NUMBER = /^\d+$/;

/**
 * What is asked of `gh` about a gate. A run without a number is looked up by the name of its workflow first: the newest one is meant, as of the first look.
 * Undefined when the id could be taken for an option.
 */
export function ghWords(gate: Pick<Gate, 'type' | 'awaitId'>): readonly string[] | undefined {
  const { type, awaitId } = gate;
  if (awaitId.startsWith('-')) return undefined;
  if (type === 'gh:pr') return ['pr', 'view', awaitId.replace(/^#/, ''), '--json', 'state,title,url'];
  if (NUMBER.test(awaitId)) return ['run', 'view', awaitId, '--json', 'status,conclusion,url'];
  return ['run', 'list', '--workflow', awaitId, '--limit', '1', '--json', 'databaseId,status,conclusion,url'];
}

/** What the answer of `gh` means for the gate. */
export function readGh(gate: Gate, { code, out, err, cut }: Answer, now: number): Look {
  const lookAt = paced(gate, 'far', now);
  const trouble = (cause: string, seen: string, soon = true): Look => ({ is: 'trouble', cause, seen, soon, lookAt });
  if (cut === 'absent')
    return trouble(
      'gh-absent',
      "GitHub's command line `gh` is not on the worker's PATH: install it, or say it yourself: gt gate approve",
    );
  if (cut !== undefined) return trouble('gh-failed', `\`gh\` did not answer (${cut})`, false);
  if (code === NOT_LOGGED_IN) return trouble('gh-login', `\`gh\` is not logged in: gh auth login (${line(err)})`);
  if (code !== 0) {
    const none = /could not find|not found|could not resolve|no pull requests? found|404/i.test(err);
    return trouble(none ? 'gh-none' : 'gh-failed', none ? `there is none: ${line(err)}` : `\`gh\` failed: ${line(err)}`, none);
  }
  const answer = parsed(out);
  if (answer === undefined) return trouble('gh-failed', `\`gh\` said what nobody understands: ${line(out)}`, false);
  return gate.type === 'gh:pr' ? readPull(gate, answer, lookAt) : readRun(gate, answer, lookAt);
}

function readPull({ awaitId }: Gate, answer: unknown, lookAt: number): Look {
  const { state, title, url } = answer as { state?: string; title?: string; url?: string };
  const seen = `pull request ${awaitId} is ${String(state).toLowerCase()}${title ? `: ${title}` : ''}${url ? ` (${url})` : ''}`;
  if (state === 'MERGED') return { is: 'met', seen };
  if (state === 'CLOSED') return { is: 'trouble', seen, cause: 'pr-closed', soon: true, lookAt };
  return { is: 'not-yet', seen, lookAt };
}

type Run = { readonly databaseId?: number; readonly status?: string; readonly conclusion?: string | null; readonly url?: string };

function readRun(gate: Gate, answer: unknown, lookAt: number): Look {
  const [run] = (Array.isArray(answer) ? answer : [answer]) as Array<Run | undefined>;
  if (!run) return { is: 'trouble', seen: `the workflow ${gate.awaitId} has no run yet`, cause: 'gh-none', soon: true, lookAt };
  const named = !NUMBER.test(gate.awaitId) && typeof run.databaseId === 'number';
  const found = named ? { found: { awaitId: String(run.databaseId), found: gate.awaitId } } : {};
  const id = named ? run.databaseId : gate.awaitId;
  const { status, conclusion } = run;
  const seen = `run ${id} is ${status === 'completed' ? (conclusion ?? 'completed') : status}${run.url ? ` (${run.url})` : ''}`;
  if (status !== 'completed') return { is: 'not-yet', seen, lookAt, ...found };
  if (conclusion === 'success' || conclusion === 'skipped') return { is: 'met', seen, ...found };
  return { is: 'trouble', seen, cause: 'run-ended', soon: true, lookAt, ...found };
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

const line = (text: string): string => (text.trim().split('\n')[0] ?? '').slice(0, 200);
