import { basename } from 'node:path';
import type { Preset } from '#core/preset';

/** What a command line said, read by the preset's own words as the real program reads it by its flags. */
export type Words = {
  readonly mode: 'fresh' | 'own' | 'resume' | 'fork' | 'last';
  /** The id that was given; of a fork the parent's. */
  readonly id?: string;
  readonly fork?: string;
  readonly prompt?: string;
  /** Values behind flags, by flag. */
  readonly flags: ReadonlyMap<string, string>;
  readonly all: readonly string[];
};

/** Flags with a value that people give and presets do not. */
const VALUED = ['--model', '-m', '--effort', '--append-system-prompt', '--provider', '-c', '--settings'];

/** Reads the words behind the program's name. Words that it does not know are left alone; the last that is no flag is the prompt, if the preset says so. */
export function readWords(preset: Preset, given: readonly string[]): Words {
  const { session, prompt } = preset;
  const said = [
    preset.args,
    preset.autonomous,
    preset.hooks?.args ?? [],
    session.own ?? [],
    session.resume ?? [],
    session.fork ?? [],
  ];
  const valued = new Set([...VALUED, ...(prompt.flag ? [prompt.flag] : []), ...said.flatMap(valuedIn)]);
  const flags = new Map<string, string>();
  const bare = new Set<string>();
  const loose: string[] = [];
  for (let at = 0; at < given.length; at++) {
    const word = given[at] ?? '';
    if (!word.startsWith('-')) loose.push(word);
    else if (valued.has(word) && at + 1 < given.length) {
      at++;
      flags.set(word, given[at] ?? '');
    } else bare.add(word);
  }
  const base = { flags, all: given };
  const asked = (['fork', 'resume', 'last', 'own'] as const).flatMap((mode) => {
    const found = match(session[mode], flags, bare, loose);
    return found ? [{ mode, ...found }] : [];
  })[0];
  const rest = loose.slice(asked?.taken ?? 0);
  const typed = prompt.flag === undefined ? undefined : flags.get(prompt.flag);
  const text = typed ?? (prompt.how === 'positional' ? rest.at(-1) : undefined);
  return {
    ...base,
    mode: asked?.mode ?? 'fresh',
    ...(asked?.id === undefined ? {} : { id: asked.id }),
    ...(asked?.fork === undefined ? {} : { fork: asked.fork }),
    ...(text === undefined ? {} : { prompt: text }),
  };
}

/** Flags that the next word belongs to. */
function valuedIn(words: readonly string[]): string[] {
  return words.filter((word, at) => word.startsWith('-') && words[at + 1] !== undefined && !words[at + 1]?.startsWith('-'));
}

type Found = { id?: string; fork?: string; taken: number };

/** Whether the words of a pattern are all there, wherever the flags stand; loose words stand first, in order. */
function match(
  pattern: readonly string[] | undefined,
  flags: ReadonlyMap<string, string>,
  bare: ReadonlySet<string>,
  loose: readonly string[],
): Found | undefined {
  if (!pattern) return undefined;
  const found: Found = { taken: 0 };
  const take = (want: string, got: string | undefined): boolean => {
    if (got === undefined) return false;
    if (want === '{id}') found.id = got;
    else if (want === '{fork}') found.fork = got;
    else return want === got;
    return true;
  };
  for (let at = 0; at < pattern.length; at++) {
    const word = pattern[at] ?? '';
    if (!word.startsWith('-')) {
      if (!take(word, loose[found.taken])) return undefined;
      found.taken++;
      continue;
    }
    const next = pattern[at + 1];
    if (next !== undefined && !next.startsWith('-')) {
      if (!take(next, flags.get(word))) return undefined;
      at++;
    } else if (!bare.has(word)) return undefined;
  }
  return found;
}

/** What the last part of a directory is called in titles. */
export const dirName = (cwd: string): string => basename(cwd) || cwd;
