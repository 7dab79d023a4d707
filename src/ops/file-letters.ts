import type { NewEvent } from '#core/change';
import { isAgentId } from '#core/holder';
import { letterId, mayGo } from '#core/mail';
import type { Letter } from '#core/records';
import { type Refusal, refuse } from '#core/refusals';
import type { Desk } from '#world/desk';
import { Draft } from './draft.ts';

/** A mailbox as it is kept (`mailboxOf`), and whether its own agent looks: what it has read itself it need not be told. */
export type Looking = { readonly mailbox: string; readonly isOwn: boolean };

/** Notes of letters that they were read, or puts them into the archive. What waits in an archive is told to nobody. @returns those that changed */
export async function fileLetters(
  desk: Desk,
  { mailbox, isOwn }: Looking,
  messages: readonly string[],
  as: 'read' | 'archived',
): Promise<Letter[] | Refusal> {
  return desk.change(async (reading) => {
    const draft = new Draft(reading);
    const changed: Letter[] = [];
    for (const message of messages) {
      const letter = await draft.get('letter', letterId(message, mailbox));
      if (!letter)
        return refuse('MAIL_UNKNOWN', {
          id: message,
          box: mailbox,
          hint: `\`gt mail thread ${message}\` shows it, if it lies elsewhere.`,
        });
      if (letter.state === as || (as === 'read' && letter.state === 'archived')) continue;
      const isTold = letter.told === 'waiting' && (isOwn || as === 'archived');
      const stateAt = desk.clock.now();
      const doc: Letter = { ...letter, state: as, stateAt, ...(isTold && { told: 'none', why: `${as} before it was told` }) };
      draft.put({ noun: 'letter', doc });
      draft.say(filed(doc));
      changed.push(doc);
    }
    return changed.length === 0 ? { put: [], answer: changed } : draft.change(changed);
  });
}

const filed = ({ message, box, state }: Letter): NewEvent => ({
  type: state === 'archived' ? 'mail.archived' : 'mail.read',
  subject: message,
  data: { box },
});

const PAGE = 100;

/** Puts all that was read into the archive, in handfuls. @returns how many */
export const archiveRead = (desk: Desk, looking: Looking): Promise<number | Refusal> =>
  archive(desk, looking, ({ state }) => state === 'read');

/** The same with all that lies in the mailbox. */
export const archiveAll = (desk: Desk, looking: Looking): Promise<number | Refusal> => archive(desk, looking, () => true);

async function archive(desk: Desk, looking: Looking, which: (letter: Letter) => boolean): Promise<number | Refusal> {
  let count = 0;
  for (let from = 0; ; ) {
    const ids = await desk.books.index(`letters:${looking.mailbox}`, from, from + PAGE - 1);
    const letters = await desk.books.readMany('letter', ids);
    const those = letters.filter(which).map(({ message }) => message);
    const done = those.length > 0 ? await fileLetters(desk, looking, those, 'archived') : [];
    if ('refused' in done) return done;
    count += done.length;
    if (ids.length < PAGE) return count;
    from += ids.length - done.length;
  }
}

type Over = 'letters.over' | 'letters.consumed';

/** Drops letters that were read, archived or told before `before` (ms), and the mails that no mailbox holds any more. @returns how many letters went */
export async function dropLetters(desk: Desk, before: number, over: Over = 'letters.over', count = 10 * PAGE): Promise<number> {
  const ids = await desk.books.indexUntil(over, before, count);
  for (const id of ids)
    await desk.change(async (reading) => {
      const letter = await reading.get('letter', id);
      if (!letter || !mayGo(letter)) return { put: [], answer: undefined };
      const message = await reading.get('message', letter.message);
      const isLast = (await desk.books.count(`letters.of:${letter.message}`)) <= 1;
      // The first of a thread stays as long as one that answers it: it says when the last was written.
      const isNeeded = message?.thread === message?.id && (await desk.books.count(`thread:${letter.message}`)) > 1;
      const root = await rootLeft(desk, reading, message?.thread, letter.message);
      const mailbox = await emptied(desk, reading, letter);
      const drop = [
        { noun: 'letter' as const, id },
        ...(mailbox ? [{ noun: 'mailbox' as const, id: mailbox }] : []),
        ...(message && isLast && !isNeeded ? [{ noun: 'message' as const, id: message.id }] : []),
        ...(isLast && root ? [{ noun: 'message' as const, id: root }] : []),
      ];
      return { put: [], drop, answer: undefined };
    });
  return ids.length;
}

/** The mailbox of an item, when this is the last letter in it; others go on counting for ever. */
async function emptied(desk: Desk, reading: Reading, letter: Letter): Promise<string | undefined> {
  const { line } = letter;
  if (line === undefined || isAgentId(line)) return undefined;
  const left = await Promise.all([desk.books.count(`letters:${line}`), desk.books.count(`letters.archived:${line}`)]);
  return left[0] + left[1] <= 1 ? (await reading.get('mailbox', line))?.id : undefined;
}

type Reading = Parameters<Parameters<Desk['change']>[0]>[0];

/** The first mail of a thread, when nothing but this one is left of it, and no mailbox holds it. */
async function rootLeft(desk: Desk, reading: Reading, thread: string | undefined, message: string): Promise<string | undefined> {
  if (thread === undefined || thread === message) return undefined;
  const [letters, mails] = await Promise.all([desk.books.count(`letters.of:${thread}`), desk.books.count(`thread:${thread}`)]);
  if (letters > 0 || mails > 2) return undefined;
  return (await reading.get('message', thread))?.id;
}
