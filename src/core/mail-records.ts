import { z } from 'zod';
import { protocolFacts } from './protocol-records.ts';

/** The records of mail: what was written, and its copies in the mailboxes of those it is for. Times are ms since 1970. */
const time = z.number();

/** Of a thread's first mail: how often each of the last two parties has written, since nobody else did. */
const circle = z.looseObject({ since: z.number(), counts: z.record(z.string(), z.number()) });

/** Of who sends: how many mails to which mailbox lately. */
export const pace = z.looseObject({
  id: z.string(),
  sent: z.array(z.looseObject({ to: z.string(), since: z.number(), count: z.number() })).default([]),
});

/** One mail. Its text lies in `text:<id>`, field `body`. */
export const message = z.looseObject({
  id: z.string(),
  /** Who wrote it, and, of an agent, whose line a word about it goes to: the id of its item, or its own. */
  from: z.string(),
  fromLine: z.string().optional(),
  /** Addresses as they were written. */
  to: z.array(z.string()),
  cc: z.array(z.string()).default([]),
  subject: z.string(),
  /** `note`, or the name of a protocol message. */
  type: z.string().default('note'),
  priority: z.number().min(0).max(4).default(2),
  /** The first mail of its thread, and the one that it answers. */
  thread: z.string(),
  replyTo: z.string().optional(),
  /** Later than all before it in its thread. */
  at: time,
  /** Of the first of a thread: when the last was written. */
  lastAt: time.optional(),
  bytes: z.number(),
  head: z.string(),
  /** Of protocol mail: what it tells of. */
  facts: protocolFacts.optional(),
  /** A program sent it, without anybody's decision. */
  auto: z.boolean().optional(),
  /** Of the first of a thread: who has written in it since (mail-loop.ts). */
  circle: circle.optional(),
});

/** A mailbox, by where its letters lie (`mailboxOf`): the number that its last letter got. */
export const mailbox = z.looseObject({ id: z.string(), last: z.number() });

/** A copy of a mail in one mailbox: whether it was read, and whether it was put before its agent. */
export const letter = z.looseObject({
  /** `<message>@<mailbox>` */
  id: z.string(),
  message: z.string(),
  /** Its number in the mailbox, which no other letter there ever has. Mail that a role which is code has consumed has none. */
  n: z.number().optional(),
  /** The address of the mailbox in its one spelling: `mayor`, `shop/polecats/toast`, `overseer`. */
  box: z.string(),
  /** Whose agent is told of it: the id of a recipient. A polecat that has the name later is another one. */
  line: z.string().optional(),
  /** To whom it was written, where another has it in that one's place. */
  for: z.string().optional(),
  from: z.string(),
  fromLine: z.string().optional(),
  subject: z.string(),
  type: z.string(),
  priority: z.number(),
  thread: z.string(),
  replyTo: z.string().optional(),
  at: time,
  bytes: z.number(),
  head: z.string(),
  state: z.enum(['unread', 'read', 'archived']),
  /** When it was read or archived last. */
  stateAt: time.optional(),
  /** waiting for a moment, bound to a delivery, told, perhaps told, or never to be told. */
  told: z.enum(['waiting', 'bound', 'told', 'unknown', 'none']),
  delivery: z.string().optional(),
  session: z.string().optional(),
  toldAt: time.optional(),
  /** Why it is never told, where that was not the wish. */
  why: z.string().optional(),
});
