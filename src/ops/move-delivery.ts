import { unchanged } from '#core/change';
import { type Move, nobodyYet } from '#core/delivery';
import type { Delivery, Recipient } from '#core/records';
import { orThrow } from '#core/refusals';
import type { Desk } from '#world/desk';
import { claimMove, stepped } from './step-deliveries.ts';

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
      const wish = decide(doc, recipient, now);
      if (!wish) return unchanged(doc);
      const made = isClaim(wish) ? await claimMove(desk, reading, wish) : { move: wish };
      if (!made) return unchanged(doc);
      const bounds = 'bound' in made && made.bound ? [made.bound] : [];
      const change = await stepped(desk, reading, recipient, [made.move], bounds);
      const after = change.put.find((one) => one.noun === 'delivery' && one.doc.id === id);
      return { ...change, answer: after?.doc as Delivery };
    }),
  );
}

const isClaim = (move: Move): move is Move & { state: 'claimed' } => move.state === 'claimed';
