import { z } from 'zod';

/** What protocol mail tells of, by its kind (protocol-mail.ts). */

const ids = z.array(z.string());
const sha = z.string();
/** Of one batch in one rig: how many of its items came to which end. */
const ends = { landed: z.number(), failed: z.number(), skipped: z.number() };

const swarm = { swarm: z.string(), rig: z.string() };
const merge = { merge: z.string(), work: z.string(), rig: z.string() };

/** The facts of each kind. */
export const protocolFacts = z.discriminatedUnion('type', [
  /** mayor to the witness of each rig: a batch was put on the hook. `total` is over all rigs. */
  z.looseObject({ type: z.literal('SWARM_START'), ...swarm, items: ids, total: z.number() }),
  /** polecat to witness: it has handed in. */
  z.looseObject({
    type: z.literal('POLECAT_DONE'),
    work: z.string(),
    run: z.string(),
    rig: z.string(),
    merge: z.string().optional(),
  }),
  /** witness to refinery: a head is pinned and stands in the queue. */
  z.looseObject({ type: z.literal('MERGE_READY'), ...merge, branch: z.string(), head: sha, target: z.string() }),
  /** refinery to witness and worker. */
  z.looseObject({ type: z.literal('MERGED'), ...merge, commit: sha, target: z.string() }),
  /** refinery to witness and worker: the checks failed; it conflicts. */
  z.looseObject({ type: z.literal('MERGE_FAILED'), ...merge, why: z.string(), head: sha }),
  z.looseObject({ type: z.literal('REWORK_REQUEST'), ...merge, why: z.string(), head: sha }),
  /** witness to mayor and overseer: the last item of the batch in this rig is closed. */
  z.looseObject({ type: z.literal('SWARM_COMPLETE'), ...swarm, total: z.number(), ...ends }),
  /** an agent of a rig to its witness: it has asked a person; to the mayor: gt has asked, since after `session` it cannot bring it back. */
  z.looseObject({
    type: z.literal('HELP'),
    question: z.string(),
    rig: z.string(),
    severity: z.string(),
    why: z.string(),
    session: z.string().optional(),
  }),
  /** an agent to itself: the note of a session for the next one. */
  z.looseObject({ type: z.literal('HANDOFF'), session: z.string(), line: z.string() }),
]);
