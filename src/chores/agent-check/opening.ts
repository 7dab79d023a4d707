import type { Seat } from '#world/proving/ground';
import { failed, type Look, ok, weaker } from './report.ts';
import { FIRST } from './story.ts';
import { callsOf, exitText, lastWords, stops, type Trial, timesAsked, until } from './watch.ts';

/** A program that was started, and whether it is known to be ready by its own sign. */
export type Opened = { readonly looks: readonly Look[]; readonly seat: Seat; readonly isReady: boolean; readonly isUp: boolean };

const MARK = 'GTSCRIPT:first';

/** Starts the program with a first prompt: whether it begins without a question, shows that it is ready, and hands over the whole prompt. */
export async function open(trial: Trial): Promise<Opened> {
  const { ground } = trial;
  const seat = await ground.begin({ mode: 'fresh', prompt: FIRST });
  if (!seat) throw new Error('a preset can always begin');
  const start = await started(trial, seat);
  if (start.result === 'failed') return { looks: [start], seat, isReady: false, isUp: false };
  // What did not come in all that time is looked at once more, not waited for again.
  const rest = start.ms === null ? { ...trial, waitMs: 0 } : trial;
  const isGiven = seat.typed === undefined && ground.preset.prompt.how !== 'none';
  const given = isGiven ? await until(rest, () => (timesAsked(ground.asked(), MARK) > 0 ? true : undefined)) : undefined;
  const ready = await becomesReady(rest, seat, trial.waitMs);
  const isReady = ready.result === 'ok';
  const prompt = isGiven && given ? handedOver(trial, given.ms) : await typedIn(trial, seat, isReady, isGiven);
  return { looks: [start, ready, prompt], seat, isReady, isUp: ready.result !== 'failed' && prompt.result !== 'failed' };
}

/** Up to the first sign that it lives: the model is asked, a prompt shows, or a hook calls. */
async function started(trial: Trial, seat: Seat): Promise<Look> {
  const { ground, waitMs } = trial;
  const stop = stops(trial);
  const found = await until(
    trial,
    async () => {
      const sight = await ground.look(seat);
      const stopped = stop(sight);
      if (stopped || sight.exit) return stopped ?? { why: 'it ended' };
      if (timesAsked(ground.asked(), MARK) > 0) return { sign: 'it asked its model' };
      if (sight.ready && sight.state === 'idle') return { sign: 'its prompt is ready' };
      return undefined;
    },
    Math.max(waitMs, ground.preset.startup_ms ?? 0),
  );
  if (found && 'sign' in found.found) return ok('start', `no dialog; ${found.found.sign}`, found.ms);
  if (found) {
    const { why, dialog } = found.found as { why: string; dialog?: string };
    return failed('start', why, { ms: found.ms, key: dialog === undefined ? 'args' : 'files' });
  }
  const sight = await ground.look(seat);
  if (sight.exit) return failed('start', `the program ended (${exitText(sight.exit)})`);
  const heard = callsOf(trial, seat, /./).length > 0;
  if (sight.draft !== undefined || heard) return ok('start', heard ? 'no dialog; a hook called gt' : 'no dialog; a prompt shows');
  return failed('start', `nothing that gt knows in ${seconds(trial.waitMs)}${await lastWords(trial, seat)}`, { key: 'screen' });
}

/** By its own sign, or at least a prompt that takes text. */
async function becomesReady(trial: Trial, seat: Seat, waitedMs: number): Promise<Look> {
  const { ground } = trial;
  const stop = stops(trial);
  const found = await until(trial, async () => {
    const sight = await ground.look(seat);
    const stopped = stop(sight);
    if (stopped || sight.exit) return stopped ?? { why: 'it ended' };
    return sight.ready && sight.state === 'idle' ? { sign: 'the signs of `screen.ready` show' } : undefined;
  });
  if (found && 'sign' in found.found) return ok('ready', found.found.sign, found.ms);
  if (found) return failed('ready', (found.found as { why: string }).why, { ms: found.ms });
  const sight = await ground.look(seat);
  if (sight.exit) return failed('ready', `the program ended (${exitText(sight.exit)})`);
  const after = `in ${seconds(waitedMs)}`;
  if (sight.state === 'busy') return weaker('ready', `it looks busy all the time ${after}: ${sight.why}`, { key: 'screen.busy' });
  if (sight.draft !== undefined) {
    const what = `a prompt shows, but not all signs of \`screen.ready\` ${after}: gt nudges it without waiting for them`;
    return weaker('ready', what, { key: 'screen.ready' });
  }
  return weaker('ready', `no prompt shows ${after}${await lastWords(trial, seat)}`, { key: 'screen.ready' });
}

const WHOLE = 'the model has all of it, once';

function handedOver({ ground }: Trial, ms: number): Look {
  const times = timesAsked(ground.asked(), FIRST);
  if (times === 1) return ok('prompt', WHOLE, ms);
  const what = times === 0 ? 'it came changed' : `it came ${times} times`;
  return weaker('prompt', what, { ms, key: 'prompt' });
}

/** Where the program takes no prompt with its words, or did not. */
async function typedIn(trial: Trial, seat: Seat, isReady: boolean, wasGiven: boolean): Promise<Look> {
  const { ground } = trial;
  const from = ground.now();
  const told = await ground.nudge(seat, FIRST, isReady ? 'wait-idle' : 'immediate', trial.waitMs);
  const limit = told.outcome === 'taken' || told.outcome === 'unknown' ? trial.waitMs : 0;
  const asked = await until(trial, () => (timesAsked(ground.asked(), FIRST) > 0 ? true : undefined), limit);
  const ms = ground.now() - from;
  if (!asked) {
    const what = `the model was never asked it, by its words or typed (${told.outcome}: ${told.why ?? ''})`;
    return failed('prompt', `${what}${await lastWords(trial, seat)}`, { key: 'prompt' });
  }
  if (!wasGiven) return ok('prompt', `typed; ${WHOLE}`, ms);
  return weaker('prompt', 'its words brought no prompt to the model; typed, it came', { ms, key: 'prompt' });
}

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;
