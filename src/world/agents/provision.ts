import { existsSync, mkdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import { appendKeys } from '#core/append-keys';
import { leadingComments, withoutComments } from '#core/json-comments';
import { fillJson, joinJson, layJson, same } from '#core/lay-json';
import { fill, fillAll, type Places } from '#core/places';
import type { Json, Preset, PresetFile } from '#core/preset';
import { isRefusal, Refused } from '#core/refusals';
import type { Template } from '#core/roles';
import { invalidFile, parseObject, readText, writeWhole } from '#world/config/json-file';
import { withFileLock } from '#world/processes/pid-file';

/** What a preset's files are written for. */
export type Provision = {
  readonly preset: Pick<Preset, 'files' | 'hooks'>;
  /** `config` and `home` are directories that may be written to, `root` is the town; a file may name the other places. */
  readonly places: Places & { readonly config: string; readonly home: string; readonly root: string };
  /** It asks nobody before it acts. */
  readonly autonomous: boolean;
  /** Its hook files too. */
  readonly hooks: boolean;
  /** Which of its settings templates its hook files follow; where nobody says, the one that `autonomous` means. */
  readonly template?: Template | undefined;
  /** What the program is started with: some files are about a variable of it. */
  readonly env?: Readonly<Record<string, string | undefined>>;
};

export type Provisioned = { readonly path: string; readonly changed: boolean };

/** A lock of our own name: programs have locks beside their files too. */
const LOCK = '.gt';
const LOCK_WAIT_MS = 30_000;
const TRIES = 10;

/**
 * Writes the files by which a program starts without a question: made when absent, else merged as the preset says, whole or not at all, so that doing it
 * again changes nothing. One writer at a time; what the program itself writes meanwhile is not lost but read again.
 *
 * @throws Refused SETTINGS_INVALID for a file that cannot be read, or that would lie in somebody's git tree: it is left as it is
 */
export async function provision({ preset, places, autonomous, hooks, template, env = {} }: Provision): Promise<Provisioned[]> {
  const asks: Template = autonomous ? 'autonomous' : 'interactive';
  const fits = (how: Template) => (one: PresetFile) => one.when === 'always' || one.when === how;
  const wanted = [
    ...preset.files.filter(fits(asks)),
    ...(hooks ? (preset.hooks?.files ?? []).filter(fits(template ?? asks)) : []),
  ].flatMap((one) => given(one, env, places));
  return await alone(foldersOf(wanted, places), () => byPath(wanted, places).map((one) => writePart(one, places)));
}

/** The real directories that are written to: agents with a configuration of their own may share the home of their role. */
function foldersOf(wanted: readonly PresetFile[], places: Provision['places']): string[] {
  const { config, home } = places;
  const folders = wanted.some(({ path }) => path.startsWith('{home}')) ? [config, home] : [config];
  for (const folder of folders) {
    realFile(join(folder, LOCK), places);
    mkdirSync(folder, { recursive: true, ...(folder === config ? { mode: 0o700 } : {}) });
  }
  return [...new Set(folders.map((folder) => realpathSync(folder)))].sort();
}

/** Runs `change` under the locks of all folders, which everybody takes in the same order. */
async function alone<T>([folder, ...others]: readonly string[], change: () => T): Promise<T> {
  if (folder === undefined) return change();
  return await withFileLock(join(folder, LOCK), () => alone(others, change), LOCK_WAIT_MS);
}

/** A file as it is for this environment; nothing where it is about a variable that is not there, or a file that is. */
function given(one: PresetFile, env: NonNullable<Provision['env']>, places: Places): PresetFile[] {
  if (!one.given) return [one];
  const { variable, last, unless } = one.given;
  const value = env[variable];
  if (!value || (unless !== undefined && existsSync(fill(unless, places)))) return [];
  return [{ ...one, content: fillAll(one.content, { ending: value.slice(-last) }) }];
}

type Parts = { readonly path: string; readonly parts: readonly [PresetFile, ...PresetFile[]] };

/** The wishes for each file, those of one kind together: entries of one list come from several of them. */
function byPath(files: readonly PresetFile[], places: Places): Parts[] {
  const groups = new Map<string, [PresetFile, ...PresetFile[]]>();
  for (const one of files) {
    const key = `${one.merge} ${one.path}`;
    const group = groups.get(key);
    if (group) group.push(one);
    else groups.set(key, [one]);
  }
  return [...groups.values()].map((parts) => ({ path: fill(parts[0].path, places), parts }));
}

/**
 * Where a file is written: its real path. What belongs to a role stays in that role's directory; the configuration directory may be one that a person named,
 * with links of theirs in it. Neither may lead into a clone or worktree of the town: what is written there would be found by git.
 */
function realFile(path: string, { home, config, root }: Provision['places']): string {
  const file = join(realpathOfExisting(dirname(path)), basename(path));
  const real = existsSync(file) ? realpathSync(file) : file;
  if (!isBelow(path, config) && !isBelow(real, realpathOfExisting(home)))
    throw new Refused(invalidFile(path, [`a link leads out of ${home}`]));
  const town = realpathOfExisting(root);
  for (let at = dirname(real); isBelow(at, town); at = dirname(at))
    if (existsSync(join(at, '.git')))
      throw new Refused(invalidFile(path, [`${at} is a git tree, where gt writes nothing of its own`]));
  return real;
}

/** The real path of a directory that may not be there yet: that of the part that is. */
function realpathOfExisting(folder: string): string {
  const above = dirname(folder);
  return existsSync(folder) || above === folder ? realpathSync(folder) : join(realpathOfExisting(above), basename(folder));
}

function isBelow(path: string, folder: string): boolean {
  const inside = relative(folder, path);
  return inside !== '' && inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside);
}

function writePart({ path, parts }: Parts, places: Provision['places']): Provisioned {
  const file = realFile(path, places);
  const wish = parts.reduce(joined);
  for (let left = TRIES; left > 0; left--) {
    const before = readText(file);
    const after = merged(file, before, { ...wish, content: fillAll(wish.content, places) });
    if (after === before) return { path, changed: false };
    // The program may have written meanwhile: what it wrote is merged with, not written over.
    if (readText(file) !== before) continue;
    const mode = statSync(file, { throwIfNoEntry: false })?.mode ?? 0o600;
    writeWhole(file, after, { mode: mode & 0o777 });
    return { path, changed: true };
  }
  throw new Error(`it is written all the time: ${file}`);
}

/** Two wishes for one file: of texts the later one. */
function joined(first: PresetFile, second: PresetFile): PresetFile {
  if (Array.isArray(first.content) || Array.isArray(second.content)) return second;
  return { ...second, content: joinJson(first.content, second.content) as Record<string, Json> };
}

function merged(file: string, before: string | undefined, { merge, content }: PresetFile): string {
  const whole = Array.isArray(content) ? `${content.join('\n')}\n` : asJson(content);
  if (merge === 'replace' || Array.isArray(content)) return merge === 'keep' ? (before ?? whole) : whole;
  if (merge === 'keep') return before ?? whole;
  if (merge === 'toml-append' || merge === 'ini-append')
    return appendKeys(before ?? '', content, merge === 'toml-append' ? 'toml' : 'ini');
  if (before === undefined || withoutComments(before).trim() === '') return whole;
  const theirs = parseObject(file, withoutComments(before));
  if (isRefusal(theirs)) throw new Refused(theirs);
  const laid = (merge === 'json-fill' ? fillJson : layJson)(theirs as Record<string, Json>, content);
  // Compared by what it says: a program's own way to write JSON is no reason to write it again.
  return same(theirs as Json, laid) ? before : `${leadingComments(before)}${asJson(laid)}`;
}

const asJson = (value: Json): string => `${JSON.stringify(value, null, 2)}\n`;
