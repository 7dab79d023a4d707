import type { Preset } from '#core/preset';

/** What is looked at, in the order in which it is told. */
export const LOOKS = ['start', 'ready', 'prompt', 'nudge', 'hooks', 'busy', 'tool', 'exit', 'term', 'resume', 'fork'] as const;
export type LookId = (typeof LOOKS)[number];

/**
 * How one look ended. - `ok`: as the preset says. - `weaker`: what the preset says did not come, but the town can do with what came. - `failed`: the town
 * cannot use this agent so. - `untried`: the preset has nothing of it, or what comes before failed.
 */
type Result = 'ok' | 'weaker' | 'failed' | 'untried';

/** One look: the evidence in words, how long it took (ms), and the key of the preset that is wrong, or that could be. */
export type Look = {
  readonly id: LookId;
  readonly result: Result;
  readonly seen: string;
  readonly ms: number | null;
  readonly key: string | null;
};

/** By which signs gt will know what this agent does: what its hooks tell, or what its screen shows alone. */
type Uses = 'hooks' | 'screen';

export type AgentReport = {
  readonly agent: string;
  readonly program: string;
  readonly usable: boolean;
  /** Null when it cannot be used, or when that could not be tried. */
  readonly uses: Uses | null;
  readonly looks: readonly Look[];
  /** What the program asked for that a model does not answer, or that lies beyond this machine. */
  readonly beyond: readonly string[];
  /** What could not be tried, and why. */
  readonly untried: string | null;
};

type Said = { readonly ms?: number | undefined; readonly key?: string };

const look = (id: LookId, result: Result, seen: string, { ms, key }: Said): Look => ({
  id,
  result,
  seen,
  ms: ms === undefined ? null : Math.round(ms),
  key: key ?? null,
});

export const ok = (id: LookId, seen: string, ms?: number): Look => look(id, 'ok', seen, { ms });
export const weaker = (id: LookId, seen: string, said: Said = {}): Look => look(id, 'weaker', seen, said);
export const failed = (id: LookId, seen: string, said: Said = {}): Look => look(id, 'failed', seen, said);
export const untried = (id: LookId, seen: string): Look => look(id, 'untried', seen, {});

/** All looks in their order; those that were not made are untried, since an earlier one failed. */
function whole(made: readonly Look[]): Look[] {
  const bad = made.find(({ result }) => result === 'failed');
  const why = bad ? `after \`${bad.id}\` failed` : 'not looked at';
  return LOOKS.map((id) => made.find((one) => one.id === id) ?? untried(id, why));
}

/** What the looks come to. */
export function reportOf(
  { agent, program, preset }: { readonly agent: string; readonly program: string; readonly preset: Preset },
  made: readonly Look[],
  beyond: readonly string[],
): AgentReport {
  const looks = whole(made);
  const usable = looks.every(({ result }) => result !== 'failed');
  const hooks = looks.find(({ id }) => id === 'hooks');
  // The end of a turn is what nudges and health are told by.
  const uses = hooks?.result === 'ok' || hooks?.key === 'hooks.events.prompt' ? 'hooks' : 'screen';
  const isBare = preset.loopback === undefined;
  return {
    agent,
    program,
    usable,
    uses: usable && !isBare ? uses : null,
    looks,
    beyond,
    untried: isBare
      ? 'its preset has no `loopback`, so that no model could answer it: only its start, its prompt and its end were looked at'
      : null,
  };
}

/** What to do about a preset that is wrong, in a sentence; undefined when none is. */
export function mendOf({ agent, looks }: AgentReport): string | undefined {
  const keys = [...new Set(looks.flatMap(({ key, result }) => (key !== null && result !== 'ok' ? [key] : [])))];
  if (keys.length === 0) return undefined;
  const named = keys.map((key) => `\`${key}\``).join(', ');
  return `Where the preset is wrong (${named}), settings/presets/${agent}.json of the town can say it otherwise.`;
}
