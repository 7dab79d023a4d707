import { callBack, moved, nobodyYet } from '#core/delivery';
import { isFinal } from '#core/derive';
import type { Delivery } from '#core/records';
import { type Refusal, refuse } from '#core/refusals';
import type { Desk } from '#world/desk';

/** What came of it: taken back, asked back from the terminal (the outcome tells), or only taken off the list of what was not delivered. */
export type Withdrawn = { readonly id: string; readonly is: 'withdrawn' | 'asked-back' | 'dismissed' };

/** Takes a nudge back, if that is still possible. One that was not delivered leaves the list. */
export async function withdraw(desk: Desk, id: string): Promise<Withdrawn | Refusal> {
  return desk.change<Withdrawn>(async (reading) => {
    const doc = await reading.get('delivery', id);
    if (!doc) return refuse('NUDGE_UNKNOWN', { id, hint: '`gt nudge list --all` shows all.' });
    if (doc.mail && !isFinal.delivery(doc)) return refuse('NUDGE_IS_MAIL', { id, work: doc.work });
    const recipient = (await reading.get('recipient', doc.work)) ?? nobodyYet(doc.work);
    const why = `by ${desk.actor}`;
    if (doc.state === 'pending')
      return { ...moved(recipient, [{ doc, state: 'withdrawn', why }], desk.clock.now()), answer: { id, is: 'withdrawn' } };
    if (isUndelivered(doc))
      return { put: [{ noun: 'delivery', doc: { ...doc, dismissed: true } }], answer: { id, is: 'dismissed' } };
    if (doc.state !== 'claimed' || doc.claim?.path !== 'terminal')
      return refuse('NUDGE_OVER', { id, state: doc.state === 'claimed' ? 'with its agent' : doc.state, work: doc.work });
    return {
      put: [{ noun: 'delivery', doc: callBack(doc, 'withdrawn', desk.actor) }],
      events: [{ type: 'delivery.unwanted', subject: id, rig: doc.rig, data: { by: desk.actor } }],
      answer: { id, is: 'asked-back' },
    };
  });
}

const isUndelivered = (doc: Delivery): boolean =>
  isFinal.delivery(doc) && !['taken', 'typed', 'superseded', 'withdrawn'].includes(doc.state);
