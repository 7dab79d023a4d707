import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/**
 * How a program's screen looks: one data file per preset under `looks/`. Rows are text with places in braces: `{rule}` and `{gap}` fill the width, `{dim}`, `{bold}`,
 * `{inverse}` and `{/}` set the pen, `{spin}` `{seconds}` `{dir}` `{cwd}` `{id}` `{percent}` and what a key says are filled in.
 */

const rows = z.array(z.string()).default([]);

/** How a file shows that a dialog is not needed: a key of its JSON, or a piece of text; `{cwd}` in a key is the directory or one above it. */
const proof = z.strictObject({
  file: z.string().optional(),
  key: z.array(z.string()).optional(),
  text: z.string().optional(),
  /** A file that is not there. */
  missing: z.string().optional(),
  /** A word of the command line that holds this text. */
  word: z.string().optional(),
  /** A variable that is set; with ! before it, one that is not. */
  variable: z.string().optional(),
});

export const dialogLook = z.strictObject({
  rows: z.array(z.string()),
  options: z
    .array(z.strictObject({ text: z.string(), does: z.enum(['accepts', 'refuses', 'exits']), code: z.int().default(1) }))
    .default([]),
  /** Which option Enter takes as it opens, from 0. */
  chosen: z.int().min(0).default(0),
  mark: z.string().default('❯ '),
  /** What stands before the options that are not chosen: as many blanks, or this. */
  blank: z.string().optional(),
  foot: rows,
  title: z.string().optional(),
  /** At a start it shows with this word on the command line (or always), unless one of these holds. */
  at_start: z.union([z.boolean(), z.string()]).default(false),
  unless: z.array(proof).default([]),
});

const values = z.record(z.string(), z.json());
/** What is written to the transcript at these moments; a text that is one place only becomes the value itself. */
const transcript = z.strictObject({
  path: z.string(),
  start: z.array(values).default([]),
  prompt: z.array(values).default([]),
  usage: z.array(values).default([]),
  queued: z.array(values).default([]),
  delivered: z.array(values).default([]),
});

const says = z.strictObject({
  interrupted: z.string().default('Interrupted'),
  blocked: z.string().default('Stop hook: {reason}'),
  armed: z.string().default('Press again to exit'),
  goodbye: rows,
  limited: z.string().optional(),
  failed: z.string().default('Error: 500 server error'),
  full: z.string().optional(),
  login: z.string().optional(),
  retrying: z.string().default('Retrying in {retry}s ({try}/{tries})'),
  context: z.string().optional(),
  compacting: z.string().default('Compacting conversation…'),
  id_taken: z.string().default('Error: Session ID {id} is already in use.'),
  id_unknown: z.string().default('No conversation found with session ID: {id}'),
});

export const lookFile = z.strictObject({
  spin: z.array(z.string()).min(1).default(['|', '/', '-', '\\']),
  /** `box`: the terminal's cursor stands behind the draft; `end`: below all rows, and the program draws one of its own. */
  cursor: z.enum(['box', 'end']).default('box'),
  /** The terminal's cursor is hidden, and one is drawn. */
  draws_cursor: z.boolean().default(false),
  /** What the conversation is called before its first text, and from then on, when `{text}` is how that begins. */
  topic: z.strictObject({ none: z.string().default(''), some: z.string().default('') }).prefault({}),
  titles: z
    .strictObject({
      start: z.string().optional(),
      ready: z.string().optional(),
      busy: z.string().optional(),
      dialog: z.string().optional(),
      /** Columns that it is filled up to. */
      width: z.int().default(0),
    })
    .prefault({}),
  head: rows,
  /** The screen does not tell that an Enter does not count yet. */
  blind_start: z.boolean().default(false),
  box: z
    .strictObject({
      above: rows,
      mark: z.string().default('> '),
      rest: z.string().default('  '),
      placeholder: z.string().default(''),
      /** Its pen, as SGR; and whether it goes with the first text. */
      pen: z.string().default('2'),
      fresh: z.boolean().default(false),
      /** What an empty row shows while texts wait. */
      waiting: z.string().optional(),
      below: rows,
      /** Rows of the draft that show at most. */
      most: z.int().default(8),
    })
    .prefault({}),
  /** Below the box. */
  footers: z
    .strictObject({
      start: rows,
      ready: rows,
      busy: rows,
      draft: z.array(z.string()).optional(),
      folded: z.array(z.string()).optional(),
      /** In the place of a row above the box. */
      retrying: z.array(z.string()).optional(),
    })
    .prefault({}),
  /** Above the box while busy. */
  working: rows,
  prompt: z.string().default('> {text}'),
  answer: z.string().default('{text}'),
  tool: z.string().default('{tool}: {command}'),
  queued: z.strictObject({ above: rows, each: z.string().default('> {text}'), below: rows }).prefault({}),
  /** A paste of more lines or characters than these shows as a label. */
  fold: z.strictObject({ text: z.string(), lines: z.int().default(10), chars: z.int().default(1000) }).optional(),
  says: says.prefault({}),
  /** By the names of the preset's dialogs. */
  dialogs: z.record(z.string(), dialogLook).default({}),
  /** Below so many ms after a burst of typed characters an Enter is a newline. */
  burst_ms: z.int().default(0),
  /** An Enter in the same read as the end of a paste is lost. */
  own_write: z.boolean().default(false),
  /** What reaches the model when: after the next tool, or with the next turn. */
  queue: z.enum(['tool', 'turn']).default('turn'),
  /** What Esc does with texts that wait. */
  esc_sends: z.boolean().default(false),
  /** Ctrl+C empties a draft before it quits. */
  ctrl_c_clears: z.boolean().default(true),
  /** Ctrl+S puts a draft aside, and it comes back after the next text, or by another Ctrl+S. */
  stashes: z.boolean().default(false),
  /** The tool that runs ends with the program; without this it lives on. */
  kills_tools: z.boolean().default(false),
  /** Each try that failed is told by a row that stays. */
  tells_tries: z.boolean().default(false),
  /** The start hook fires as the program starts, or with the first turn. */
  start_hook: z.enum(['start', 'turn']).default('start'),
  /** The start hook of a fork tells the id of its parent. */
  fork_late: z.boolean().default(false),
  commands: z.strictObject({ clear: z.string().default('/clear'), compact: z.string().default('/compact') }).prefault({}),
  /** Names of keys on the standard input of hooks. */
  hook_keys: z.enum(['snake', 'camel']).default('snake'),
  /** Files with hooks beside those of the preset. */
  hook_files: z.array(z.string()).default([]),
  transcript: transcript.optional(),
});

export type Look = z.output<typeof lookFile>;
export type DialogLook = z.output<typeof dialogLook>;
export type Proof = z.output<typeof proof>;

const LOOKS = fileURLToPath(new URL('./looks/', import.meta.url));

/** The look of a preset; of one that nobody drew, the plain one. @throws ZodError on a broken file */
export function lookOf(preset: string, folder: string = LOOKS): Look {
  const file = join(folder, `${preset}.json`);
  return lookFile.parse(JSON.parse(readFileSync(existsSync(file) ? file : join(LOOKS, 'plain.json'), 'utf8')));
}
