import type { Fields } from './agents.ts';

/**
 * Agents of older towns (`resume_flag`, `non_interactive`, …), said in the keys of a preset. An agent that uses the keys of today is given back as it is.
 */

/** Keys of older towns that say what gt finds out by itself, or does in another way. */
const MOOT = [
  'name',
  'version',
  'hooks_provider',
  'hooks_dir',
  'hooks_settings_file',
  'hooks_informational',
  'hooks_use_settings_dir',
  'supports_hooks',
  'ready_delay_ms',
  'config_dir',
  'emits_permission_warning',
  'has_turn_boundary_drain',
  'escape_cancels_request',
  'acp',
];

type Older = { readonly key: string; readonly say: (value: unknown, all: Fields) => Fields };

const list = (value: unknown): string[] =>
  typeof value === 'string' ? value.split(/\s+/).filter((word) => word !== '') : Array.isArray(value) ? value.map(String) : [];
const resumeWords = (value: unknown): string[] => [...list(value), '{id}'];

const OLDER: readonly Older[] = [
  {
    key: 'resume_flag',
    say: (value, all) => ({
      session: {
        resume: resumeWords(value),
        place: all['resume_style'] === 'subcommand' ? 'first' : 'last',
        ...(all['supports_fork_session'] === true ? { fork: [...resumeWords(value), '--fork-session'] } : {}),
      },
    }),
  },
  { key: 'resume_style', say: () => ({}) },
  { key: 'supports_fork_session', say: () => ({}) },
  { key: 'continue_flag', say: (value) => ({ session: { last: list(value) } }) },
  { key: 'session_id_env', say: (value) => ({ session: { variable: value } }) },
  { key: 'prompt_mode', say: (value) => ({ prompt: { how: value === 'none' ? 'typed' : 'positional' } }) },
  { key: 'process_names', say: (value) => ({ processes: value }) },
  { key: 'config_dir_env', say: (value) => ({ config: { variables: { [String(value)]: '{config}' } } }) },
  { key: 'ready_prompt_prefix', say: (value) => ({ screen: { draft: { mark: value } } }) },
  { key: 'instructions_file', say: (value) => ({ hides: [`!/${String(value)}`] }) },
  { key: 'provider', say: (value) => ({ like: value }) },
  {
    key: 'non_interactive',
    say: (value) => {
      const { subcommand, prompt_flag, output_flag } = (value ?? {}) as Record<string, unknown>;
      return { headless: { words: [...list(subcommand), ...list(prompt_flag)], json: list(output_flag) } };
    },
  },
];

/** The fields of an agent in the keys of today. */
export function currentFields(fields: Fields): Fields {
  const known = new Set([...MOOT, ...OLDER.map(({ key }) => key)]);
  const result: Record<string, unknown> = Object.fromEntries(Object.entries(fields).filter(([key]) => !known.has(key)));
  for (const { key, say } of OLDER) {
    if (!Object.hasOwn(fields, key)) continue;
    for (const [group, said] of Object.entries(say(fields[key], fields))) {
      const own = result[group];
      // What is said in a key of today wins over the older one beside it.
      result[group] = isObject(said) ? { ...said, ...(isObject(own) ? own : {}) } : (own ?? said);
    }
  }
  return result;
}

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
