import { unchanged } from '#core/change';
import { nobodyYet } from '#core/delivery';
import { MAIL_BATCH } from '#core/limits';
import { OVERSEER, THE_TOWN_ITSELF, UNDELIVERABLE } from '#core/mail';
import { isProtocol } from '#core/protocol-mail';
import type { Delivery, Letter } from '#core/records';
import { isRefusal, orThrow } from '#core/refusals';
import type { Desk } from '#world/desk';
import type { Reading } from '#world/store/books';
import type { Addressee } from './addressees.ts';
import { Draft } from './draft.ts';
import { rigOfLine } from './mail-delivery.ts';
import { newMailId, writeMail } from './send-mail.ts';
import { stepped } from './step-deliveries.ts';

/**
 * Nobody will come any more for the mail of a line: its letters are told to nobody, and who sent them has one notice of each handful. About a notice none is
 * written, and none to who is gone too. The delivery ends with the last letter.
 */
export async function giveBack(desk: Desk, id: string, why: string): Promise<void> {
  orThrow(
    await desk.change(async (reading) => {
      const draft = new Draft(reading);
      const doc = await draft.get('delivery', id);
      if (doc?.state !== 'pending') return unchanged(undefined);
      const recipient = (await draft.get('recipient', doc.work)) ?? nobodyYet(doc.work);
      const letters = await lettersLeft(desk, draft, doc);
      for (const letter of letters) {
        draft.put({ noun: 'letter', doc: { ...letter, told: 'none', why } });
        const { message, box } = letter;
        draft.say({
          type: 'mail.undeliverable',
          subject: message,
          ...(doc.rig && { rig: doc.rig }),
          data: { box, line: doc.work, why },
        });
      }
      await tellSenders(desk, draft, letters, why);
      const isLast = doc.letters !== undefined || (await desk.books.count(`letters.waiting:${doc.work}`)) <= letters.length;
      // Its senders know: it is no nudge that somebody has to see to.
      const last = { ...doc, dismissed: true };
      if (isLast) draft.add(await stepped(desk, draft, recipient, [{ doc: last, state: 'undeliverable', why }]));
      else draft.put({ noun: 'delivery', doc });
      return draft.change(undefined);
    }),
  );
}

/** Those that it was to bring, else the next that wait. */
async function lettersLeft(desk: Desk, draft: Draft, { letters = [], work }: Delivery): Promise<Letter[]> {
  const waiting = letters.length > 0 ? letters : await desk.books.index(`letters.waiting:${work}`, 0, MAIL_BATCH - 1);
  const found = await Promise.all(waiting.map((id) => draft.get('letter', id)));
  return found.filter((one) => one?.told === 'waiting' || one?.told === 'bound') as Letter[];
}

async function tellSenders(desk: Desk, draft: Draft, letters: readonly Letter[], why: string): Promise<void> {
  const bySender = new Map<string, Letter[]>();
  for (const letter of letters) {
    if (letter.type === UNDELIVERABLE || isProtocol(letter.type) || letter.from === THE_TOWN_ITSELF) continue;
    const key = `${letter.from} ${letter.fromLine ?? ''}`;
    bySender.set(key, [...(bySender.get(key) ?? []), letter]);
  }
  for (const own of bySender.values()) {
    const [first] = own;
    const sender = first && (await senderOf(draft, first));
    if (!first || !sender) continue;
    const told = own.map(({ message, box, subject }) => `${message} to ${box}: ${subject}`).join('\n');
    const subject = own.length === 1 ? `Not delivered: ${first.subject}` : `Not delivered: ${own.length} mails`;
    const mail = {
      id: newMailId(desk.random),
      from: THE_TOWN_ITSELF,
      to: [sender.box],
      subject: [...subject].slice(0, 120).join(''),
      text: `Nobody was told, because ${why}:\n${told}`,
      type: UNDELIVERABLE,
      ...(own.length === 1 && { replyTo: first.message }),
    };
    const sent = await writeMail(desk, draft, mail, [sender]);
    if (isRefusal(sent)) throw new Error(sent.refused);
  }
}

/** Where a word to the sender goes; nowhere when its agent is gone as well. */
async function senderOf(reading: Reading, { from, fromLine, at }: Letter): Promise<Addressee | undefined> {
  if (fromLine === undefined) return { box: from === OVERSEER ? OVERSEER : from };
  return (await rigOfLine(reading, fromLine, at)) === undefined ? undefined : { box: from, line: fromLine };
}
