import { goneBecause, isAgentId } from '#core/holder';
import { OVERSEER, THE_TOWN_ITSELF } from '#core/mail';
import type { Message } from '#core/records';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import type { Desk } from '#world/desk';
import { type Addressee, type Ground, resolveAddresses } from './addressees.ts';
import { rigOfLine } from './mail-delivery.ts';
import { type Mail, postLetters, type Sent } from './send-mail.ts';

/** Answers a mail: to who wrote it, and to nobody who came after under that name. */
export async function replyMail(desk: Desk, ground: Ground, id: string, mail: Mail): Promise<Sent | Refusal> {
  const parent = await desk.books.read('message', id);
  if (!parent) return refuse('MAIL_UNKNOWN', { id, box: mail.from, hint: '`gt mail inbox --all` shows all.' });
  const writer = await writerOf(desk, ground, parent);
  if (isRefusal(writer)) return writer;
  const copies = await resolveAddresses({ books: desk.books, ...ground }, mail.cc ?? []);
  if (isRefusal(copies)) return copies;
  const boxes = [...writer, ...copies.boxes.filter(({ box }) => box !== writer[0]?.box)];
  return postLetters(desk, { ...mail, to: [parent.from], replyTo: id }, boxes);
}

async function writerOf(desk: Desk, ground: Ground, parent: Message): Promise<readonly Addressee[] | Refusal> {
  const { from, fromLine, at } = parent;
  if (from === THE_TOWN_ITSELF) return [{ box: OVERSEER }];
  if (fromLine !== undefined) {
    const there = await rigOfLine({ get: (noun, of) => desk.books.read(noun, of) }, fromLine, at);
    if (there === undefined) return refuse('MAIL_GONE', { box: from, why: goneBecause(fromLine) });
    if (!isAgentId(fromLine)) return [{ box: from, line: fromLine }];
  }
  const found = await resolveAddresses({ books: desk.books, ...ground }, [from]);
  return isRefusal(found) ? found : found.boxes;
}
