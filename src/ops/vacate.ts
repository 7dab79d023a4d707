import { addressOf, goneBecause } from '#core/holder';
import { mailboxOf } from '#core/mail';
import type { Agent } from '#core/records';
import { orThrow } from '#core/refusals';
import type { Desk } from '#world/desk';
import { unsubscribe } from './channels.ts';
import { setDnd } from './dnd.ts';
import { leaveUnanswered } from './end-question.ts';
import { archiveAll } from './file-letters.ts';
import { giveBack } from './give-back.ts';
import { moveDelivery } from './move-delivery.ts';

/**
 * Who had a name is gone for good, and whoever gets it later is another one: what was still to be said goes back to who sent it, the mailbox into the archive,
 * what it asked is over, and the name is on no channel. Done again it changes nothing.
 */
export async function vacate(desk: Desk, agent: Agent): Promise<void> {
  const { id } = agent;
  const why = goneBecause(id);
  for (const entry of (await desk.books.read('recipient', id))?.line ?? []) {
    for (let doc = await desk.books.read('delivery', entry.id); doc?.mail && doc.state === 'pending'; ) {
      await giveBack(desk, doc.id, why);
      doc = await desk.books.read('delivery', doc.id);
    }
    await moveDelivery(desk, entry.id, (doc) => (doc.state === 'pending' ? { doc, state: 'undeliverable', why } : undefined));
  }
  await leaveUnanswered(desk, id, why);
  const own = { box: addressOf(agent), line: id };
  orThrow(await archiveAll(desk, { mailbox: mailboxOf(own), isOwn: false }));
  for (const channel of await desk.books.index('channels')) orThrow(await unsubscribe(desk, channel, own));
  orThrow(await setDnd(desk, id, undefined));
}
