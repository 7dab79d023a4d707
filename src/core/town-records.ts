import { z } from 'zod';

/** The records that the town has beside its work: who grants slots, who patrols, who serves, what a person is asked. Times are ms since 1970. */
const time = z.number();

/** The town's slots: one job grants them all. */
export const dispatch = z.looseObject({
  id: z.string(),
  generation: z.number().default(1),
  /** Sessions that were granted where an agent program has a limit, or a rig a pace: who counts and then writes this one counts alone. */
  granted: z.number().optional(),
  /** When each rig with a `worker_spawn_delay` last began a run. */
  begunAt: z.record(z.string(), time).optional(),
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

/**
 * A question that only a person can answer. The same cause is one escalation with a count. With an `asker` it has a job: it expires, and its answer is
 * brought to who asked (question.ts).
 */
export const escalation = z.looseObject({
  id: z.string(),
  /** Of a question, from 1: raised when one that had ended is asked anew. */
  generation: z.number().optional(),
  cause: z.string(),
  subject: z.string(),
  severity: z.enum(['low', 'medium', 'high', 'critical']),
  why: z.string(),
  count: z.number().default(1),
  state: z.enum(['open', 'acked', 'closed']),
  openedAt: time,
  lastAt: time,
  /** The agent that waits for the answer: its address, its session, and whose line the answer goes into. */
  asker: z.looseObject({ address: z.string(), session: z.string().optional(), line: z.string() }).optional(),
  rig: z.string().optional(),
  work: z.string().optional(),
  choices: z.array(z.string()).optional(),
  /** What the asker's screen showed, without secrets. */
  screen: z.string().optional(),
  /** The dialog of its program that asks: `id` stands for its words, so that no other one is answered; `todo` where it is not answered by a choice. */
  dialog: z
    .looseObject({
      id: z.string(),
      name: z.string(),
      kind: z.string().optional(),
      enter: z.string().optional(),
      todo: z.string().optional(),
      /** It waits for words of any kind. */
      words: z.boolean().optional(),
    })
    .optional(),
  /** Its asker stands and waits: it is told by the call that asks. */
  waiter: z.boolean().optional(),
  expiresAt: time.optional(),
  answer: z.looseObject({ text: z.string(), choice: z.number().optional(), by: z.string(), at: time }).optional(),
  /** Answers that were typed into a dialog so far, and what came of the last one that failed. */
  tries: z.number().optional(),
  failed: z.string().optional(),
  /** The asker has the answer: who waited for it, or by this delivery; `why` tells that nobody was there to be told. */
  told: z.looseObject({ at: time, delivery: z.string().optional(), why: z.string().optional() }).optional(),
  ackedBy: z.string().optional(),
  /** How a question ended. `elsewhere`: the dialog went away without an answer of ours. */
  ended: z.enum(['answered', 'expired', 'elsewhere', 'closed']).optional(),
  closedAt: time.optional(),
  closedBy: z.string().optional(),
  reason: z.string().optional(),
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
  /** The indexes into which all records were last put, by their build's name for them (daemon/reindex.ts). */
  indexed: z.string().optional(),
});
