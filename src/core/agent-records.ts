import { z } from 'zod';
import { asked, session } from './session-records.ts';

/** The records of agents that last: a mayor, crew, dogs, and whoever sits in a role that is code otherwise. Times are ms since 1970. */
const time = z.number();

const ROLES = ['mayor', 'deacon', 'boot', 'witness', 'refinery', 'crew', 'dog'] as const;

/** A lasting agent: what should be of it, and the session that it is in. Its id says who it is (holder.ts). */
export const agent = z.looseObject({
  id: z.string(),
  generation: z.number().default(1),
  role: z.enum(ROLES),
  /** Empty for those of the town. */
  rig: z.string().default(''),
  /** `mayor`, `witness`, or the name of a crew member or dog. */
  name: z.string(),
  /** The preset that was asked for by name; otherwise the settings say. */
  agent: z.string().optional(),
  /** The preset of its session of now, or of its last one. */
  using: z.string().optional(),
  /** Where its sessions run. */
  dir: z.string(),
  branch: z.string().optional(),
  /** It should have a session: since when, and who wants it. */
  wanted: z.looseObject({ at: time, by: z.string() }).optional(),
  createdAt: time,
  createdBy: z.string(),
  sessions: z.number().default(0),
  session: session.optional(),
  /** Sessions in a row that ended though nobody asked for it, and when the last ones did. */
  deaths: z.number().default(0),
  diedAt: z.array(time).default([]),
  /** No session before then. */
  notBefore: time.optional(),
  /** Its next session goes on with the conversation of the last one: that one crashed, or a person asked for it. */
  goOn: z.boolean().optional(),
  /** What its next session is told first. */
  first: z.looseObject({ text: z.string(), by: z.string(), at: time }).optional(),
  /** Why it has no session though it is wanted: others have all that its program may have (`place`), or it cannot be started, and what mends that. */
  waits: z.looseObject({ at: time, why: z.string(), todo: z.string().optional(), place: z.boolean().optional() }).optional(),
  /** It is no more: only its id is kept, which somebody may have again. */
  removed: z.looseObject({ at: time, by: z.string() }).optional(),
  /** Its crash loop was broken off: not started again before somebody asks. */
  broken: z.looseObject({ at: time, why: z.string() }).optional(),
  ...asked,
});
