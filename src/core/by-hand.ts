import { joinJson } from './lay-json.ts';
import { fill, fillAll, type Places } from './places.ts';
import type { Json, Preset } from './preset.ts';

/** A word for a POSIX shell. */
const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** How gt's hooks call it: by the variable of its path, which a person's shell has not. */
const CALL = `"\${GT_BIN:-gt}"`;

/**
 * The hooks of a program as they stand in a directory where a person starts it: they find gt without a variable, and say for themselves in which form this
 * program takes what they print. Undefined for a program whose hooks cannot stand there.
 * @param form variables of `hookEnvironment`
 */
export function localHooks(
  { hooks }: Pick<Preset, 'hooks'>,
  form: Readonly<Record<string, string>>,
  places: Places,
): Record<string, Json> | undefined {
  if (hooks?.local === undefined || hooks.kind !== 'command') return undefined;
  const said = Object.entries(form).map(([name, value]) => `${name}=${quoted(value)}`);
  const bin = (places['gt'] ?? 'gt').replace(/["\\$`]/g, '\\$&');
  const call = [...said, `"\${GT_BIN:-${bin}}"`].join(' ');
  const contents = hooks.files.flatMap(({ merge, when, content }) =>
    merge === 'json-merge' && when !== 'interactive' && !Array.isArray(content) ? [content] : [],
  );
  const whole = contents.reduce<Json>((all, one) => joinJson(all, fillAll(one, places)), {});
  return calling(whole, call) as Record<string, Json>;
}

function calling(value: Json, call: string): Json {
  if (typeof value === 'string') return value.replaceAll(CALL, call);
  if (Array.isArray(value)) return value.map((one) => calling(one, call));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, calling(one, call)]));
}

/** What a person types to begin in a directory. */
export const beginWords = (dir: string, words: string): string => `cd ${quoted(dir)} && ${words}`;

/**
 * What a person types in a worktree to start its agent. A program that finds its hooks there by itself needs its name alone; one that has them elsewhere is led
 * there; for one without hooks the first word is gt's own.
 */
export function startWords(
  preset: Pick<Preset, 'command' | 'args' | 'hooks' | 'config'>,
  local: boolean,
  places: Places,
): string {
  const { command, args, hooks, config } = preset;
  if (!hooks) return 'gt hook';
  const words = [command, ...args].map((word) => quoted(fill(word, places)));
  if (local) return words.join(' ');
  const led = Object.entries(config.variables).map(([name, value]) => `${name}=${quoted(fill(value, places))}`);
  return [...led, ...words, ...hooks.args.map((word) => quoted(fill(word, places)))].join(' ');
}
