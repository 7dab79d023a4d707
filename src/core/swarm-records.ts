import { z } from 'zod';

/** What one rig does of a batch: which items, so that their end can be told. Times are ms since 1970. Its life is told in swarm.ts. */
export const swarm = z.looseObject({
  id: z.string(),
  rig: z.string(),
  /** Work items, or the legs of `molecule`. */
  items: z.array(z.string()),
  /** Items of the batch in all rigs. */
  total: z.number(),
  molecule: z.string().optional(),
  by: z.string(),
  at: z.number(),
  state: z.enum(['planned', 'begun', 'complete']),
  ended: z.looseObject({ at: z.number(), landed: z.number(), failed: z.number(), skipped: z.number() }).optional(),
});
