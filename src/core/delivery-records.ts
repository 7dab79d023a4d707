import { z } from 'zod';

/** The records of deliveries: what is said to an agent that works, and to whom. Times are ms since 1970. Their life is told in delivery.ts. */
const time = z.number();

const state = z.enum([
  'pending',
  'claimed',
  'taken',
  'not-sent',
  'draft-left',
  'unknown',
  'expired',
  'superseded',
  'undeliverable',
  'withdrawn',
]);
const path = z.enum(['hook', 'terminal']);

/** One nudge to one agent. Its text lies in `text:<id>`, field `text`. */
export const delivery = z.looseObject({
  id: z.string(),
  /** The address as it was given, and whose agent it came down to: the id of a work item, or of a lasting agent. */
  to: z.string(),
  work: z.string(),
  rig: z.string(),
  from: z.string(),
  /** Size of its text, and the beginning of it for lists. */
  bytes: z.number(),
  head: z.string(),
  mode: z.enum(['wait-idle', 'queue', 'immediate']),
  /** A newer one with the same key to the same agent takes the place of one that is pending. */
  key: z.string().optional(),
  /** It is the first prompt of this session, whose program takes it only by typing: it goes before all others, and to no other session. */
  first: z.string().optional(),
  createdAt: time,
  expiresAt: time,
  state,
  /** Who has it in hand, and until when an outcome is waited for. */
  claim: z
    .looseObject({
      path,
      owner: z.string(),
      session: z.string(),
      /** At which moment a hook printed it. */
      moment: z.enum(['context', 'stop']).optional(),
      at: time,
      until: time,
    })
    .optional(),
  /** Claims for the terminal so far. The host knows all of one session by the same id, so that what was typed is not typed again. */
  attempts: z.number().default(0),
  notBefore: time.optional(),
  /** It is claimed, and to be called back if that is still possible. */
  unwanted: z.looseObject({ as: z.enum(['superseded', 'withdrawn']), by: z.string() }).optional(),
  why: z.string().optional(),
  endedAt: time.optional(),
  /** A person has seen that it was not delivered. */
  dismissed: z.boolean().optional(),
  history: z.array(z.looseObject({ at: time, state, path: path.optional(), why: z.string().optional() })).default([]),
});

/** Whom deliveries are for: the agent of a work item, whichever session it is in. The line holds every delivery that is pending or claimed, in order. */
export const recipient = z.looseObject({
  /** Of the work item, or of the lasting agent. */
  id: z.string(),
  line: z
    .array(
      z.looseObject({
        id: z.string(),
        key: z.string().optional(),
        immediate: z.boolean().optional(),
        path: path.optional(),
      }),
    )
    .default([]),
  /** The last few that may have arrived, though nobody saw it: a prompt that shows one proves it. */
  doubtful: z.array(z.string()).default([]),
  /** The session that said hello last, and the one whose hooks call. */
  session: z.string().optional(),
  hooked: z.string().optional(),
  /** Its turn has ended, and nothing was said to it since. */
  idle: z.looseObject({ session: z.string(), at: time }).optional(),
});
