import { z } from 'zod';
import { PLACES, placesIn } from './places.ts';
import { pattern, screen } from './preset-screen.ts';

/**
 * What gt knows about an agent program: one data file per program under `presets/`, and what settings say over it. Nothing about a program is code: what
 * its screen shows, how it takes its first prompt, which files keep its dialogs away. Words may name places in braces (`{config}`).
 */

const known = (text: string) => placesIn(text).every((name) => PLACES.includes(name));
const word = z.string().refine(known, { error: `names an unknown place; known: ${PLACES.map((name) => `{${name}}`).join(' ')}` });
const words = z.array(word);
const ms = z.int().min(0);

/** How a prompt is handed over at the start: as the last word, behind a flag, typed when the program is ready, or not at all. */
const handed = z.enum(['positional', 'flag', 'typed', 'none']);
const prompt = z
  .strictObject({
    how: handed.default('positional'),
    flag: z.string().startsWith('-').optional(),
    /** Where it differs: for a conversation that goes on, and for its fork. */
    resumed: handed.optional(),
    forked: handed.optional(),
  })
  .refine((one) => one.flag !== undefined || ![one.how, one.resumed, one.forked].includes('flag'), { error: 'needs a `flag`' });

const session = z.strictObject({
  /** Words that give a new conversation our id; without them the program makes its own, and tells it by one of `told_by`. */
  own: words.optional(),
  form: z.enum(['uuid', 'any']).default('uuid'),
  told_by: z.array(z.enum(['hook', 'transcript', 'plugin', 'screen', 'exit'])).default([]),
  resume: words.optional(),
  fork: words.optional(),
  /** The newest conversation of a directory. */
  last: words.optional(),
  /** `first`: these words are a subcommand, and come before all flags. */
  place: z.enum(['first', 'last']).default('last'),
  /** Variable in which the program tells its tools the id. */
  variable: z.string().optional(),
  /** Where it keeps its conversations, a file each that tells its directory; the first group of `name` is the id. */
  transcripts: z.strictObject({ folder: word.regex(/^\{config\}\//, 'must lie in {config}'), name: pattern }).optional(),
});

const MERGES = ['json-merge', 'json-fill', 'ini-append', 'toml-append', 'keep', 'replace'] as const;
const json: z.ZodType<Json> = z.json();

/** A file that is written before a start. `json-merge`: our keys over theirs; `json-fill`, `…-append`: only keys that are absent; `keep`: only when absent. */
const file = z
  .strictObject({
    path: word.regex(/^\{(config|home)\}\/./, 'must lie in {config} or {home}'),
    merge: z.enum(MERGES),
    when: z.enum(['always', 'autonomous', 'interactive']).default('always'),
    /** Only where the program gets this variable, and not where the file `unless` is there; its content may name the last characters of the value, `{ending}`. */
    given: z.strictObject({ variable: z.string(), last: z.int().min(1), unless: word.optional() }).optional(),
    /** An object for the rules that merge; lines of text otherwise. */
    content: z.union([z.array(z.string()), z.record(z.string(), json)]),
    /** What would appear without it. */
    removes: z.string().optional(),
  })
  .refine((one) => Array.isArray(one.content) === ['keep', 'replace'].includes(one.merge) || one.merge === 'keep', {
    error: 'an object is merged, lines are not',
  })
  .refine((one) => placesIn(JSON.stringify(one.content)).every((name) => PLACES.includes(name)), {
    error: 'names an unknown place',
  });

/** What the program calls the moments at which gt wants to be called. */
const events = z.strictObject({
  start: z.string().optional(),
  prompt: z.string().optional(),
  before_tool: z.string().optional(),
  after_tool: z.string().optional(),
  stop: z.string().optional(),
  failed: z.string().optional(),
  permission: z.string().optional(),
  compact: z.string().optional(),
  end: z.string().optional(),
});

const inside = z.string().regex(/^[^/{}]+(\/[^/{}]+)*$/, 'must be a path inside a directory');
const hooks = z.strictObject({
  kind: z.enum(['command', 'plugin']),
  events,
  /** At which moment context reaches the model for certain. */
  prime: z.enum(['start', 'prompt']).default('start'),
  /** What a hook prints reaches the model as text, in the JSON of Claude's hooks, under one key of a plain object, or not by itself (a plugin hands it on). */
  stdout: z.union([z.enum(['text', 'json', 'none']), z.templateLiteral(['key:', z.string()])]).default('text'),
  timeout: z.enum(['s', 'ms']).optional(),
  /** A stop that is refused goes on with the reason: mail at the end of a turn. */
  stop_blocks: z.boolean().default(false),
  args: words.default([]),
  files: z.array(file).default([]),
  /** A file of a directory in which the program finds hooks by itself when a person starts it there. */
  local: inside.optional(),
});

const submit = z.strictObject({
  /** Between the end of a paste and Enter. */
  enter_after_ms: ms.default(150),
  /** The least that was seen to work; 0 too where a write of its own is enough. */
  least_ms: ms.optional(),
  large: z.strictObject({ bytes: z.int().min(1), least_ms: ms }).optional(),
  /** Text and Enter in one write. */
  one_write: z.enum(['works', 'mostly', 'fails']).optional(),
  verify_ms: ms.default(1500),
  more_enters: z.int().min(0).default(2),
});

/** Those of `KEY_BYTES`. */
const key = z.enum(['esc', 'ctrl-c', 'ctrl-d', 'ctrl-s', 'ctrl-u', 'enter']);
const keys = z.strictObject({
  interrupt: z.array(key).default(['esc']),
  clear: z.array(key).optional(),
  /** Keys that put a draft aside, to be found again. */
  stash: z.array(key).optional(),
  /** Keys that do harm at an idle prompt. */
  never: z.array(key).default([]),
});

const quit = z.strictObject({
  words: z.string().optional(),
  keys: z.array(key).optional(),
  /** What TERM is answered with. */
  term: z.union([z.strictObject({ code: z.int() }), z.strictObject({ signal: z.int() })]).optional(),
});

const terminal = z.strictObject({
  bracketed_paste: z.boolean().default(true),
  alternate: z.boolean().default(false),
  /** Queries that must be answered also when nobody is attached. */
  queries: z.array(z.enum(['da1', 'cpr', 'decrqm'])).default(['da1', 'cpr', 'decrqm']),
});

const install = z.strictObject({
  npm: z.string().optional(),
  url: z.string().optional(),
  /** The version that was measured. */
  version: z.string().optional(),
  node: z.string().optional(),
});

/** A place that is a directory of the town's own: variables that make the program use it, and the variable by which a person names another. */
const config = z.strictObject({
  variables: z.record(z.string(), word).default({}),
  override: z.string().optional(),
});

/** How the program is pointed at a model server on this machine, whose address is `{api}` (http://127.0.0.1:<port>): for trying it without an account. */
const loopback = z.strictObject({
  env: z.record(z.string(), word).default({}),
  /** After its other words. */
  args: words.default([]),
  files: z.array(file).default([]),
});

const shape = {
  title: z.string().optional(),
  /** `seen`: the program was run; `docs`: only its help or its documentation says so. */
  evidence: z.enum(['seen', 'docs']).default('docs'),
  /** Keys, with dots, that are only documented in a preset that was seen, or only seen in one that is documented. */
  docs: z.array(z.string()).default([]),
  seen: z.array(z.string()).default([]),
  command: word.min(1),
  args: words.default([]),
  /** Words by which it asks nobody before it acts. */
  autonomous: words.default([]),
  env: z.record(z.string(), word).default({}),
  env_as_root: z.record(z.string(), word).default({}),
  /** How long a start may take until the agent is heard, where that may be more than a town's `startup_stall`. */
  startup_ms: ms.optional(),
  /** As the kernel names them. */
  processes: z.array(z.string()).default([]),
  prompt: prompt.prefault({}),
  /** Words before a prompt whose answer is printed, and words for JSON. */
  headless: z.strictObject({ words, json: words.default([]) }).optional(),
  /** Words with which a person logs in, in their own terminal; none where the program asks by itself. */
  login: words.default([]),
  session: session.prefault({}),
  config: config.prefault({}),
  files: z.array(file).default([]),
  hooks: hooks.optional(),
  screen: screen.prefault({}),
  submit: submit.prefault({}),
  keys: keys.prefault({}),
  quit: quit.prefault({}),
  terminal: terminal.prefault({}),
  install: install.optional(),
  loopback: loopback.optional(),
  /** Patterns of a sparse checkout that keep the program's own files of the repository away. */
  hides: z.array(z.string().regex(/^!\//, 'must begin with !/')).default([]),
  quirks: z.array(z.string()).default([]),
};

/** A whole preset, with every default filled in. */
export const presetFile = z.strictObject(shape).superRefine((preset, context) => {
  for (const list of ['docs', 'seen'] as const)
    preset[list].forEach((path, index) => {
      const found = path.split('.').reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], preset);
      if (found === undefined) context.addIssue({ code: 'custom', path: [list, index], message: `names no key: ${path}` });
    });
});

export type Preset = z.output<typeof presetFile>;
export type PresetFile = Preset['files'][number];

/** Every key that a preset, or what is said over one, may have. */
export const PRESET_KEYS: readonly string[] = Object.keys(shape);

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
