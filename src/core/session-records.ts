import { z } from 'zod';

/** Parts of a run's record that tell of its session. Times are ms since 1970. */
const time = z.number();

/** How a session ended. */
const exit = z.looseObject({ code: z.number().nullable(), signal: z.number().nullable(), at: time });

/** How a session was started, and what its agent program has told of itself since. */
const conversation = {
  /** How often its start was prepared: each try has an id of its own, because programs refuse one that was used. */
  starts: z.number().optional(),
  mode: z.enum(['fresh', 'resume', 'fork']).optional(),
  /** The program's own id of the conversation: the one we gave it, or the one it told. */
  conversation: z.string().optional(),
  /** The run's session before this one: how it ended, and whether its conversation may go on. */
  before: z.looseObject({ ended: z.string(), goesOn: z.boolean(), at: time, conversation: z.string().optional() }).optional(),
  /** How long its program may take to start (ms), where that is longer than the rig allows others. */
  startupMs: z.number().optional(),
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

/** One session: one agent program in one terminal, under one token. A run has one at a time, and so has a lasting agent. */
export const session = z.looseObject({
  id: z.string(),
  token: z.string(),
  at: time,
  pid: z.number().optional(),
  born: z.string().optional(),
  ackedAt: time.optional(),
  exit: exit.optional(),
  ...conversation,
  /** The end of its output, once it is over. */
  lastWords: z.string().optional(),
});

/** What may be asked of whoever has sessions, a run or a lasting agent. */
export const asked = {
  /** Its session ends at the next good moment, and a fresh one goes on: who asked, why. Taken away when the next one has said hello. */
  cycle: z.looseObject({ at: time, by: z.string(), why: z.string(), session: z.string() }).optional(),
  /** Put to sleep: gets no new work, no nudges and no restarts; its session goes on. */
  asleep: z.looseObject({ at: time, by: z.string() }).optional(),
  /** Its session was ended by a person, and is not started again until somebody wakes it. */
  killed: z.looseObject({ at: time, by: z.string() }).optional(),
};
