import { isAgentId } from '#core/holder';
import { OVERSEER, THE_TOWN_ITSELF } from '#core/mail';
import type { Message } from '#core/records';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import type { Desk } from '#world/desk';
import { type Addressee, type Ground, resolveAddresses } from './addressees.ts';
import { type Mail, postLetters, type Sent } from './send-mail.ts';

/** Answers a mail: to who wrote it, and to nobody who came after under that name. */
export async function replyMail(desk: Desk, ground: Ground, id: string, mail: Mail): Promise<Sent | Refusal> {
  const parent = await desk.books.read('message', id);
  if (!parent) return refuse('MAIL_UNKNOWN', { id, box: mail.from });
  const writer = await writerOf(desk, ground, parent);
  if (isRefusal(writer)) return writer;
  const copies = await resolveAddresses({ books: desk.books, ...ground }, mail.cc ?? []);
  if (isRefusal(copies)) return copies;
  const boxes = [...writer, ...copies.boxes.filter(({ box }) => box !== writer[0]?.box)];
  return postLetters(desk, { ...mail, to: [parent.from], replyTo: id }, boxes);
}

async function writerOf(desk: Desk, ground: Ground, parent: Message): Promise<readonly Addressee[] | Refusal> {
  const { from, fromLine } = parent;
  if (from === THE_TOWN_ITSELF) return [{ box: OVERSEER }];
  if (fromLine !== undefined && !isAgentId(fromLine)) {
    const work = await desk.books.read('work', fromLine);
    if (!work || work.status === 'closed') return refuse('MAIL_GONE', { box: from, why: `${fromLine} is closed` });
    return [{ box: from, line: fromLine }];
  }
  const found = await resolveAddresses({ books: desk.books, ...ground }, [from]);
  return isRefusal(found) ? found : found.boxes;
}
