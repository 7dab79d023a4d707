import { unchanged } from '#core/change';
import { asksForNote, noteWanted } from '#core/cycle';
import { type Holder, holderNoun, isAgent, isCurrent } from '#core/holder';
import { isRefusal } from '#core/refusals';
import type { Desk } from '#world/desk';
import type { Caller } from './ack.ts';

/**
 * Asks a session that is to be handed off for its note, once: what is printed in the way of its turn's end. Undefined when it is not asked (any more).
 * @param hold asked right before it counts as asked: whether the caller is still there to print it
 */
export async function askForNote(desk: Desk, caller: Caller, hold: () => boolean): Promise<string | undefined> {
  const asked = await desk.change<string | undefined>(async (reading) => {
    const holder: Holder | undefined = await reading.get(holderNoun(caller.run), caller.run);
    const due = holder?.session?.due;
    if (!holder?.session || !due || !isCurrent(holder, caller.token) || !asksForNote(holder) || !hold())
      return unchanged(undefined);
    const session = { ...holder.session, due: { ...due, asked: desk.clock.now() } };
    return {
      put: [isAgent(holder) ? { noun: 'agent', doc: { ...holder, session } } : { noun: 'run', doc: { ...holder, session } }],
      events: [
        {
          type: 'handoff.asked',
          subject: holder.id,
          ...(holder.rig === '' ? {} : { rig: holder.rig }),
          data: { session: session.id, why: due.why },
        },
      ],
      answer: noteWanted(due.why),
    };
  });
  return isRefusal(asked) ? undefined : asked;
}
