import type { Change } from '#core/change';
import type { StepExec } from '#core/formula/proto';
import { parseTimeout } from '#core/formula/timeout';
import { COMMAND_MS } from '#core/limits';
import type { Molecule, Step } from '#core/records';
import type { Failure } from './failure.ts';
import { stepEvent } from './life.ts';

/**
 * The life of a command step. Each attempt has a number, is noted in the books before it starts, and leaves on disk that it was begun and how it ended.
 *
 *   noted ──never begun──▸ run        noted ──its end is known──▸ taken
 *   noted ──begun, and nobody saw its end──▸ `done_if` is asked: 0 closes the step
 *                                            else `repeatable`: the next attempt
 *                                            else failed: nobody knows whether it ran to its end
 */
export type CommandMove =
  | { readonly do: 'note'; readonly n: number }
  | { readonly do: 'run'; readonly n: number }
  | { readonly do: 'take'; readonly n: number }
  | { readonly do: 'ask'; readonly n: number }
  | { readonly do: 'give-up' };

/** What is known of the noted attempt: nothing (then it was never begun), that it was begun, or how it ended. */
export type Known = 'never-begun' | 'begun' | 'ended';

/** What to do next. @param refused `done_if` has said that it is not done */
export function nextForCommand(
  { attempts, command }: Step,
  exec: StepExec | undefined,
  known: Known,
  refused = false,
): CommandMove {
  if (!command) return { do: 'note', n: attempts + 1 };
  const { n } = command;
  if (known === 'ended') return { do: 'take', n };
  if (known === 'never-begun') return { do: 'run', n };
  if (exec?.done_if !== undefined && !refused) return { do: 'ask', n };
  return exec?.repeatable ? { do: 'note', n: n + 1 } : { do: 'give-up' };
}

/** Nobody saw the end of an attempt, and it may not be repeated. */
export const LOST: Failure = { class: 'unknown', reason: 'its worker died, and nobody knows whether the command ran to its end' };

/** Attempt `n` begins. */
export function noteCommand(step: Step, n: number, now: number): Change<Step> {
  const { notBefore: _, ...rest } = step;
  const doc: Step = { ...rest, status: 'in_progress', attempts: n, command: { n, startedAt: now } };
  return { put: [{ noun: 'step', doc }], events: [stepEvent(doc, 'step.started', { attempt: n })], answer: doc };
}

/** Names of an attempt: the command, the check after it, the question whether it was done, the judgement of an iteration. */
export const attemptId = (step: string, n: number, what: 'run' | 'check' | 'done_if' | 'judge'): string =>
  `${step}.${{ run: 'c', check: 'k', done_if: 'd', judge: 'j' }[what]}${n}`;

/** How long a command of the step may take, ms. */
export const commandMs = (exec: StepExec | undefined): number =>
  (exec?.timeout ? parseTimeout(exec.timeout) : undefined) ?? COMMAND_MS;

type Ended = { readonly state: string; readonly code?: number; readonly why?: string; readonly tail: string };

/**
 * The failure that an end of a command is. Whoever writes `retry` at a command means its exit codes: they count as what may pass by itself. What cannot be
 * run at all (126, 127) does not.
 */
export function commandFailure(what: string, { state, code, why, tail }: Ended): Failure {
  const last = tail.trimEnd().split('\n').at(-1)?.trim() ?? '';
  const end = state === 'failed' ? `ended with ${code ?? 'a signal'}` : (why ?? state);
  const isHard = code === 126 || code === 127;
  return { class: isHard ? 'hard' : 'transient', reason: `${what}: ${end}${last === '' ? '' : ` (${last.slice(0, 200)})`}` };
}

/** What a command has given out: its standard output, when that is one JSON value. */
export function outputOf(stdout: string | undefined): unknown {
  const text = stdout?.trim() ?? '';
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Who a command is, in its environment. */
export function commandVariables(
  step: Step,
  mol: Molecule,
  { work, root, attempt }: { work?: string | undefined; root: string; attempt: number },
) {
  return {
    GT_ROOT: root,
    GT_TOWN_ROOT: root,
    GT_RIG: step.rig,
    GT_MOLECULE: mol.id,
    GT_STEP: step.id,
    GT_STEP_KEY: step.key,
    GT_ATTEMPT: String(attempt),
    ...(work ? { GT_WORK: work, GT_WORK_ITEM: work } : {}),
  };
}
