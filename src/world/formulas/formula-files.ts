import { readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Source } from '#core/formula/parse';
import { placesOf } from '#core/formula/search';
import { packageRoot } from '#world/build';
import { rigLayout, type TownLayout } from '#world/config/layout';
import { realOf, sourceAt } from './read-file.ts';

/** Whose formula it is: of a file that somebody has named, the rig's, the town's, or one that gt ships. */
type FormulaOrigin = 'given' | 'rig' | 'town' | 'built-in';

/** A formula file as the search path shows it. */
export type FormulaFile = {
  readonly name: string;
  readonly origin: FormulaOrigin;
  readonly file: string;
  /** Files of this name further back on the search path, which this one hides. */
  readonly shadows: readonly { readonly origin: FormulaOrigin; readonly file: string }[];
};

/** The formulas that a rig, or the town, can see. Read when asked for: people edit them. */
export type FormulaFiles = {
  /** Best first. */
  readonly folders: readonly { readonly path: string; readonly origin: FormulaOrigin }[];
  /** The file of a name; undefined when there is none, or when it is no name of a formula (it has a slash). */
  readonly find: (name: string) => Source | undefined;
  readonly names: () => string[];
  readonly list: () => FormulaFile[];
  /** The overlay of a formula: the rig's, else the town's. */
  readonly overlay: (name: string) => Source | undefined;
  /** This file by its path, with its folder in front of the search path; its name is that of the file. */
  readonly given: (path: string) => { readonly name: string; readonly files: FormulaFiles };
  /** Whether a file lies in one of the folders. */
  readonly holds: (path: string) => boolean;
};

/** What gt ships; the same folder for sources and build. */
export const BUILT_IN_FORMULAS = join(packageRoot(dirname(fileURLToPath(import.meta.url))), 'formulas');

const ENDS = /\.formula\.toml$|\.formula\.json$|\.toml$/;
const NAME = /^[A-Za-z0-9_][\w.-]*$/;

/** Files of more than this in one folder are not listed; they are found by name all the same. */
const MAX_LISTED = 2000;

/** Whether this can be the name of a formula: a file's name without its end, no path. */
export const isFormulaName = (word: string): boolean => NAME.test(word) && !word.includes('..');

/** The search path of a rig, or of the town: rig, town, what gt ships. `only` stands in the place of all of them. */
export function formulaFiles(town: TownLayout | undefined, rig?: string, only?: readonly string[]): FormulaFiles {
  const layout = town && rig ? rigLayout(town.root, rig) : undefined;
  const folders: Array<{ path: string; origin: FormulaOrigin }> = only
    ? only.map((path) => ({ path, origin: 'given' }))
    : [
        ...(layout ? [{ path: layout.formulas, origin: 'rig' as const }] : []),
        ...(town ? [town.formulas, town.openFormulas].map((path) => ({ path, origin: 'town' as const })) : []),
        { path: BUILT_IN_FORMULAS, origin: 'built-in' },
      ];
  const overlays = [...(layout ? [layout.overlays] : []), ...(town ? [town.overlays] : [])];
  return filesIn(folders, overlays);
}

type Folders = FormulaFiles['folders'];

function filesIn(all: Folders, overlays: readonly string[]): FormulaFiles {
  // A rig's folder that is a link to the town's is the town's.
  const folders = all.filter(({ path }, at) => !all.slice(at + 1).some((later) => realOf(later.path) === realOf(path)));
  const paths = folders.map(({ path }) => path);
  const list = () => listed(folders);
  return {
    folders,
    find: (name) => (isFormulaName(name) ? first(placesOf(name, paths), paths) : undefined),
    names: () => list().map(({ name }) => name),
    list,
    overlay: (name) =>
      isFormulaName(name)
        ? first(
            overlays.map((folder) => join(folder, `${name}.toml`)),
            overlays,
          )
        : undefined,
    given: (path) => withFile(resolve(path), all, overlays),
    holds: (path) =>
      paths.some((folder) => dirname(resolve(path)) === folder || dirname(realOf(resolve(path))) === realOf(folder)),
  };
}

function first(places: readonly string[], folders: readonly string[]): Source | undefined {
  for (const place of places) {
    const source = sourceAt(place, folders);
    if (source) return source;
  }
  return undefined;
}

/** The file goes before any other of its name, whatever its own name ends in. */
function withFile(path: string, folders: Folders, overlays: readonly string[]): ReturnType<FormulaFiles['given']> {
  const folder = dirname(path);
  const name = basename(path).replace(ENDS, '');
  const files = filesIn([{ path: folder, origin: 'given' }, ...folders], overlays);
  return { name, files: { ...files, find: (one) => (one === name ? sourceAt(path, [folder]) : files.find(one)) } };
}

function listed(folders: Folders): FormulaFile[] {
  const found = new Map<string, FormulaFile>();
  for (const { path, origin } of folders) {
    const there = filesOf(path);
    for (const name of new Set(there.map((file) => file.replace(ENDS, ''))))
      for (const file of placesOf(name, [path])) {
        if (!there.includes(basename(file))) continue;
        const better = found.get(name);
        const shadows = [...(better?.shadows ?? []), ...(better ? [{ origin, file }] : [])];
        found.set(name, { name, origin, file, ...better, shadows });
      }
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => ENDS.test(name) && isFormulaName(name.replace(ENDS, '')))
      .sort()
      .slice(0, MAX_LISTED);
  } catch (fault) {
    if (['ENOENT', 'ENOTDIR'].includes((fault as NodeJS.ErrnoException).code ?? '')) return [];
    throw fault;
  }
}
