import { isAgentId } from './holder.ts';
import { MAIL_BATCH, MAIL_HEAD_CHARACTERS, MAIL_WHOLE_BYTES } from './limits.ts';
import type { Letter } from './records.ts';
import { headOf } from './spoken.ts';

/**
 * Mail: one message, and a letter of it in each mailbox that it is for.
 *
 * A letter whose mailbox is an agent's is told to that agent once:
 *
 *   waiting ──somebody claims the mail delivery in its agent's line──▸ bound ──▸ told
 *                                                                     └──▸ unknown (perhaps told: never again by itself, it stays unread)
 *   waiting, bound ──nobody will come any more, or its agent has read or archived it──▸ none
 *
 * - In each line stands one mail delivery that is not bound as long as a letter waits, however many do. Its letters and its text are settled in the
 *   commit that claims it first; whoever tries again tries the same ones. If more wait, that commit puts the next mail delivery at the end of the line.
 * - So the line's laws (delivery.ts) are those of mail: one path wins, in order, what is unknown is not repeated.
 */

/** What mail of the town itself is signed with. */
export const THE_TOWN_ITSELF = 'gas-town';
/** The mailbox of the person. */
export const OVERSEER = 'overseer';
/** The type of the notice that a mail reached nobody. None is written about a notice. */
export const UNDELIVERABLE = 'undeliverable';

/** Why a letter is filed unread: what it tells of stands in the books, and nobody reads it here. */
export const CONSUMED = 'consumed';

/** Why a letter lies in the mailbox of a channel, read: its posts are there for whoever looks. */
export const CHANNEL_POST = 'a post of the channel';

/** Goes before other threads. */
export const isUrgent = (priority: number): boolean => priority <= 1;

/** Where a letter lies: a polecat's lies with its item, since a later polecat of that name is another one. */
export const mailboxOf = ({ box, line }: Pick<Letter, 'box' | 'line'>): string =>
  line !== undefined && !isAgentId(line) ? line : box;

export const letterId = (message: string, mailbox: string): string => `${message}@${mailbox}`;

/**
 * Whether a letter may be dropped when it has become old: one that was read or archived, one whose agent was told, and one to a polecat. What a person, or an
 * agent that was not told, has not read stays.
 */
export const mayGo = ({ state, told, line }: Letter): boolean =>
  told !== 'waiting' && told !== 'bound' && (state !== 'unread' || told === 'told' || (line !== undefined && !isAgentId(line)));

const bytes = (text: string): number => new TextEncoder().encode(text).length;

/**
 * The order in which letters are told: by age; what is urgent goes first, and takes with it what waits before it in its thread. Within a thread age alone
 * counts.
 */
export function inTurn(letters: readonly Letter[]): Letter[] {
  const byAge = [...letters].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  const ranks = new Map<string, number>();
  const ofThread = new Map<string, number>();
  for (const one of byAge.toReversed()) {
    const rank = Math.min(ofThread.get(one.thread) ?? 2, isUrgent(one.priority) ? one.priority : 2);
    ofThread.set(one.thread, rank);
    ranks.set(one.id, rank);
  }
  return byAge.sort((a, b) => (ranks.get(a.id) ?? 2) - (ranks.get(b.id) ?? 2)); // sorts are stable
}

/** The first line of a letter as its agent is told it. */
function letterHead({ message, from, subject, type, priority, replyTo, at, for: whom }: Letter): string {
  const when = new Date(at).toISOString().slice(0, 16);
  const kind = [
    isUrgent(priority) ? 'urgent' : '',
    type === 'note' ? '' : type,
    replyTo ? `answers ${replyTo}` : '',
    whom === undefined ? '' : `for ${whom}, which no agent reads: see to it`,
  ];
  const marks = kind.filter(Boolean).join(', ');
  return `[GAS TOWN] Mail ${message} from ${from}, ${when}Z${marks && ` (${marks})`}: ${subject}`;
}

const isWhole = (letter: Letter): boolean => letter.bytes + bytes(letterHead(letter)) <= MAIL_WHOLE_BYTES;

/** A letter as its agent is told it: whole, or of a long one the beginning, and where the rest is. */
function letterText(letter: Letter, body: string): string {
  const head = letterHead(letter);
  if (body.trim() === '' || body.trim() === letter.subject) return head;
  if (isWhole(letter)) return `${head}\n${body}`;
  const begin = [...body.slice(0, 2 * MAIL_HEAD_CHARACTERS)].slice(0, MAIL_HEAD_CHARACTERS).join('');
  return `${head}\n${begin} …\n(${letter.bytes} bytes: \`gt mail read ${letter.message}\` shows all of it)`;
}

/** The most bytes that a letter takes of what its agent is told. */
const costOf = (letter: Letter): number =>
  bytes(letterHead(letter)) + 3 + (isWhole(letter) ? letter.bytes : 4 * MAIL_HEAD_CHARACTERS + 120);

const LAST_LINE_BYTES = 120;

/** The first letters that fit into so many bytes; in their order, of which nothing is left out. The room of a whole hook has room for one at least. */
export function thatFit(letters: readonly Letter[], room: number): Letter[] {
  let left = room - LAST_LINE_BYTES;
  const taken: Letter[] = [];
  for (const letter of letters.slice(0, MAIL_BATCH)) {
    left -= costOf(letter);
    if (left < 0) break;
    taken.push(letter);
  }
  return taken;
}

/** What an agent is told of letters, by the texts of their messages. */
export function mailText(letters: readonly Letter[], bodies: readonly string[]): string {
  const [only, ...more] = letters;
  const id = more.length === 0 ? (only?.message ?? '') : '<id>';
  return `${letters.map((letter, i) => letterText(letter, bodies[i] ?? '')).join('\n\n')}\n(to answer: gt mail reply ${id} "…")`;
}

/** How lists name a delivery of these letters: they cut it where the terminal ends. */
export function mailHead(letters: readonly Letter[]): string {
  const [first, ...more] = letters;
  return first
    ? headOf(`mail from ${first.from}: ${first.subject}${more.length > 0 ? ` (+${more.length})` : ''}`, MAIL_HEAD_CHARACTERS)
    : 'mail';
}

/** A mail without a subject has its first line for one. */
export const subjectOf = (text: string): string => headOf(text.trimStart().split('\n', 1)[0] ?? '', 72);
