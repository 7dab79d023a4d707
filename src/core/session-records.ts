import { z } from 'zod';

/** Parts of a run's record that tell of its session. Times are ms since 1970. */
const time = z.number();

/** How a session ended. */
export const exit = z.looseObject({ code: z.number().nullable(), signal: z.number().nullable(), at: time });

/** How a session was started, and what its agent program has told of itself since. */
export const conversation = {
  /** How often its start was prepared: each try has an id of its own, because programs refuse one that was used. */
  starts: z.number().optional(),
  mode: z.enum(['fresh', 'resume', 'fork']).optional(),
  /** The program's own id of the conversation: the one we gave it, or the one it told. */
  conversation: z.string().optional(),
  /** The run's session before this one: how it ended, and whether its conversation may go on. */
  before: z.looseObject({ ended: z.string(), goesOn: z.boolean(), at: time, conversation: z.string().optional() }).optional(),
  /** How long its program may take to start (ms), where that is longer than the rig allows others. */
  startupMs: z.number().optional(),
  /** The first line of its first prompt, by which its conversation is found again. */
  beacon: z.string().optional(),
  /** The first prompt, where the program takes it only by typing: the session's first delivery. */
  typed: z.string().optional(),
  /** The conversation (or the moment) for which its context was printed. */
  primed: z.string().optional(),
  /** The last time that a hook told of each. */
  noted: z.record(z.string(), z.looseObject({ at: time, what: z.string().optional() })).optional(),
  /** It has done the one step that it was for, and leaves: the next step has a session of its own. */
  leaving: time.optional(),
  /** What its screen has shown for a while, where that is not an agent at work; of a dialog its kind, and what Enter does in it. */
  shows: z
    .looseObject({
      is: z.enum(['dialog', 'login', 'limited', 'idle']),
      what: z.string(),
      kind: z.string().optional(),
      enter: z.string().optional(),
      since: time,
    })
    .optional(),
};

/** One session, kept when its holder has gone on to the next: session-log.ts. */
export const session = z.looseObject({
  id: z.string(),
  /** The run or the lasting agent whose session it was. */
  holder: z.string(),
  work: z.string().optional(),
  rig: z.string(),
  name: z.string(),
  role: z.string(),
  /** The preset of its program. */
  agent: z.string(),
  /** Where it ran. */
  dir: z.string(),
  at: time,
  ackedAt: time.optional(),
  mode: conversation.mode,
  conversation: z.string().optional(),
  beacon: z.string().optional(),
  /** The commit that its worktree was at when it began, and when it ended. */
  headBefore: z.string().optional(),
  headAfter: z.string().optional(),
  exit: exit.optional(),
  /** How it ended, in a few words. */
  how: z.string().optional(),
});
