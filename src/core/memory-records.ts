import { z } from 'zod';

/** Something that agents are to know from now on. `for` is whom it concerns: `town`, `rig:<rig>`, `role:<role>`, or the address of one agent. */
export const memory = z.looseObject({
  id: z.string(),
  for: z.string(),
  text: z.string(),
  /** A later one of the same key takes its place. */
  key: z.string().optional(),
  at: z.number(),
  by: z.string(),
});
