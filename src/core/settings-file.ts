import { z } from 'zod';
import { parseDuration } from './durations.ts';
import { RESERVED_NAMES, THEMES, type Theme } from './names.ts';
import { controlKey } from './terminal/keys.ts';

/** What one settings file may say. Every key may be absent; durations come out as ms. Unknown keys are refused, so that a typing error is heard. */

const duration = z.unknown().transform((written, context): number => {
  const ms = parseDuration(written);
  if (ms !== undefined) return ms;
  context.addIssue({ code: 'custom', message: 'must be a duration such as "5s", "2m", or a number of ms' });
  return z.NEVER;
});
const count = z.int().min(0);
const atLeastOne = z.int().min(1);
const branch = z.string().regex(/^[^\s~^:?*[\\]+$/, 'must be the name of a branch');

const checkItem = z.union([
  z.string().min(1),
  z.strictObject({ name: z.string().min(1).optional(), run: z.string().min(1), timeout: duration.optional() }),
]);

/** One check of a rig: a shell command and, if it has one of its own, its timeout in ms. */
export type Check = { readonly name: string; readonly run: string; readonly timeout?: number | undefined };

const checks = z
  .union([z.string().min(1), z.array(checkItem)], 'must be a command, or a list of { name, run, timeout }')
  .transform((written, context): Check[] => {
    const list = (typeof written === 'string' ? [written] : written).map((item, index): Check => {
      const { name, run, timeout } = typeof item === 'string' ? { name: undefined, run: item, timeout: undefined } : item;
      return { name: name ?? (index === 0 ? 'check' : `check-${index + 1}`), run, ...(timeout === undefined ? {} : { timeout }) };
    });
    if (new Set(list.map((check) => check.name)).size < list.length)
      context.addIssue({ code: 'custom', message: 'names a check twice' });
    return list;
  });

const polecatName = z
  .string()
  .regex(/^[a-zA-Z][a-zA-Z0-9-]*$/, 'must be letters, digits and -, beginning with a letter')
  .refine((name) => !RESERVED_NAMES.has(name.toLowerCase()), 'is the word for a role');
const pool = z.strictObject({
  style: z.enum(Object.keys(THEMES) as [Theme, ...Theme[]]).optional(),
  names: z.array(polecatName).optional(),
});

const agent = z.looseObject({ command: z.string().min(1).optional(), args: z.array(z.string()).optional() });

/** Whom a role or a worker has: an agent's name, or that and what is said over it. */
const agentChoice = z.union([z.string().min(1), z.looseObject({ agent: z.string().min(1).optional() })]);

const mergeQueue = z.strictObject({
  enabled: z.boolean().optional(),
  target_branch: branch.optional(),
  check: checks.optional(),
  checks_timeout: duration.optional(),
  max_checks_retries: count.optional(),
  clean_keep: z.array(z.string().min(1)).optional(),
  check_slots: atLeastOne.optional(),
});

const operational = z.strictObject({
  startup_stall: duration.optional(),
  restart_backoff: z.strictObject({ first: duration.optional(), base: duration.optional(), max: duration.optional() }).optional(),
  kill_grace: duration.optional(),
  done_grace: duration.optional(),
  suspend_after: duration.optional(),
});

const agentLife = {
  witness: z.strictObject({ enabled: z.boolean().optional() }).optional(),
  cycle: z
    .strictObject({ on_compaction: z.boolean().optional(), context_percent: z.int().min(0).max(100).optional() })
    .optional(),
  questions: z.strictObject({ expire: duration.optional() }).optional(),
};

const recording = z.strictObject({ enabled: z.boolean().optional(), max_mb: z.int().min(1).max(1_000_000).optional() });

const rigKeys = {
  type: z.string().optional(),
  version: z.literal(1).optional(),
  theme: z.string().min(1).optional(),
  namepool: pool.optional(),
  max_polecats: atLeastOne.optional(),
  worker_spawn_delay: duration.optional(),
  polecat_branch_template: z.string().optional(),
  agent: z.string().min(1).optional(),
  agents: z.record(z.string(), agent).optional(),
  role_agents: z.record(z.string(), agentChoice).optional(),
  worker_agents: z.record(z.string(), agentChoice).optional(),
  spawn: z.enum(['auto', 'manual']).optional(),
  max_attempts: atLeastOne.optional(),
  keep_context_files: z.boolean().optional(),
  merge_queue: mergeQueue.optional(),
  operational: operational.optional(),
  recording: recording.optional(),
  ...agentLife,
};

/** `<rig>/settings/config.json` and the wisp layer. */
export const rigSettingsFile = z.strictObject(rigKeys);

/** `<town>/settings/config.json`: every key of a rig, as the default for all rigs, and what only a town has. */
export const townSettingsFile = z.strictObject({
  ...rigKeys,
  redis: z
    .strictObject({
      url: z
        .string()
        .regex(/^(rediss?:\/\/|unix:|\/)/, 'must be redis://…, rediss://… or the path of a socket')
        .optional(),
    })
    .optional(),
  mayor: z.strictObject({ auto_start: z.boolean().optional() }).optional(),
  max_sessions_per_agent: z.record(z.string(), atLeastOne).optional(),
  dashboard: z.strictObject({ port: z.int().min(0).max(65_535).optional() }).optional(),
  attach: z
    .strictObject({
      detach_key: z
        .string()
        .refine((name) => controlKey(name) !== undefined, 'must be a key such as "ctrl-\\\\" or "ctrl-q", and not "ctrl-c"')
        .optional(),
    })
    .optional(),
  worker: z.strictObject({ concurrency: z.record(z.string(), atLeastOne).optional() }).optional(),
});

export type SettingsLayer = z.output<typeof townSettingsFile>;

/** Keys that have another name in older files: the other name, and the key that it means. */
export const ALIASES: ReadonlyArray<readonly [path: readonly string[], alias: string, key: string]> = [
  [[], 'max_workers', 'max_polecats'],
  [[], 'default_agent', 'agent'],
  [['merge_queue'], 'gate', 'check'],
  [['merge_queue'], 'test_command', 'check'],
];

/** Keys that only the town's file may hold. */
export const TOWN_ONLY = Object.keys(townSettingsFile.shape).filter((key) => !(key in rigKeys));
