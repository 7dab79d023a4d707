import { CONSUMED, isUrgent, mailboxOf, mayGo } from './mail.ts';
import type { Records } from './records.ts';

/** Where agents, mail and memories stand (derive.ts): lists and inboxes read what they show. */
type At = ReadonlyArray<readonly [index: string, score: number]>;

export const agentStands = (doc: Records['agent']): At => [
  ...(doc.removed
    ? []
    : [['agents', doc.createdAt] as const, ...(doc.rig === '' ? [] : [[`agents:${doc.rig}`, doc.createdAt] as const])]),
  ...(doc.wanted ? [['agents.wanted', doc.wanted.at] as const] : []),
  ...(doc.waits?.place ? [[AGENTS_WAITING, doc.waits.at] as const] : []),
  ...(doc.session && !doc.session.exit ? [[usingIndex(doc.using ?? ''), doc.session.at] as const] : []),
];

/** Protocol mail that nobody was meant to read goes sooner than other mail. */
const overIndex = ({ why }: Records['letter']): string => (why === CONSUMED ? 'letters.consumed' : 'letters.over');

/** Index of the lasting agents that would have a session if there were room for it. */
export const AGENTS_WAITING = 'agents.waiting';

/** Index of who has an agent program now: runs of polecats, and lasting agents with a session. */
export const usingIndex = (preset: string): string => `using:${preset}`;

export const messageStands = (doc: Records['message']): At => [
  ['messages', doc.at],
  [`thread:${doc.thread}`, doc.at],
];

/**
 * A mailbox is three lists by age: all that is not archived, of these the unread, and the archive; and one by number, `letters.n`. `letters.waiting` is what its agent is still to be told,
 * `letters.urgent` what of it goes first (`letters.pressing` of that what is told at any time), and `letters.due` the same by
 * thread; `letters.over` and `letters.consumed` are what may be dropped one day.
 */
export function letterStands(doc: Records['letter']): At {
  const mailbox = mailboxOf(doc);
  return [
    [`letters.of:${doc.message}`, doc.at],
    [doc.state === 'archived' ? `letters.archived:${mailbox}` : `letters:${mailbox}`, doc.at],
    ...(doc.n === undefined ? [] : [[`letters.n:${mailbox}`, doc.n] as const]),
    ...(doc.state === 'unread' ? [[`letters.unread:${mailbox}`, doc.at] as const] : []),
    ...(mayGo(doc) ? [[overIndex(doc), doc.stateAt ?? doc.toldAt ?? doc.at] as const] : []),
    ...(doc.told === 'waiting' && doc.line !== undefined ? waits(doc.line, doc) : []),
  ];
}

const waits = (line: string, { thread, priority, at }: Records['letter']): At => [
  [`letters.waiting:${line}`, at],
  [`letters.due:${line}:${thread}`, at],
  ...(isUrgent(priority) ? [[`letters.urgent:${line}`, at] as const] : []),
  ...(priority === 0 ? [[`letters.pressing:${line}`, at] as const] : []),
];

export const memoryStands = (doc: Records['memory']): At => [
  ['memories', doc.at],
  [`memories:${doc.for}`, doc.at],
];

export const channelStands = (doc: Records['channel']): At => [['channels', doc.createdAt]];

export const swarmStands = (doc: Records['swarm']): At => [doc.ended ? ['swarms.ended', doc.ended.at] : ['swarms.open', doc.at]];
