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
  before: z
    .looseObject({
      ended: z.string(),
      goesOn: z.boolean(),
      at: time,
      conversation: z.string().optional(),
      /** It was handed off: the next one begins anew, with its note. */
      cycled: z.boolean().optional(),
      /** Its context was full, or nearly. */
      filled: z.boolean().optional(),
    })
    .optional(),
  /** How long its program may take to start (ms), where that is longer than the rig allows others. */
  startupMs: z.number().optional(),
  /** The first line of its first prompt, by which its conversation is found again. */
  beacon: z.string().optional(),
  /** The first prompt, where the program takes it only by typing: the session's first delivery. */
  typed: z.string().optional(),
  /** What somebody wants it to be told first, of a lasting agent. */
  first: z.looseObject({ text: z.string(), by: z.string(), at: time }).optional(),
  /** The conversation (or the moment) for which its context was printed. */
  primed: z.string().optional(),
  /** The last time that a hook told of each, or its screen; `seen`: its processor has done what follows. */
  noted: z.record(z.string(), z.looseObject({ at: time, what: z.string().optional(), seen: time.optional() })).optional(),
  /** It has done the one step that it was for, and leaves: the next step has a session of its own. */
  leaving: time.optional(),
  /** Until when its screen asked a person something before the agent was heard. */
  askedUntil: time.optional(),
  /** A fresh session is wanted when its conversation was made shorter. */
  cycles: z.boolean().optional(),
  /** It is to be handed off at the end of its turn: since when, why; and when it was asked for a note. `full`: it can say nothing more, nor end its turn. */
  due: z.looseObject({ at: time, why: z.string(), asked: time.optional(), full: z.boolean().optional() }).optional(),
  /** What its screen has shown for a while, where that is not an agent at work; of a dialog its kind, and what Enter does in it. */
  shows: z
    .looseObject({
      is: z.enum(['dialog', 'login', 'limited', 'idle']),
      what: z.string(),
      kind: z.string().optional(),
      enter: z.string().optional(),
      dialog: z.string().optional(),
      since: time,
      /** The question that is asked of a person about it. */
      question: z.string().optional(),
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
  /** Of a run that a person works on: its worktree is laid out, and this starts the agent there. */
  words: z.string().optional(),
  /** The end of its output, once it is over. */
  lastWords: z.string().optional(),
});

/** What may be asked of whoever has sessions, a run or a lasting agent. */
export const asked = {
  /**
   * Its session ends at the next good moment, and a fresh one goes on: who asked (itself: by its session), why. `hurry`: also in the middle of a turn. Taken away when the next
   * one has said hello.
   */
  cycle: z
    .looseObject({ at: time, by: z.string(), why: z.string(), session: z.string(), hurry: z.boolean().optional() })
    .optional(),
  /** Put to sleep: gets no new work, no nudges and no restarts; its session goes on. */
  asleep: z.looseObject({ at: time, by: z.string() }).optional(),
  /** Its session was ended by a person (or by itself: then that is its session), and is not started again until somebody wakes it. */
  killed: z.looseObject({ at: time, by: z.string() }).optional(),
  /** The note for its next session: the text field `handoff` of its line. Of which session it is, who wrote it, and which one has read it. */
  note: z.looseObject({ at: time, session: z.string(), by: z.string(), read: z.string().optional() }).optional(),
};

/** One session, kept when its holder has gone on to the next: session-log.ts. */
export const sessionEntry = z.looseObject({
  id: z.string(),
  /** The run or the lasting agent whose session it was. */
  holder: z.string(),
  /** Whose sessions are one line: the work item, over all of its runs, or the lasting agent. */
  line: z.string(),
  work: z.string().optional(),
  rig: z.string(),
  name: z.string(),
  role: z.string(),
  /** The address of whose session it was. */
  address: z.string(),
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
