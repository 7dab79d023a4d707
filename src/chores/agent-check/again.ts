import { hookInput } from '#core/hook-words';
import type { Seat } from '#world/proving/ground';
import { type Look, type LookId, ok, untried, weaker } from './report.ts';
import { AGAIN, FIRST, FORKED, NUDGE } from './story.ts';
import { lastWords, stops, type Trial, timesAsked, until } from './watch.ts';

/** A conversation that goes on, or what came of the try. */
export type Again = { readonly look: Look; readonly seat?: Seat };

/** The id of a conversation: ours, or what the program told by a hook or its files. */
function conversationIn({ ground }: Trial, seat: Seat): { readonly id: string; readonly by: string } | undefined {
  if (seat.conversation !== undefined) return { id: seat.conversation, by: 'its id is ours' };
  const told = ground
    .calls()
    .filter(({ token }) => token === seat.token)
    .map(({ input }) => hookInput(input).conversation)
    .findLast((id) => id !== undefined);
  if (told !== undefined) return { id: told, by: 'a hook told its id' };
  const found = ground.conversationOf();
  return found === undefined ? undefined : { id: found, by: 'its files tell its id' };
}

/** Whether a conversation goes on in another process, with all that was said in it. */
export async function again(trial: Trial, mode: 'resume' | 'fork', first: Seat): Promise<Again> {
  const { ground } = trial;
  const words = ground.preset.session[mode];
  if (words === undefined) return { look: untried(mode, `the preset has no words to ${mode}`) };
  const known = conversationIn(trial, first);
  if (!known) {
    const what = `nothing told the id of its conversation: gt begins a new one instead`;
    return { look: weaker(mode, what, { key: 'session.told_by' }) };
  }
  const text = mode === 'resume' ? AGAIN : FORKED;
  const from = ground.now();
  const seat = await ground.begin({ mode, id: known.id, prompt: text });
  if (!seat) return { look: untried(mode, `the preset has no words to ${mode}`) };
  if (seat.typed !== undefined) await ground.nudge(seat, seat.typed, 'wait-idle', trial.waitMs);
  return { look: await goesOn(trial, mode, seat, { text, by: known.by, from }), seat };
}

async function goesOn(
  trial: Trial,
  mode: LookId & ('resume' | 'fork'),
  seat: Seat,
  { text, by, from }: { readonly text: string; readonly by: string; readonly from: number },
): Promise<Look> {
  const { ground } = trial;
  const stop = stops(trial);
  const found = await until(trial, async () => {
    if (timesAsked(ground.asked(), text) > 0) return 'asked' as const;
    return stop(await ground.look(seat));
  });
  const ms = ground.now() - from;
  const key = `session.${mode}`;
  const instead = 'gt begins a new conversation instead';
  if (!found) {
    const what = `the model was not asked again${await lastWords(trial, seat)}: ${instead}`;
    return weaker(mode, what, { key });
  }
  if (found.found !== 'asked') return weaker(mode, `${found.found.why}: ${instead}`, { ms, key });
  const request = ground.asked().filter((one) => timesAsked([one], text) > 0);
  const remembers = timesAsked(request, FIRST) > 0 || timesAsked(request, NUDGE) > 0;
  if (!remembers) return weaker(mode, 'it began, but without what was said before', { ms, key });
  return ok(mode, `the model has what was said before; ${by}`, ms);
}
