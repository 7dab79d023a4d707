import { unchanged } from '#core/change';
import { type Move, moved, nobodyYet } from '#core/delivery';
import type { Delivery, Recipient } from '#core/records';
import { orThrow } from '#core/refusals';
import type { Desk } from '#world/desk';

/** One step of one delivery, decided on what the books hold now; nothing is written when there is none. @returns the delivery after it */
export async function moveDelivery(
  desk: Desk,
  id: string,
  decide: (doc: Delivery, recipient: Recipient, now: number) => Move | undefined,
): Promise<Delivery | undefined> {
  return orThrow(
    await desk.change(async (reading) => {
      const doc = await reading.get('delivery', id);
      if (!doc) return unchanged(undefined);
      const recipient = (await reading.get('recipient', doc.work)) ?? nobodyYet(doc.work);
      const now = desk.clock.now();
      const move = decide(doc, recipient, now);
      if (!move) return unchanged(doc);
      const change = moved(recipient, [move], now);
      const after = change.put.find((one) => one.noun === 'delivery');
      return { ...change, answer: after?.doc as Delivery };
    }),
  );
}
