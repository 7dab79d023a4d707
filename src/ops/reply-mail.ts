import { goneBecause, isAgentId } from '#core/holder';
import { CHANNEL_POST, CONSUMED, mailboxOf, OVERSEER, THE_TOWN_ITSELF } from '#core/mail';
import type { Message } from '#core/records';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import type { Desk } from '#world/desk';
import { type Addressee, type Ground, resolveAddresses } from './addressees.ts';
import { rigOfLine } from './mail-delivery.ts';
import { type Mail, postLetters, type Sent } from './send-mail.ts';

/**
 * Answers a mail: to who wrote it, and to nobody who came after under that name. @param toAll also to all others who have it, and are still there
 */
export async function replyMail(desk: Desk, ground: Ground, id: string, mail: Mail, toAll = false): Promise<Sent | Refusal> {
  const parent = await desk.books.read('message', id);
  if (!parent) return refuse('MAIL_UNKNOWN', { id, box: mail.from, hint: '`gt mail inbox --all` shows all.' });
  const writer = await writerOf(desk, ground, parent);
  if (isRefusal(writer)) return writer;
  const copies = await resolveAddresses({ books: desk.books, ...ground }, mail.cc ?? []);
  if (isRefusal(copies)) return copies;
  const boxes = new Map<string, Addressee>();
  for (const one of [...writer, ...(toAll ? await others(desk, parent, mail) : []), ...copies.boxes])
    if (!boxes.has(mailboxOf(one))) boxes.set(mailboxOf(one), one);
  const to = [parent.from, ...(toAll ? [...parent.to, ...parent.cc] : [])];
  return postLetters(desk, { ...mail, to: [...new Set(to)], replyTo: id }, [...boxes.values()]);
}

/** Who else has a mail: not who answers, no queue, and nobody who is gone. */
async function others(desk: Desk, parent: Message, { from, fromLine }: Mail): Promise<Addressee[]> {
  const own = mailboxOf({ box: from, ...(fromLine !== undefined && { line: fromLine }) });
  const all: Addressee[] = [];
  for (const letter of await desk.books.readMany('letter', await desk.books.index(`letters.of:${parent.id}`))) {
    const { box, line, why } = letter;
    if (mailboxOf(letter) === own || why === CONSUMED || box.startsWith('queue:')) continue;
    if (box.startsWith('channel:')) all.push({ box, filed: { as: 'read', why: CHANNEL_POST } });
    else if (line === undefined) all.push({ box });
    else if ((await rigOfLine(now(desk), line, letter.at)) !== undefined) all.push({ box, line });
  }
  return all;
}

/** What the books hold now; what is posted is decided again in its own change. */
const now = ({ books }: Desk): Parameters<typeof rigOfLine>[0] => ({ get: (noun, id) => books.read(noun, id) });

async function writerOf(desk: Desk, ground: Ground, parent: Message): Promise<readonly Addressee[] | Refusal> {
  const { from, fromLine, at } = parent;
  if (from === THE_TOWN_ITSELF) return [{ box: OVERSEER }];
  if (fromLine !== undefined) {
    const there = await rigOfLine(now(desk), fromLine, at);
    if (there === undefined) return refuse('MAIL_GONE', { box: from, why: goneBecause(fromLine) });
    if (!isAgentId(fromLine)) return [{ box: from, line: fromLine }];
  }
  const found = await resolveAddresses({ books: desk.books, ...ground }, [from]);
  return isRefusal(found) ? found : found.boxes;
}
