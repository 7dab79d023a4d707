import { unchanged } from '#core/change';
import { nobodyYet } from '#core/delivery';
import type { Recipient } from '#core/records';
import type { Refusal } from '#core/refusals';
import type { Desk } from '#world/desk';

/**
 * Somebody does not want to be disturbed, until a time (ms) or until it says otherwise; or wants to be told again: then what has waited is told in its order.
 * @param line the agent's
 */
export async function setDnd(
  desk: Desk,
  line: string,
  wish: { readonly by: string; readonly until?: number } | undefined,
): Promise<Recipient | Refusal> {
  return desk.change(async (reading) => {
    const recipient = (await reading.get('recipient', line)) ?? nobodyYet(line);
    if (!wish && !recipient.dnd) return unchanged(recipient);
    const { dnd: _, ...rest } = recipient;
    const doc: Recipient = wish ? { ...rest, dnd: { at: desk.clock.now(), ...wish } } : (rest as Recipient);
    const data = { ...(wish && { by: wish.by }), ...(wish?.until !== undefined && { until: wish.until }) };
    return {
      put: [{ noun: 'recipient', doc }],
      events: [{ type: wish ? 'dnd.began' : 'dnd.ended', subject: line, data }],
      answer: doc,
    };
  });
}
