import type { z } from 'zod';
import type { AgentChoice } from './agents.ts';
import type { Theme } from './names.ts';
import { editDistance, nearest } from './nearest.ts';
import { ALIASES, type Check, rigSettingsFile, type SettingsLayer, TOWN_ONLY, townSettingsFile } from './settings-file.ts';

/** What holds for a rig (or for the town, where no rig is meant) after all layers. Durations are ms. */
export type Settings = {
  /** Colour theme of the rig's faces, if it has one. */
  readonly theme?: string;
  readonly namepool: { readonly style: Theme; readonly names: readonly string[] };
  readonly max_polecats: number;
  readonly worker_spawn_delay: number;
  /** Empty: the built-in form of branch names. */
  readonly polecat_branch_template: string;
  readonly agent: string;
  readonly agents: Readonly<
    Record<string, { readonly command?: string; readonly args?: readonly string[]; readonly [key: string]: unknown }>
  >;
  /** Whom a role (`polecat`, `crew`, …) has, and a worker by its name. */
  readonly role_agents: Readonly<Record<string, AgentChoice>>;
  readonly worker_agents: Readonly<Record<string, AgentChoice>>;
  /** `manual`: a person starts the agent in the worktree that gt makes. */
  readonly spawn: 'auto' | 'manual';
  readonly max_attempts: number;
  /** The repository's own context files (`.claude/`, `CLAUDE.md`, …) are checked out for agents too. */
  readonly keep_context_files: boolean;
  readonly redis: { readonly url?: string };
  readonly dashboard: { readonly port: number };
  /** The key that leaves an attached terminal: `ctrl-` and a letter or one of `\\ ] ^ _ @`. */
  readonly attach: { readonly detach_key: string };
  readonly operational: {
    readonly startup_stall: number;
    readonly restart_backoff: { readonly first: number; readonly base: number; readonly max: number };
    readonly kill_grace: number;
    readonly done_grace: number;
    readonly suspend_after: number;
  };
  readonly merge_queue: {
    readonly enabled: boolean;
    /** Absent: the default branch of the repository. */
    readonly target_branch?: string;
    /** Empty: nothing is tested before it lands, which gt says loudly. */
    readonly check: readonly Check[];
    readonly checks_timeout: number;
    readonly max_checks_retries: number;
    readonly clean_keep: readonly string[];
    readonly check_slots: number;
  };
  /** Whether sessions are recorded, and how large the recording of one may grow, in MB (1024 * 1024 bytes). */
  readonly recording: { readonly enabled: boolean; readonly max_mb: number };
  /** Off: exits are recorded, and gt restarts and nudges nobody. */
  readonly witness: { readonly enabled: boolean };
  /** When a session is followed by a fresh one: its program has made its context shorter; or at a turn's end when so much of it is used (0: never). */
  readonly cycle: { readonly on_compaction: boolean; readonly context_percent: number };
  /** How long a question waits for its answer. */
  readonly questions: { readonly expire: number };
  /** Whether `gt up` wants a mayor. */
  readonly mayor: { readonly auto_start: boolean };
  /** Addresses that `group:<name>` stands for. */
  readonly groups: Readonly<Record<string, readonly string[]>>;
  /** Sessions of one agent program in the town at once, by its preset. */
  readonly max_sessions_per_agent: Readonly<Record<string, number>>;
  readonly worker: { readonly concurrency: Readonly<Record<string, number>> };
};

/** What the defaults depend on. */
export type Machine = { readonly freeMemoryBytes: number; readonly cores: number };

const MEMORY_A_POLECAT = 500 * 1024 * 1024;
const between = (least: number, most: number, value: number) => Math.max(least, Math.min(most, Math.floor(value)));

/** The settings of a town in which nobody has set anything. */
export function systemDefaults(machine: Machine): Settings {
  return {
    namepool: { style: 'mad-max', names: [] },
    max_polecats: between(1, 10, machine.freeMemoryBytes / MEMORY_A_POLECAT),
    worker_spawn_delay: 0,
    polecat_branch_template: '',
    agent: 'claude',
    agents: {},
    role_agents: {},
    worker_agents: {},
    spawn: 'auto',
    max_attempts: 3,
    keep_context_files: false,
    redis: {},
    dashboard: { port: 8080 },
    attach: { detach_key: 'ctrl-\\' },
    operational: {
      startup_stall: 90_000,
      restart_backoff: { first: 0, base: 30_000, max: 600_000 },
      kill_grace: 10_000,
      done_grace: 10_000,
      suspend_after: 60_000,
    },
    merge_queue: {
      enabled: true,
      check: [],
      checks_timeout: 3_600_000,
      max_checks_retries: 1,
      clean_keep: ['node_modules', 'target', '.venv'],
      check_slots: between(1, 4, machine.cores / 2),
    },
    recording: { enabled: true, max_mb: 128 },
    witness: { enabled: true },
    cycle: { on_compaction: true, context_percent: 90 },
    questions: { expire: 86_400_000 },
    mayor: { auto_start: true },
    groups: {},
    max_sessions_per_agent: {},
    worker: { concurrency: {} },
  };
}

/** A fault of a settings file: the key with its dots, what is wrong, and what to do about it. */
export type SettingsFault = { readonly key: string; readonly fault: string; readonly hint?: string };

type Plain = Record<string, unknown>;
const isPlain = (value: unknown): value is Plain => typeof value === 'object' && value !== null && !Array.isArray(value);

function withoutAliases(json: Plain, faults: SettingsFault[]): Plain {
  const copy = structuredClone(json);
  for (const [path, alias, key] of ALIASES) {
    const holder = path.reduce<unknown>((at, step) => (isPlain(at) ? at[step] : undefined), copy);
    if (!isPlain(holder) || !(alias in holder)) continue;
    const name = [...path, alias].join('.');
    if (key in holder)
      faults.push({
        key: name,
        fault: `\`${name}\` means the same as another key beside it`,
        hint: `keep \`${[...path, key].join('.')}\``,
      });
    else holder[key] = holder[alias];
    delete holder[alias];
  }
  return copy;
}

function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let at: unknown = schema;
  for (const step of path) {
    at = unwrap(at);
    at = (at as { shape?: Plain }).shape?.[String(step)];
  }
  const shape = (unwrap(at) as { shape?: Plain } | undefined)?.shape;
  const aliases = ALIASES.filter(([holder]) => holder.join('.') === path.join('.')).map(([, alias]) => alias);
  return shape ? [...Object.keys(shape), ...aliases] : ['name', 'run', 'timeout'];
}

/** The key that a person most likely meant, if any is near: at most two slips, or a third of its letters. */
function meant(word: string, known: readonly string[]): string | undefined {
  const [near] = nearest(word, known, 1);
  return near !== undefined && editDistance(word.toLowerCase(), near) <= Math.max(2, Math.floor(near.length / 3))
    ? near
    : undefined;
}

function unwrap(schema: unknown): unknown {
  const inner = (schema as { def?: { innerType?: unknown } } | undefined)?.def?.innerType;
  return inner === undefined ? schema : unwrap(inner);
}

function faultsOf(
  issues: readonly z.core.$ZodIssue[],
  schema: z.ZodType,
  town: boolean,
  base: readonly PropertyKey[] = [],
): SettingsFault[] {
  return issues.flatMap((issue): SettingsFault[] => {
    const path = [...base, ...issue.path];
    const key = path.join('.');
    if (issue.code === 'invalid_union' && issue.errors.length > 0) {
      const closest = issue.errors.findLast((branch) =>
        branch.some((one) => one.path.length > 0 || one.code === 'unrecognized_keys'),
      );
      if (closest) return faultsOf(closest, schema, town, path);
    }
    if (issue.code !== 'unrecognized_keys')
      return [{ key, fault: `\`${key}\` ${issue.message.replace(/^Invalid input: expected/, 'must be')}` }];
    return issue.keys.map((name) => {
      const whole = [...path, name].join('.');
      if (!town && path.length === 0 && TOWN_ONLY.includes(name))
        return { key: whole, fault: `\`${whole}\` holds for the whole town`, hint: "set it in the town's settings/config.json" };
      const near = meant(name, knownKeys(schema, path));
      return {
        key: whole,
        fault: `unknown key \`${whole}\``,
        ...(near ? { hint: `did you mean \`${[...path, near].join('.')}\`?` } : {}),
      };
    });
  });
}

/** Reads the JSON of one settings file: what it sets, or all of its faults. `kind` says whose file it is: some keys only a town may set. */
export function readLayer(json: unknown, kind: 'town' | 'rig'): { layer: SettingsLayer } | { faults: SettingsFault[] } {
  if (!isPlain(json)) return { faults: [{ key: '', fault: 'the file must hold one JSON object' }] };
  const faults: SettingsFault[] = [];
  const schema = kind === 'town' ? townSettingsFile : rigSettingsFile;
  const read = schema.safeParse(withoutAliases(json, faults));
  if (!read.success) faults.push(...faultsOf(read.error.issues, schema, kind === 'town'));
  if (faults.length > 0 || !read.success) return { faults };
  const { type: _type, version: _version, ...layer } = read.data as SettingsLayer;
  return { layer };
}

function lay(under: Plain, over: Plain, name: string, origins: Record<string, string>, path = ''): Plain {
  const result: Plain = { ...under };
  for (const [key, value] of Object.entries(over)) {
    if (value === undefined) continue;
    const at = path === '' ? key : `${path}.${key}`;
    const below = result[key];
    if (isPlain(value)) result[key] = lay(isPlain(below) ? below : {}, value, name, origins, at);
    else {
      result[key] = value;
      origins[at] = name;
    }
  }
  return result;
}

/** Lays the layers over the defaults, the strongest last. Objects are joined key by key, lists replaced; `origins` names the layer of each value. */
export function layered(
  defaults: Settings,
  layers: ReadonlyArray<{ readonly name: string; readonly values: SettingsLayer }>,
): { settings: Settings; origins: Record<string, string> } {
  const origins: Record<string, string> = {};
  let values = lay({}, defaults, 'default', origins);
  for (const layer of layers) values = lay(values, layer.values, layer.name, origins);
  return { settings: values as unknown as Settings, origins };
}
