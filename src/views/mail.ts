import { letterId } from '#core/mail';
import type { Letter, Message } from '#core/records';
import type { Books } from '#world/store/books';

/** A letter as lists show it. */
export type LetterLine = Pick<
  Letter,
  'message' | 'box' | 'from' | 'subject' | 'type' | 'priority' | 'thread' | 'at' | 'bytes' | 'head' | 'state' | 'told'
> & {
  /** Its number in the mailbox, which stays; null of mail that nobody was meant to read. */
  readonly n: number | null;
  /** Why its agent was not told. */
  readonly why: string | null;
};

export type Inbox = {
  readonly mailbox: string;
  /** Newest first. */
  readonly letters: readonly LetterLine[];
  readonly total: number;
  readonly unread: number;
  readonly archived: number;
};

export type InboxWish = { readonly which: 'kept' | 'unread' | 'all'; readonly count: number };

/** The newest letters of a mailbox: all that is kept, the unread, or the archive too. Costs what it shows, however full the mailbox is. */
export async function inbox(books: Books, mailbox: string, { which, count }: InboxWish): Promise<Inbox> {
  const [total, unread, archived] = await Promise.all([
    books.count(`letters:${mailbox}`),
    books.count(`letters.unread:${mailbox}`),
    books.count(`letters.archived:${mailbox}`),
  ]);
  const lists = which === 'unread' ? ['letters.unread'] : which === 'all' ? ['letters', 'letters.archived'] : ['letters'];
  const ids = await Promise.all(lists.map((list) => books.indexFromEnd(`${list}:${mailbox}`, count)));
  const found = await books.readMany('letter', ids.flat());
  const letters = found.sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1)).slice(0, count);
  return { mailbox, letters: letters.map(lineOf), total, unread, archived };
}

function lineOf(letter: Letter): LetterLine {
  const { n, message, box, from, subject, type, priority, thread, at, bytes, head, state, told, why } = letter;
  return { n: n ?? null, message, box, from, subject, type, priority, thread, at, bytes, head, state, told, why: why ?? null };
}

/** A mail in one piece. */
export type Opened = Pick<Message, 'id' | 'from' | 'to' | 'cc' | 'subject' | 'type' | 'priority' | 'thread' | 'at' | 'bytes'> & {
  readonly replyTo: string | null;
  readonly body: string;
  /** Of the mailbox that was looked into. */
  readonly state: Letter['state'] | null;
};

/** The id of the mail that is meant: by its number in the mailbox, or by its id, of which `ml-` may be left out. Undefined when there is none. */
export async function mailMeant(books: Books, mailbox: string, said: string): Promise<string | undefined> {
  if (/^\d+$/.test(said)) {
    const id = await books.indexAt(`letters.n:${mailbox}`, Number(said));
    return id === undefined ? undefined : (await books.read('letter', id))?.message;
  }
  return (await books.read('message', said.startsWith('ml-') ? said : `ml-${said}`))?.id;
}

/** A mail of a mailbox; undefined when it has none of this id. */
export async function mailOpened(books: Books, mailbox: string, id: string): Promise<Opened | undefined> {
  const letter = await books.read('letter', letterId(id, mailbox));
  const message = letter && (await books.read('message', id));
  return message && opened(books, message, letter?.state);
}

async function opened(books: Books, message: Message, state?: Letter['state']): Promise<Opened> {
  const { id, from, to, cc, subject, type, priority, thread, at, bytes, replyTo } = message;
  const body = (await books.textField(id, 'body')) ?? '';
  return { id, from, to, cc, subject, type, priority, thread, at, bytes, replyTo: replyTo ?? null, body, state: state ?? null };
}

export type Thread = { readonly thread: string; readonly count: number; readonly mails: readonly Opened[] };

/** The last `most` mails of the thread that a mail is of, oldest first. */
export async function mailThread(books: Books, id: string, most: number): Promise<Thread> {
  const thread = (await books.read('message', id))?.thread ?? id;
  const [ids, count] = await Promise.all([books.indexFromEnd(`thread:${thread}`, most), books.count(`thread:${thread}`)]);
  const found = await books.readMany('message', ids.toReversed());
  return { thread, count, mails: await Promise.all(found.map((one) => opened(books, one))) };
}

/** How many letters are looked through, in pages; of a longer mail only its beginning. */
const FURTHEST = 2000;
const PAGE = 50;
const SEARCHED_BYTES = 64 * 1024;

export type MailFound = { readonly letters: readonly LetterLine[]; readonly looked: number; readonly of: number };

/** Letters of a mailbox that hold all of these words, newest first, the archive's after the others. */
export async function mailSearch(books: Books, mailbox: string, words: string, count: number): Promise<MailFound> {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const letters: LetterLine[] = [];
  let looked = 0;
  let of = 0;
  for (const list of [`letters:${mailbox}`, `letters.archived:${mailbox}`]) {
    of += await books.count(list);
    for (let last = -1; looked < FURTHEST && letters.length < count; last -= PAGE) {
      const ids = await books.index(list, last - PAGE + 1, last);
      const page = (await books.readMany('letter', ids)).toReversed();
      const bodies = await Promise.all(
        page.map((one) => (one.bytes <= SEARCHED_BYTES ? books.textField(one.message, 'body') : one.head)),
      );
      looked += page.length;
      for (const [i, one] of page.entries()) {
        const text = `${one.message} ${one.from} ${one.subject} ${one.type} ${bodies[i] ?? ''}`.toLowerCase();
        if (wanted.every((word) => text.includes(word))) letters.push(lineOf(one));
      }
      if (ids.length < PAGE) break;
    }
  }
  return { letters: letters.slice(0, count), looked, of };
}

/** A mail as it is exported: one JSON object a line. */
export async function* mailExport(books: Books, mailbox: string): AsyncGenerator<object> {
  for (const list of [`letters.archived:${mailbox}`, `letters:${mailbox}`])
    for (let from = 0; ; from += PAGE) {
      const ids = await books.index(list, from, from + PAGE - 1);
      for (const letter of await books.readMany('letter', ids)) {
        const mail = await mailOpened(books, mailbox, letter.message);
        if (mail) yield { ...mail, at: new Date(mail.at).toISOString() };
      }
      if (ids.length < PAGE) break;
    }
}
