import type { Seat } from '#world/proving/ground';
import type { NudgeResult } from '#world/pty/nudge/asked';
import { failed, type Look, ok, weaker } from './report.ts';
import { NUDGE, TOOL_WORDS } from './story.ts';
import { callsOf, lastWords, stops, type Trial, timesAsked, until } from './watch.ts';

/** How long a busy sign, and a hook that ought to have called, are waited for while the model's answer is held back, ms. */
const HELD_MS = 15_000;
const SILENT_MS = 2_000;
const PROMPT_CALL = /^(mail check|prime)\b/;
const STOP_CALL = /^signal stop\b/;

type Heard = { readonly prompt: number | undefined; readonly stop: number | undefined };

/** One turn that a nudge begins. @param seen lets the model answer, which is held back as long as is looked at what the program does meanwhile */
export async function turn(trial: Trial, seat: Seat, isReady: boolean, seen: () => void): Promise<Look[]> {
  const { ground } = trial;
  const before = callsOf(trial, seat, PROMPT_CALL).length;
  const stopsBefore = callsOf(trial, seat, STOP_CALL).length;
  const from = ground.now();
  const sent = ground.nudge(seat, NUDGE, isReady ? 'wait-idle' : 'immediate', trial.waitMs);
  sent.catch(() => undefined); // its fault comes when it is waited for
  const given = sent.then(
    ({ outcome }) => outcome === 'taken' || outcome === 'unknown',
    () => false,
  );
  const asked = await wait(trial, NUDGE, given);
  const held = { ...trial, waitMs: Math.min(trial.waitMs, HELD_MS) };
  const busy = asked ? await busyLook(held, seat) : failed('busy', 'no turn began');
  const prompted = ground.preset.hooks
    ? await until(held, () => callsOf(trial, seat, PROMPT_CALL)[before], asked ? held.waitMs : 0)
    : undefined;
  seen();
  const nudge = await nudgeLook(trial, seat, await sent, { asked: asked?.ms, heard: prompted !== undefined });
  if (!asked) return [nudge];
  const tool = await toolLook(trial, seat);
  // Of a program none of whose hooks has called by now the last one is not waited for long.
  const patience = callsOf(trial, seat, /^(?!check)/).length > 0 ? held.waitMs : Math.min(held.waitMs, SILENT_MS);
  const stopped = ground.preset.hooks
    ? await until(held, () => callsOf(trial, seat, STOP_CALL)[stopsBefore], patience)
    : undefined;
  const heard: Heard = {
    prompt: prompted && prompted.found.at - from,
    stop: stopped && stopped.found.at - from,
  };
  return [nudge, hooksLook(trial, seat, heard), busy, tool];
}

/** Waits until the model is asked with a text, for as long as it may have been sent. @param sent whether it was, once that is known */
async function wait({ ground, waitMs }: Trial, text: string, sent: Promise<boolean>) {
  let isSent: boolean | undefined;
  void sent.then((was) => {
    isSent = was;
  });
  const asked = () => timesAsked(ground.asked(), text) > 0;
  const found = await until({ ground, waitMs }, () => (asked() ? 'asked' : isSent === false ? 'not sent' : undefined));
  return found?.found === 'asked' ? found : undefined;
}

async function busyLook(trial: Trial, seat: Seat): Promise<Look> {
  const found = await until(trial, async () => {
    const sight = await trial.ground.look(seat);
    return !sight.exit && sight.state === 'busy' ? sight.why : undefined;
  });
  if (found) return ok('busy', found.found, found.ms);
  return weaker('busy', 'no sign of `screen.busy` while its model was slow: gt takes it for idle then', { key: 'screen.busy' });
}

type Came = { readonly asked: number | undefined; readonly heard: boolean };

async function nudgeLook(trial: Trial, seat: Seat, { outcome, why = '' }: NudgeResult, came: Came): Promise<Look> {
  const times = timesAsked(trial.ground.asked(), NUDGE);
  const ms = came.asked;
  if (times === 0) {
    const what = `the model never had it (${outcome}: ${why})`;
    return failed('nudge', `${what}${await lastWords(trial, seat)}`, { key: 'submit' });
  }
  if (times > 1) return failed('nudge', `the model had it ${times} times`, { ms, key: 'submit' });
  const hook = came.heard ? ', and by its hook' : '';
  if (outcome === 'taken') return ok('nudge', `the model has it, once; known by the screen (${why})${hook}`, ms);
  const instead = came.heard ? 'by its prompt hook alone' : 'by nothing';
  return weaker('nudge', `the model has it, once, but its screen did not tell (${outcome}: ${why}); known ${instead}`, {
    ms,
    key: 'screen.draft',
  });
}

function hooksLook(trial: Trial, seat: Seat, { prompt, stop }: Heard): Look {
  const { ground } = trial;
  if (!ground.preset.hooks) return weaker('hooks', 'the preset has none: gt knows it by its screen only');
  const at = (ms: number) => `${Math.round(ms)} ms`;
  if (prompt !== undefined && stop !== undefined)
    return ok('hooks', `with the token of its session: prompt hook after ${at(prompt)}, stop hook after ${at(stop)}`, stop);
  if (stop !== undefined)
    return weaker(
      'hooks',
      `stop hook after ${at(stop)}, but no prompt hook: that a nudge was taken is known by the screen only`,
      {
        ms: stop,
        key: 'hooks.events.prompt',
      },
    );
  const others = ground.calls().some(({ token, words }) => token !== seat.token && !words.startsWith('check'));
  const stray = others ? '; gt was called without the token of its session' : '';
  const some = prompt === undefined ? 'no hook' : `prompt hook after ${at(prompt)}, but no stop hook`;
  const key = prompt === undefined ? 'hooks' : 'hooks.events.stop';
  return weaker('hooks', `${some} called gt${stray}: gt knows it by its screen only`, { key });
}

async function toolLook(trial: Trial, seat: Seat): Promise<Look> {
  const { ground } = trial;
  const stop = stops(trial);
  const called = () => ground.calls().find(({ words }) => words === TOOL_WORDS);
  const found = await until(trial, async () => called() ?? stop(await ground.look(seat)));
  if (!found) return failed('tool', `its shell did not reach $GT_BIN${await lastWords(trial, seat)}`, { key: 'env' });
  const { found: one, ms } = found;
  if ('why' in one) return failed('tool', one.why, { ms, key: one.dialog === undefined ? 'args' : 'autonomous' });
  if (one.token !== seat.token) return failed('tool', 'its shell lost GT_SESSION: gt would not hear it', { ms, key: 'env' });
  if (one.cwd !== ground.worktree) return failed('tool', `its shell ran in ${one.cwd}, not in its worktree`, { ms, key: 'args' });
  return ok('tool', 'its shell ran in its worktree, with our environment', ms);
}
