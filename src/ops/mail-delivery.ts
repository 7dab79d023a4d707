import { isQuiet, nobodyYet, postMail } from '#core/delivery';
import { isAgentId } from '#core/holder';
import { shortHash } from '#core/ids';
import { HOLD_MS, MAIL_BATCH, MAIL_LOOK } from '#core/limits';
import { inTurn, mailHead, mailText, thatFit } from '#core/mail';
import type { Delivery, Letter } from '#core/records';
import { fitForTerminal } from '#core/spoken';
import type { Desk } from '#world/desk';
import type { Reading } from '#world/store/books';
import type { Draft } from './draft.ts';

/** What a mail delivery is to bring, settled: to be written with the claim. */
export type Bound = {
  readonly doc: Delivery;
  readonly text: string;
  readonly letters: readonly Letter[];
  /** More wait than it takes. */
  readonly more: boolean;
};

const bytes = (text: string): number => new TextEncoder().encode(text).length;

/**
 * Sees to it that mail is on its way to the agent of a line: one delivery that is not settled yet stands in it, whatever waits. The line is written in any
 * case: whoever claims at the same time, and did not see the new letter, decides again.
 */
export async function ensureMail(desk: Desk, draft: Draft, line: string, rig: string, to: string): Promise<void> {
  const recipient = (await draft.get('recipient', line)) ?? nobodyYet(line);
  for (const { id, mail } of recipient.line) {
    const doc = mail ? await draft.get('delivery', id) : undefined;
    if (!doc || doc.letters || doc.state !== 'pending') continue;
    draft.put({ noun: 'recipient', doc: recipient });
    if (recipient.dnd) draft.put({ noun: 'delivery', doc }); // what waits for quiet to end looks whether this passes
    return;
  }
  const now = desk.clock.now();
  const fresh: Delivery = {
    id: await freeDelivery(desk, draft),
    to,
    work: line,
    rig,
    from: 'mail',
    bytes: 0,
    head: 'mail',
    mode: 'wait-idle',
    mail: true,
    createdAt: now,
    expiresAt: now + HOLD_MS,
    state: 'pending',
    attempts: 0,
    history: [],
  };
  const posted = postMail(recipient, fresh);
  draft.put({ noun: 'delivery', doc: fresh }, { noun: 'recipient', doc: posted.recipient });
  draft.say(posted.event);
}

const ID_LENGTH = 6;

async function freeDelivery(desk: Desk, reading: Reading): Promise<string> {
  for (let length = ID_LENGTH; ; length++) {
    const id = `dl-${shortHash(desk.random(length), length)}`;
    if (!(await reading.get('delivery', id))) return id;
  }
}

/**
 * Settles what a mail delivery brings: the next letters that fit into `room` bytes. Undefined when none waits, `later` when the next one does not fit. The
 * claim must write the line too, which is what keeps a letter that is sent meanwhile from being passed over.
 */
export async function bindMail(desk: Desk, reading: Reading, doc: Delivery, room: number): Promise<Bound | 'later' | undefined> {
  const recipient = await reading.get('recipient', doc.work);
  const quiet = recipient !== undefined && isQuiet(recipient, desk.clock.now());
  const waiting = quiet ? await pressing(desk, reading, doc.work) : await nextWaiting(desk, reading, doc.work);
  const taken = thatFit(waiting, room);
  if (taken.length === 0)
    return waiting.length > 0 || (quiet && (await desk.books.count(`letters.waiting:${doc.work}`)) > 0) ? 'later' : undefined;
  const bodies = await Promise.all(taken.map(({ message }) => desk.books.textField(message, 'body')));
  const { text } = fitForTerminal(
    mailText(
      taken,
      bodies.map((body) => body ?? ''),
    ),
  );
  const letters = taken.map((one): Letter => ({ ...one, told: 'bound', delivery: doc.id }));
  const settled = { ...doc, letters: taken.map(({ id }) => id), bytes: bytes(text), head: mailHead(taken) };
  const more = waiting.length > taken.length || (await desk.books.count(`letters.waiting:${doc.work}`)) > taken.length;
  return { doc: settled, text, letters, more };
}

const URGENT_THREADS = 8;

/** The letters that are told next, in their turn: the oldest, and what is urgent with all that waits before it in its thread. Looks at a bounded number. */
async function nextWaiting(desk: Desk, reading: Reading, line: string): Promise<Letter[]> {
  const { books } = desk;
  const [oldest, urgent] = await Promise.all([
    books.index(`letters.waiting:${line}`, 0, MAIL_LOOK - 1),
    books.index(`letters.urgent:${line}`, 0, MAIL_BATCH - 1),
  ]);
  const pressing = await lettersOf(reading, urgent);
  const threads = [...new Set(pressing.map(({ thread }) => thread))].slice(0, URGENT_THREADS);
  const before = await Promise.all(threads.map((thread) => books.index(`letters.due:${line}:${thread}`, 0, MAIL_BATCH - 1)));
  // Both lists hold a thread from its beginning on, so nothing of a thread that is left out comes before what is taken.
  const whole = new Set([...oldest, ...before.flat()]);
  const letters = [
    ...pressing,
    ...(await lettersOf(
      reading,
      [...whole].filter((id) => !urgent.includes(id)),
    )),
  ];
  return inTurn(letters).filter(({ id }) => whole.has(id));
}

/** What is told also to somebody who does not want to be disturbed, in its order. */
async function pressing({ books }: Desk, reading: Reading, line: string): Promise<Letter[]> {
  return inTurn(await lettersOf(reading, await books.index(`letters.pressing:${line}`, 0, MAIL_LOOK - 1)));
}

async function lettersOf(reading: Reading, ids: readonly string[]): Promise<Letter[]> {
  const found = await Promise.all(ids.map((id) => reading.get('letter', id)));
  return found.filter((one) => one?.told === 'waiting') as Letter[];
}

/**
 * The rig of a line's agent; '' for one of the town. Undefined when nobody will come any more, or when who has the name now got it after `since` (ms): then
 * it is another one.
 */
export async function rigOfLine(reading: Reading, line: string, since?: number): Promise<string | undefined> {
  if (isAgentId(line)) {
    const agent = await reading.get('agent', line);
    const isOther = since !== undefined && agent !== undefined && agent.createdAt > since;
    return agent?.removed || isOther ? undefined : (agent?.rig ?? '');
  }
  const work = await reading.get('work', line);
  return work && work.status !== 'closed' ? work.rig : undefined;
}
