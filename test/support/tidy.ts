import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { init, parse } from 'es-module-lexer';

/**
 * The style of this repository, as a check: which floor may import what, how long a file and a function may be, and words that have a better
 * place or a better name. Types are told from values, because a floor that may name a thing need not be able to touch it.
 */
await init;

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const FILE_LINES = 250;
const FUNCTION_LINES = 70;
const FLOORS = [
  'core',
  'queues',
  'world',
  'ops',
  'views',
  'processors',
  'chores',
  'cli',
  'dashboard',
  'daemon',
  'trials',
  'test',
] as const;
type FloorName = (typeof FLOORS)[number];

/** What files under `at` may import: floors as values, floors as types, and packages (`node:` means every built-in). The first match counts. */
type Floor = { at: RegExp; may: readonly FloorName[]; types?: readonly FloorName[]; libs: readonly string[] };

const FLOOR_TABLE: readonly Floor[] = [
  { at: /^src\/core\/formula\//, may: ['core'], libs: ['zod', 'smol-toml'] },
  { at: /^src\/core\//, may: ['core'], libs: ['zod'] },
  { at: /^queues\//, may: ['queues', 'core'], libs: [] },
  { at: /^src\/world\/store\//, may: ['world', 'queues', 'core'], libs: ['node:', 'zod', 'ioredis'] },
  { at: /^src\/world\/queue\//, may: ['world', 'queues', 'core'], libs: ['node:', 'bullmq', 'ioredis'] },
  { at: /^src\/world\/git\//, may: ['world', 'queues', 'core'], libs: ['node:', 'simple-git'] },
  {
    at: /^src\/world\/pty\//,
    may: ['world', 'queues', 'core'],
    libs: ['node:', 'node-pty', '@lydell/node-pty', '@xterm/headless', '@xterm/addon-serialize'],
  },
  { at: /^src\/world\//, may: ['world', 'queues', 'core'], libs: ['node:', 'zod', 'smol-toml', 'pino'] },
  { at: /^src\/ops\//, may: ['ops', 'core'], types: ['world', 'queues'], libs: [] },
  { at: /^src\/views\//, may: ['views', 'core'], types: ['world', 'queues'], libs: [] },
  { at: /^processors\/processor\.ts$/, may: ['processors', 'ops', 'queues', 'core', 'world'], libs: ['bullmq', 'ioredis'] },
  { at: /^processors\//, may: ['processors', 'ops', 'queues', 'core'], types: ['world'], libs: [] },
  { at: /^src\/chores\//, may: ['chores', 'ops', 'core'], types: ['world'], libs: ['node:path'] },
  {
    // The one command-line file that starts and ends the town's processes, as the daemon's floor knows them.
    at: /^src\/cli\/wire-town\.ts$/,
    may: ['cli', 'chores', 'core', 'world', 'daemon'],
    libs: ['node:'],
  },
  {
    at: /^src\/cli\/(wire|desk)[^/]*\.ts$/,
    may: ['cli', 'chores', 'ops', 'views', 'core', 'world'],
    libs: ['node:', 'commander'],
  },
  { at: /^src\/cli\//, may: ['cli', 'chores', 'ops', 'views', 'core'], libs: ['node:', 'commander'] },
  {
    at: /^src\/dashboard\/(wire|desk)[^/]*\.ts$/,
    may: ['dashboard', 'chores', 'ops', 'views', 'core', 'world'],
    libs: ['node:', 'express', '@bull-board/'],
  },
  { at: /^src\/dashboard\//, may: ['dashboard', 'chores', 'ops', 'views', 'core'], libs: ['node:', 'express', '@bull-board/'] },
  { at: /^(src\/(daemon|trials)\/|src\/main\.ts$|test\/|vitest\.config\.ts$)/, may: FLOORS, libs: ['node:', '*'] },
];

/** Where tests kill a process is said in the middle of the steps that it lies between, on whatever floor these are. */
const FAILPOINT = '#world/failpoint';

/** A word that is not written: where it counts, where it is at home, and what to write instead. */
type Banned = { word: RegExp; in?: RegExp; but?: RegExp; instead: string };

const CODE = /^(src|queues|processors)\//;
const BANNED: readonly Banned[] = [
  { word: /\bDate\.now\(/, in: /\.ts$/, but: /^src\/world\/clock\.ts$/, instead: 'take the time from a clock that is handed in' },
  {
    word: /\bnew Date\(\s*\)/,
    in: /\.ts$/,
    but: /^src\/world\/clock\.ts$/,
    instead: 'take the time from a clock that is handed in',
  },
  { word: /\bsetTimeout\(/, in: /\.test\.ts$/, instead: 'wait for a named event' },
  { word: /\bawait sleep\(|timers\/promises/, in: /\.test\.ts$/, instead: 'wait for a named event' },
  { word: /\b(test|it|describe)\.only\b/, in: /^test\//, instead: 'run the one file by its name' },
  { word: /\bvi\.(do)?mock\b/, in: /^test\//, instead: 'fake the world, not our own code' },
  {
    word: /\{gt:/,
    in: /^(src|queues|processors)\/.*\.(ts|lua)$/,
    but: /^src\/world\/store\/keys\.ts$/,
    instead: 'build keys in src/world/store/keys.ts',
  },
  { word: /\b(utils|\w*Utils?)\b/, in: /^(src|queues|processors|test)\/.*\.ts$/, instead: 'name the file after what it does' },
  { word: /\b\w*(Manager|Helper)s?\b/, in: /^(src|queues|processors|test)\/.*\.ts$/, instead: "use one of the town's nouns" },
  { word: /\bconsole\.\w+\(/, in: /^(src|queues|processors)\//, instead: 'log through the log, print through the CLI frame' },
  { word: /(?<![\w.@}*)-])\/work\/(?![:$<])/, but: /^src\/dashboard\//, instead: 'leave out the paths of one machine' },
  { word: /\bregistry\.(npmjs|yarnpkg)\b|\bartifactory\b|"resolved":/i, instead: 'leave out where packages were fetched from' },
];

/** The files that write the banned words because they are about them. */
const ABOUT_ITSELF = /^test\/(support|unit)\/tidy(\.test)?\.ts$/;

/** What is untidy in the file `name` (its path from the root, with /) of this `text`; empty when nothing is. Needs no file on disk. */
export function untidy(name: string, text: string): string[] {
  const faults: string[] = [];
  const code = /\.ts$/.test(name);
  if (/\.(ts|mjs)$/.test(name)) {
    const lines = text.replace(/\n$/, '').split('\n').length;
    if (lines > FILE_LINES) faults.push(`${name}: ${lines} lines; split it (limit ${FILE_LINES})`);
    for (const { line, length } of functionsOf(text))
      if (length > FUNCTION_LINES)
        faults.push(`${name}:${line}: a function of ${length} lines; split it (limit ${FUNCTION_LINES})`);
  }
  if (code) faults.push(...importFaults(name, text));
  if (ABOUT_ITSELF.test(name)) return faults;
  if (/(^|\/)(utils?|\w*(helper|manager)s?)(\.\w+)*(\/|$)/i.test(name)) faults.push(`${name}: name the file after what it does`);
  for (const { word, in: where, but, instead } of BANNED) {
    if ((where && !where.test(name)) || but?.test(name)) continue;
    const found = word.exec(text);
    if (found) faults.push(`${name}:${lineAt(text, found.index)}: \`${found[0]}\`: ${instead}`);
  }
  return faults;
}

/** Scripts (`.lua`, `.sh`) that no source file names: nobody would miss them, and nothing would tell that they are stale. */
export function unnamed(scripts: readonly string[], sources: ReadonlyMap<string, string>): string[] {
  return scripts.filter((script) => {
    const base = script.split('/').at(-1) ?? script;
    return ![...sources.values()].some((text) => text.includes(base));
  });
}

/** The repository's own files: path from the root → text. What is installed, built or kept by git itself is left out. */
export function repositoryFiles(): Map<string, string> {
  const files = new Map<string, string>();
  const left = new Set(['node_modules', 'dist', '.git', '.bench', 'coverage']);
  const walk = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (left.has(entry.name)) continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) walk(path);
      else if (entry.isFile() && !/\.(png|ico|svg|woff2?|log)$/.test(entry.name))
        files.set(relative(ROOT, path), readFileSync(path, 'utf8'));
    }
  };
  walk(ROOT);
  return files;
}

/** An import as the floors see it. */
type Import = { specifier: string; typeOnly: boolean; later: boolean; at: number };

/** Every import of a source: static, export-from, dynamic, and in a type. Comments and strings are no imports. */
export function importsOf(text: string): Import[] {
  const found: Import[] = [];
  for (const one of parse(text)[0]) {
    if (one.type === 'import-meta' || one.specifier === undefined) continue;
    const typeOnly = one.type === 'dynamic' ? one.probablyTypeOnly : one.typeOnly;
    found.push({ specifier: one.specifier, typeOnly, later: one.type === 'dynamic', at: one.start });
  }
  // The lexer does not see an import in a type alias; a member with a capital letter right after the call can only be a type.
  for (const one of text.matchAll(/(?:^|[^\w.])(?<!\/\/.*)import\(\s*'([^']+)'\s*\)\s*\.\s*[A-Z]/gm)) {
    const at = (one.index ?? 0) + one[0].indexOf(`'`);
    if (!found.some((other) => Math.abs(other.at - at) <= 1))
      found.push({ specifier: one[1] ?? '', typeOnly: true, later: false, at });
  }
  return found;
}

function importFaults(name: string, text: string): string[] {
  const floor = FLOOR_TABLE.find(({ at }) => at.test(name));
  if (!floor) return CODE.test(name) ? [`${name}: this folder is on no floor`] : [];
  const faults: string[] = [];
  for (const { specifier, typeOnly, at } of importsOf(text)) {
    const where = `${name}:${lineAt(text, at)}`;
    if (specifier.startsWith('./')) continue;
    if (specifier.startsWith('../')) {
      if (!name.startsWith('test/')) faults.push(`${where}: ${specifier}: across folders import by #floor/…`);
    } else if (specifier.startsWith('#')) {
      const target = specifier.slice(1).split('/')[0] as FloorName;
      if (floor.may.includes(target) || specifier === FAILPOINT) continue;
      if (!floor.types?.includes(target)) faults.push(`${where}: ${specifier} is out of reach from this floor`);
      else if (!typeOnly) faults.push(`${where}: ${specifier}: this floor may name only its types (import type)`);
    } else if (!typeOnly || !typesOfAny(floor, specifier)) {
      if (!floor.libs.some((lib) => allows(lib, specifier))) faults.push(`${where}: ${specifier} is no library of this floor`);
    }
  }
  return faults;
}

/** The types of a floor's library are as far away as the library itself. */
function typesOfAny(floor: Floor, specifier: string): boolean {
  return floor.libs.some((lib) => allows(lib, specifier));
}

function allows(lib: string, specifier: string): boolean {
  if (lib === '*') return true;
  if (lib.endsWith(':') || lib.endsWith('/')) return specifier.startsWith(lib);
  return specifier === lib || specifier.startsWith(`${lib}/`);
}

/**
 * The functions of a formatted source with their first line and length. The formatter puts a function's `{` at the end of a line and its `}` first
 * on a line of the same indent, so indents tell where it ends; text that looks alike in a template can only make a function seem shorter.
 */
export function functionsOf(text: string): Array<{ line: number; length: number }> {
  const lines = text.split('\n');
  const indent = (line: string) => line.length - line.trimStart().length;
  const functions: Array<{ line: number; length: number }> = [];
  lines.forEach((last, index) => {
    if (!last.endsWith('{')) return;
    let head = index;
    // A signature over several lines ends in `) … {`: its head is the nearest line above with the same indent that opens something.
    while (head > 0 && /^\s*[)}\]]/.test(lines[head] ?? '')) {
      do head--;
      while (head > 0 && ((lines[head] ?? '').trim() === '' || indent(lines[head] ?? '') > indent(last)));
    }
    if (!opensFunction((lines[head] ?? '').trim(), last.trim())) return;
    const length = lines.slice(index + 1).findIndex((line) => indent(line) === indent(last) && line.trimStart().startsWith('}'));
    if (length >= 0) functions.push({ line: head + 1, length: index - head + length + 2 });
  });
  return functions;
}

/** Whether a line that ends in `{`, and begins at `head`, opens a function. A group of tests is none. */
function opensFunction(head: string, last: string): boolean {
  if (/^(describe|suite)\b/.test(head)) return false;
  if (/=> \(?\{$/.test(last)) return true;
  if (
    /^(\} )?(if|for|while|switch|else|try|catch|finally|do|with|return|class|interface|type|enum|namespace|declare|case|default)\b/.test(
      head,
    )
  )
    return false;
  if (/\bfunction\b/.test(head)) return true;
  return (
    /^((public|private|protected|static|override|async|get|set|readonly)\s+)*[*#]?[\w$[\].#]+\??(<.*>)?\(/.test(head) &&
    /\).*\{$/.test(last)
  );
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}
