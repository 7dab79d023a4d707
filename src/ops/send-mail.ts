import { goneBecause } from '#core/holder';
import { shortHash } from '#core/ids';
import { MAIL_BOXES, MAIL_BYTES, SUBJECT_CHARACTERS } from '#core/limits';
import { CONSUMED, letterId, mailboxOf, subjectOf } from '#core/mail';
import type { Letter, Message } from '#core/records';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { headOf, withoutControls } from '#core/spoken';
import type { Desk } from '#world/desk';
import { type Addressee, type Ground, resolveAddresses } from './addressees.ts';
import { Draft } from './draft.ts';
import { ensureMail, rigOfLine } from './mail-delivery.ts';
import { askAboutLoop, refusePace } from './mail-loop.ts';
import { nextNumber } from './number-letter.ts';

/** A mail as it is written. */
export type Mail = {
  /** The address of who writes, and of an agent its line (`lineOf`). */
  readonly from: string;
  readonly fromLine?: string | undefined;
  readonly to: readonly string[];
  readonly cc?: readonly string[];
  /** The first line of the text, where there is none. */
  readonly subject?: string | undefined;
  readonly text: string;
  readonly type?: string;
  readonly priority?: number;
  /** The mail that it answers: it goes into its thread. */
  readonly replyTo?: string;
  /** A program sends it, without anybody's decision: another such mail is not answered by it. */
  readonly auto?: boolean;
  /** Of protocol mail. */
  readonly facts?: Message['facts'];
  /** Chosen by the caller, so that sending again sends nothing: `newMailId`, or words of what it tells of. */
  readonly id?: string;
};

export type Sent = {
  readonly id: string;
  readonly thread: string;
  readonly subject: string;
  readonly boxes: ReadonlyArray<{ readonly box: string; readonly line: string | null; readonly for?: string }>;
};

const ID_LENGTH = 7;
const bytes = (text: string): number => new TextEncoder().encode(text).length;

/** An id for a mail. */
export const newMailId = (random: (bytes: number) => Uint8Array): string => `ml-${shortHash(random(ID_LENGTH), ID_LENGTH)}`;

/** Sends a mail to addresses: a letter in each mailbox, and its agents are told, each once. */
export async function sendMail(desk: Desk, ground: Ground, mail: Mail): Promise<Sent | Refusal> {
  const wrong = refusalOf(mail, []);
  if (wrong) return wrong;
  if (mail.replyTo !== undefined && !(await desk.books.read('message', mail.replyTo)))
    return refuse('MAIL_UNKNOWN', { id: mail.replyTo, box: mail.from, hint: '`gt mail inbox --all` shows all.' });
  const found = await resolveAddresses({ books: desk.books, ...ground }, [...mail.to, ...(mail.cc ?? [])], mail);
  return isRefusal(found) ? found : postLetters(desk, mail, found.boxes);
}

/** The same to mailboxes that are known already. All is written in one change. */
export async function postLetters(desk: Desk, mail: Mail, boxes: readonly Addressee[]): Promise<Sent | Refusal> {
  const wrong = refusalOf(mail, boxes);
  if (wrong) return wrong;
  const id = mail.id ?? newMailId(desk.random);
  // A mail to many writes the lines of many, who write them too: it may have to be tried more often than a change is.
  for (let tries = 1; ; tries++) {
    const sent = await desk.change(async (reading) => {
      const draft = new Draft(reading);
      const known = await draft.get('message', id);
      const written = known ? await sentBefore(desk, known) : await writeMail(desk, draft, { ...mail, id }, boxes);
      return isRefusal(written) ? written : draft.change(written);
    });
    if (isRefusal(sent) && sent.refused === 'MAIL_LOOP') await askAboutLoop(desk, sent);
    if (!isRefusal(sent) || sent.refused !== 'BOOKS_BUSY' || tries >= TRIES) return sent;
  }
}

const TRIES = 5;

function refusalOf({ text, subject }: Mail, boxes: readonly Addressee[]): Refusal | undefined {
  const size = bytes(text);
  if (size > MAIL_BYTES) return refuse('MAIL_TOO_LARGE', { bytes: size, limit: MAIL_BYTES });
  if (text.trim() === '' && (subject ?? '').trim() === '') return refuse('MAIL_EMPTY');
  if ([...(subject ?? '')].length > SUBJECT_CHARACTERS)
    return refuse('USAGE', {
      what: `A subject has ${SUBJECT_CHARACTERS} characters at most.`,
      hint: 'Say the rest in the text.',
    });
  return boxes.length > MAIL_BOXES ? refuse('MAIL_TOO_MANY', { count: boxes.length, limit: MAIL_BOXES }) : undefined;
}

async function sentBefore(desk: Desk, { id, thread, subject }: Message): Promise<Sent> {
  const letters = await desk.books.readMany('letter', await desk.books.index(`letters.of:${id}`));
  return { id, thread, subject, boxes: letters.map(boxOf) };
}

type Reached = { readonly box: string; readonly line?: string | undefined; readonly for?: string | undefined };
const boxOf = ({ box, line, for: whom }: Reached) => ({
  box,
  line: line ?? null,
  ...(whom !== undefined && { for: whom }),
});

/** Writes a mail, its letters and the deliveries that they need, into a change. */
export async function writeMail(
  desk: Desk,
  draft: Draft,
  mail: Mail & { readonly id: string },
  boxes: readonly Addressee[],
): Promise<Sent | Refusal> {
  const { message, ...thread } = await messageOf(desk, draft, mail);
  const wrong = await refusePace(desk, draft, mail, thread, boxes);
  if (wrong) return wrong;
  draft.put({ noun: 'message', doc: message });
  draft.write(message.id, { body: mail.text });
  const lines = new Map<string, { rig: string; box: string }>();
  for (const one of boxes) {
    const { box, line, tell = true } = one;
    const rig = line === undefined ? undefined : await rigOfLine(draft, line);
    if (line !== undefined && tell && rig === undefined) return refuse('MAIL_GONE', { box, why: goneBecause(line) });
    // What a role that is code consumes nobody calls by number, and all who tell of work would write that mailbox.
    const n = one.filed?.why === CONSUMED ? undefined : await nextNumber(draft, mailboxOf(one));
    const letter = { ...letterOf(message, one), ...(n !== undefined && { n }) };
    await draft.get('letter', letter.id); // nobody has it: the id of its message is new
    draft.put({ noun: 'letter', doc: letter });
    if (line !== undefined && tell) lines.set(line, { rig: rig ?? '', box });
  }
  for (const [line, { rig, box }] of lines) await ensureMail(desk, draft, line, rig, box);
  const { id, subject, type, priority } = message;
  const to = boxes.slice(0, 5).map(({ box }) => box);
  draft.say({
    type: 'mail.sent',
    subject: id,
    data: { from: mail.from, to, boxes: boxes.length, subject: headOf(subject), type, priority },
  });
  return { id, thread: message.thread, subject, boxes: boxes.map(boxOf) };
}

type Threaded = { readonly message: Message; readonly root: Message | undefined; readonly parent: Message | undefined };

/** The record, and its thread's first mail with it: a mail is later than all before it in its thread. */
async function messageOf(desk: Desk, draft: Draft, mail: Mail & { readonly id: string }): Promise<Threaded> {
  const { id, from, fromLine, to, cc = [], text, type = 'note', priority = 2, replyTo, facts, auto } = mail;
  await draft.get('message', id);
  const parent = replyTo === undefined ? undefined : await draft.get('message', replyTo);
  const thread = parent?.thread ?? id;
  const first = parent ? await draft.get('message', thread) : undefined;
  const at = Math.max(desk.clock.now(), (first?.lastAt ?? first?.at ?? 0) + 1);
  const root = first && { ...first, lastAt: at };
  if (root) draft.put({ noun: 'message', doc: root });
  const given = mail.subject?.trim() || (parent ? `Re: ${parent.subject.replace(/^(Re: )+/, '')}` : subjectOf(text));
  const message: Message = {
    id,
    from,
    ...(fromLine !== undefined && { fromLine }),
    to: [...to],
    cc: [...cc],
    subject: [...withoutControls(given).replace(/\s+/g, ' ')].slice(0, SUBJECT_CHARACTERS).join(''),
    type,
    priority,
    thread,
    ...(parent && { replyTo: parent.id }),
    at,
    bytes: bytes(text),
    head: headOf(text),
    ...(facts && { facts }),
    ...(auto && { auto }),
  };
  return { message, root, parent };
}

function letterOf(message: Message, { box, line, tell = true, filed, for: whom }: Addressee): Letter {
  const { id, from, fromLine, subject, type, priority, thread, replyTo, at, bytes: size, head } = message;
  return {
    id: letterId(id, mailboxOf({ box, line })),
    message: id,
    box,
    ...(line !== undefined && { line }),
    ...(whom !== undefined && { for: whom }),
    from,
    ...(fromLine !== undefined && { fromLine }),
    subject,
    type,
    priority,
    thread,
    ...(replyTo !== undefined && { replyTo }),
    at,
    bytes: size,
    head,
    ...(filed === undefined ? { state: 'unread' } : { state: filed.as, stateAt: at, why: filed.why }),
    told: line !== undefined && tell ? 'waiting' : 'none',
  };
}
