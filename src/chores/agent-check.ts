import type { DefinedAgent } from '#core/agent-definitions';
import type { Preset } from '#core/preset';
import type { Scripts } from '#world/model-server/script';
import type { ProvingGround, Seat } from '#world/proving/ground';
import { again } from './agent-check/again.ts';
import { quit, term } from './agent-check/ending.ts';
import { open } from './agent-check/opening.ts';
import { type AgentReport, failed, type Look, ok, reportOf, weaker } from './agent-check/report.ts';
import { scripts } from './agent-check/story.ts';
import { turn } from './agent-check/turn.ts';
import { exitText, lastWords, stops, type Trial, until } from './agent-check/watch.ts';

/** What the check of an agent needs. */
export type AgentCheck = {
  readonly agent: DefinedAgent;
  /** Path of its program. */
  readonly program: string;
  /** How long each look may take, ms. */
  readonly waitMs: number;
  /** Makes the place for the trial; `close` ends all that came of it. */
  open(scripts: Scripts): Promise<ProvingGround & { close(): Promise<void> }>;
};

/**
 * Tries the program that is installed as gt would use it, against a model that follows a script: what the preset says of it must come, or something weaker
 * that the town can do with. Nothing of the person's is read or written.
 */
export async function agentCheck({ agent, program, waitMs, open: place }: AgentCheck): Promise<AgentReport> {
  const { name, preset } = agent;
  let seen: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    seen = resolve;
  });
  const ground = await place(scripts(held));
  try {
    const trial = { ground, waitMs };
    const looks = preset.loopback ? await whole(trial, seen) : await bare(trial);
    return reportOf({ agent: name, program, preset }, looks, ground.beyond());
  } finally {
    seen();
    await ground.close();
  }
}

/** Whether there is anything to look at: not for what runs without a model and without a screen. */
export const isTryable = ({ command, args }: Preset): boolean => ![command, ...args].some((word) => word.includes('{runner}'));

async function whole(trial: Trial, seen: () => void): Promise<Look[]> {
  const opened = await open(trial);
  const { seat, isReady } = opened;
  if (!opened.isUp) return [...opened.looks];
  const looks = [...opened.looks, ...(await turn(trial, seat, isReady, seen))];
  if (looks.some(({ result }) => result === 'failed')) return looks;
  looks.push(await quit(trial, seat));
  const resumed = await again(trial, 'resume', seat);
  const after = resumed.seat ?? (await trial.ground.begin({ mode: 'fresh' }));
  looks.push(resumed.look, ...(after ? [await term(trial, after)] : []));
  const forked = await again(trial, 'fork', seat);
  if (forked.seat) await trial.ground.end(forked.seat, 0);
  return [...looks, forked.look];
}

/** Of a program whose model cannot be played: its start, its prompt and its end. */
async function bare(trial: Trial): Promise<Look[]> {
  const { ground } = trial;
  const seat = await ground.begin({ mode: 'fresh' });
  if (!seat) return [failed('start', 'the preset has no words to begin')];
  const stop = stops(trial);
  const found = await until(trial, async () => {
    const sight = await ground.look(seat);
    if (!sight.exit && sight.ready && sight.state === 'idle' && ground.preset.screen.ready.length > 0) return 'ready' as const;
    return stop(sight);
  });
  const sight = await ground.look(seat);
  if (sight.exit) return [failed('start', `the program ended (${exitText(sight.exit)})`, { key: 'args' })];
  const start = ok('start', 'it runs', found?.ms);
  return [start, await bareReady(trial, seat, found), ...(await ends(trial, seat))];
}

async function bareReady(
  trial: Trial,
  seat: Seat,
  found: Awaited<ReturnType<typeof until<'ready' | { why: string }>>>,
): Promise<Look> {
  if (found?.found === 'ready') return ok('ready', 'the signs of `screen.ready` show', found.ms);
  const why = found && typeof found.found === 'object' ? found.found.why : undefined;
  return weaker('ready', why ?? `no sign that gt knows${await lastWords(trial, seat)}`, { ms: found?.ms, key: 'screen.ready' });
}

async function ends(trial: Trial, seat: Seat): Promise<Look[]> {
  const { words, keys } = trial.ground.preset.quit;
  if (words === undefined && keys === undefined) return [await term(trial, seat)];
  const exit = await quit(trial, seat);
  const other = await trial.ground.begin({ mode: 'fresh' });
  return [exit, ...(other ? [await term(trial, other)] : [])];
}
