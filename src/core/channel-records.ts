import { z } from 'zod';

/** A channel: whoever subscribes gets its posts, and they stay readable in its mailbox. Times are ms since 1970. */
export const channel = z.looseObject({
  /** Its name: `news` of `channel:news`. */
  id: z.string(),
  /** Mailboxes, and of an agent its line: a later polecat of that name has not subscribed. */
  subscribers: z.array(z.looseObject({ box: z.string(), line: z.string().optional(), at: z.number() })).default([]),
  createdAt: z.number(),
});
