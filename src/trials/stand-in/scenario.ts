import { z } from 'zod';
import { dialogLook } from './look.ts';

/**
 * What a stand-in is told to do: when it is ready, which dialogs rise, how long its turns take and how they end, how it dies. All times are in ms. What is
 * absent is what the preset and the look say of the real program.
 */

const ms = z.int().min(0);
const chance = z.number().min(0).max(1);
/** A dialog of the preset by its name, or one that no preset knows. */
const dialog = z.union([z.string(), dialogLook.extend({ name: z.string() })]);

const start = z.strictObject({
  /** Until the prompt shows, and from the start until an Enter counts. */
  shows_ms: ms.default(0),
  ready_ms: ms.default(0),
  /** How long it waits for the answers of its terminal. */
  stall_ms: ms.default(1000),
  /** `provisioned`: those that the real program would show, after a look at its files. */
  dialogs: z.union([z.literal('provisioned'), z.array(dialog)]).default('provisioned'),
  /** It says this and ends, as one without a network does. */
  refuses: z.strictObject({ says: z.string(), code: z.int().default(1) }).optional(),
  /** Stands in the input row when the prompt comes, as if a person had typed it. */
  draft: z.string().optional(),
});

/** An Enter too close behind a paste. */
const enter = z.strictObject({
  within_ms: ms.optional(),
  as: z.enum(['newline', 'lost']).default('newline'),
});

const dialogs = z.strictObject({
  /** Dialogs that rise so long after the prompt is ready, in the nth turn (from 1) as it begins, or right after the nth Enter that was taken. */
  at: z
    .array(z.strictObject({ dialog, after_ms: ms.optional(), turn: z.int().min(1).optional(), enter: z.int().min(1).optional() }))
    .default([]),
  /** Dialogs from the seed. A person, who is not the one that types, answers each after `person_ms`. */
  random: z
    .strictObject({
      of: z.array(dialog).min(1),
      /** Between the end of one and the next. */
      every_ms: z.tuple([ms, ms]).optional(),
      /** How likely one rises in the same moment as an Enter is taken, and hides the emptied row. */
      on_enter: chance.default(0),
      person_ms: ms.default(500),
    })
    .optional(),
  /** For so long a dialog does not hear keys, as some programs do. */
  deaf_ms: ms.default(0),
});

const tool = z.strictObject({
  name: z.string().default('Bash'),
  /** Run by /bin/sh in a session of its own, with our environment; without it the tool is only played for `ms`. */
  run: z.string().optional(),
  /** It goes on in the background: the turn does not wait. */
  background: z.boolean().default(false),
  ms: ms.default(0),
  asks: z.boolean().default(false),
});

const turn = z.strictObject({
  /** Each stretch of thought: one before each tool, one after the last. */
  ms: ms.default(200),
  tools: z.array(tool).default([]),
  answer: z.string().default('Done.'),
  /** Its conversation is made shorter before its last words. */
  compacts: z.boolean().default(false),
  /** What its model does when the end of the turn is refused. */
  blocked: z.array(tool).default([]),
  /** It ends without an answer, after so many tries. */
  fails: z.enum(['limited', 'failed', 'full', 'login']).optional(),
  tries: z.int().min(0).default(0),
  retry_ms: ms.default(1000),
  /** How full the context is from then on, in percent. */
  context: z.number().optional(),
  usage: z.strictObject({ input: z.int(), output: z.int(), cached: z.int().default(0) }).prefault({ input: 100, output: 10 }),
});

const ends = z.strictObject({
  /** What TERM does instead of what the preset says. */
  term: z.union([z.literal('ignored'), z.strictObject({ code: z.int() }), z.strictObject({ signal: z.int() })]).optional(),
  term_ms: ms.default(0),
  /** It falls over so long after its start. */
  crash_ms: ms.optional(),
  crash: z.union([z.strictObject({ code: z.int() }), z.strictObject({ signal: z.int() })]).default({ code: 70 }),
  /** A parent of the same name that waits for it: one that passes signals on, or one that does not hear them. */
  launcher: z.enum(['passes', 'deaf']).optional(),
  /** A process in a session of its own that outlives it. */
  daemon: z.boolean().default(false),
});

const scenarioFile = z.strictObject({
  /** A preset, for stand-ins of a server; and the directory that they say they are in. */
  like: z.string().optional(),
  cwd: z.string().optional(),
  seed: z.int().default(1),
  /** Where what happens is noted, one JSON object a line. */
  log: z.string().optional(),
  frame: z
    .strictObject({
      /** Between two redraws while busy, or always. */
      every_ms: ms.default(100),
      always: z.boolean().default(false),
      /** Each within marks of synchronized output. */
      marks: z.boolean().default(true),
      /** When a turn begins its title tells it so long before its rows do: as Claude Code's does on a busy machine, by up to a second. */
      title_first_ms: ms.default(0),
    })
    .prefault({}),
  start: start.prefault({}),
  enter: enter.prefault({}),
  dialogs: dialogs.prefault({}),
  /** The first turn is played by the first of these, and so on; the last goes on for all others. */
  turns: z.array(turn).min(1).prefault([{}]),
  /** Turns are what a model server says, to which the preset's `loopback` points; a scenario's own tools come before. */
  model: z.boolean().default(false),
  /** When texts that came while busy reach the model. */
  queue: z.enum(['tool', 'turn']).optional(),
  /** Whether hook files are read and their commands run. */
  hooks: z.boolean().default(true),
  /** How long `/compact` takes. */
  compact_ms: ms.default(0),
  /** How often each line with usage is written, as when one response is several lines. */
  usage_lines: z.int().min(1).default(1),
  /** Conversations that are known beside those that have a transcript. */
  known: z.array(z.string()).default([]),
  ends: ends.prefault({}),
});

export type Scenario = z.output<typeof scenarioFile>;
export type ScenarioInput = z.input<typeof scenarioFile>;
export type Turn = z.output<typeof turn>;
export type Tool = z.output<typeof tool>;
export type DialogSaid = z.output<typeof dialog>;

/** Reads what a scenario says. @throws Error with a line of what is wrong and one of what to do */
export function scenarioOf(said: ScenarioInput = {}): Scenario {
  const read = scenarioFile.safeParse(said);
  if (read.success) return read.data;
  const faults = read.error.issues.map(({ path, message }) => `${path.join('.') || 'scenario'}: ${message}`);
  throw new Error(`${faults.join('; ')}\nsrc/trials/stand-in/README.md shows what a scenario may say.`);
}

/** What the hook of a failed turn is told of it. */
export const ERRORS = {
  limited: { error: 'rate_limit' },
  failed: { error: 'server_error' },
  full: { error: 'invalid_request', last_assistant_message: 'Prompt is too long' },
  login: { error: 'authentication_failed' },
} as const;
