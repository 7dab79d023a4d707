import type { Records } from './records.ts';

/** Where agents, mail and memories stand (derive.ts): lists and inboxes read what they show. */
type At = ReadonlyArray<readonly [index: string, score: number]>;

export const agentStands = (doc: Records['agent']): At => [
  ['agents', doc.createdAt],
  ...(doc.rig === '' ? [] : [[`agents:${doc.rig}`, doc.createdAt] as const]),
  ...(doc.wanted ? [['agents.wanted', doc.wanted.at] as const] : []),
];

export const messageStands = (doc: Records['message']): At => [
  ['messages', doc.at],
  [`thread:${doc.thread}`, doc.at],
];

/** A mailbox is three lists by age: all that is not archived, of these the unread, and the archive. `letters.waiting` is what its agent is still to be told. */
export const letterStands = (doc: Records['letter']): At => [
  [`letters.of:${doc.message}`, doc.at],
  ...(doc.state === 'archived' ? [[`letters.archived:${doc.box}`, doc.at] as const] : [[`letters:${doc.box}`, doc.at] as const]),
  ...(doc.state === 'unread' ? [[`letters.unread:${doc.box}`, doc.at] as const] : []),
  ...(doc.told === 'waiting' && doc.line !== undefined ? [[`letters.waiting:${doc.line}`, doc.at] as const] : []),
];

export const memoryStands = (doc: Records['memory']): At => [[`memories:${doc.for}`, doc.at]];
