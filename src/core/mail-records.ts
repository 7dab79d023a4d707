import { z } from 'zod';

/** The records of mail: what was written, and its copies in the mailboxes of those it is for. Times are ms since 1970. */
const time = z.number();

/** One mail. Its text lies in `text:<id>`, field `body`. */
export const message = z.looseObject({
  id: z.string(),
  from: z.string(),
  /** Addresses as they were written. */
  to: z.array(z.string()),
  cc: z.array(z.string()).default([]),
  subject: z.string(),
  /** `note`, `handoff`, or the name of a protocol message. */
  type: z.string().default('note'),
  priority: z.number().min(0).max(4).default(2),
  /** The first mail of its thread, and the one that it answers. */
  thread: z.string(),
  replyTo: z.string().optional(),
  at: time,
  bytes: z.number(),
  head: z.string(),
});

/** A copy of a mail in one mailbox: whether it was read, and whether it was put before its agent. */
export const letter = z.looseObject({
  id: z.string(),
  message: z.string(),
  /** The address of the mailbox in its one spelling: `mayor`, `shop/polecats/toast`, `overseer`. */
  box: z.string(),
  /** Whose agent is told of it: the id of a recipient. A polecat that has the name later is another one. */
  line: z.string().optional(),
  from: z.string(),
  subject: z.string(),
  type: z.string(),
  priority: z.number(),
  thread: z.string(),
  at: time,
  bytes: z.number(),
  head: z.string(),
  state: z.enum(['unread', 'read', 'archived']),
  /** waiting for a moment, bound to a delivery, told, perhaps told, or never to be told. */
  told: z.enum(['waiting', 'bound', 'told', 'unknown', 'none']),
  delivery: z.string().optional(),
  session: z.string().optional(),
  toldAt: time.optional(),
});
