import { z } from 'zod';

/** The records that the town has beside its work: who grants slots, who patrols, who serves, what a person is asked. Times are ms since 1970. */
const time = z.number();

/** The town's slots: one job grants them all. */
export const dispatch = z.looseObject({
  id: z.string(),
  generation: z.number().default(1),
});

/** A patrol's guard: a tick that would overlap is skipped, and counted. */
export const patrol = z.looseObject({
  id: z.string(),
  running: z.looseObject({ epoch: z.number(), since: time }).optional(),
  lastAt: time.optional(),
  ticks: z.number().default(0),
  skipped: z.number().default(0),
  repaired: z.number().default(0),
});

/** A question that only a person can answer. The same cause is one escalation with a count. */
export const escalation = z.looseObject({
  id: z.string(),
  cause: z.string(),
  subject: z.string(),
  severity: z.enum(['low', 'medium', 'high', 'critical']),
  why: z.string(),
  count: z.number().default(1),
  state: z.enum(['open', 'acked', 'closed']),
  openedAt: time,
  lastAt: time,
  /** Asked by an agent that waits for the answer: who (its address), in which session, and whose line the answer goes into. */
  asker: z.looseObject({ address: z.string(), session: z.string().optional(), line: z.string() }).optional(),
  rig: z.string().optional(),
  work: z.string().optional(),
  choices: z.array(z.string()).optional(),
  /** The screen that asks, where it is a dialog of the agent's program. */
  screen: z.string().optional(),
  dialog: z.looseObject({ name: z.string(), kind: z.string().optional(), enter: z.string().optional() }).optional(),
  expiresAt: time.optional(),
  answer: z.looseObject({ text: z.string(), choice: z.number().optional(), by: z.string(), at: time }).optional(),
  closedAt: time.optional(),
});

/** The one worker of the town. */
export const worker = z.looseObject({
  id: z.string(),
  epoch: z.number(),
  pid: z.number(),
  born: z.string(),
  host: z.string(),
  startedAt: time,
  /** The run of Redis with which the books and the world were last made to agree. */
  redisRun: z.string(),
});
