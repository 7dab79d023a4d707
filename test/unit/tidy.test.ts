import { describe, expect, test } from 'vitest';
import { functionsOf, repositoryFiles, unnamed, untidy } from '../support/tidy.ts';

/** Texts with a fault each, planted in memory: the law, the file it would stand in, its text, and a piece of the complaint. */
const body = (lines: number) => Array.from({ length: lines }, (_, index) => `  step(${index});`).join('\n');
const PLANTED: Array<[law: string, name: string, text: string, says: string]> = [
  ['core touches no built-in', 'src/core/work.ts', "import { readFileSync } from 'node:fs';\n", 'no library of this floor'],
  ['core knows no library but zod', 'src/core/work.ts', "import type { Job } from 'bullmq';\n", 'no library of this floor'],
  [
    'core knows TOML only where formulas are',
    'src/core/work.ts',
    "import { parse } from 'smol-toml';\n",
    'no library of this floor',
  ],
  ['core does not export from above', 'src/core/work.ts', "export * from '#world/clock';\n", 'out of reach'],
  [
    'queues name no world, not even its types',
    'queues/work.ts',
    "import type { Books } from '#world/store/books';\n",
    'out of reach',
  ],
  [
    'an op takes no value of the world',
    'src/ops/sling.ts',
    "import { openBooks } from '#world/store/books';\n",
    'only its types',
  ],
  [
    'an op takes no value among types',
    'src/ops/sling.ts',
    "import { type Books, open } from '#world/store/books';\n",
    'only its types',
  ],
  ['an op loads no world later', 'src/ops/sling.ts', "const git = await import('#world/git/git');\n", 'only its types'],
  ['a view calls no op', 'src/views/status.ts', "import { sling } from '#ops/sling';\n", 'out of reach'],
  ['a type of a floor above is out of reach too', 'src/ops/sling.ts', "export type T = import('#cli/run').Io;\n", 'out of reach'],
  ['core names no type of the world', 'src/core/work.ts', "export type T = import('#world/git/git').Git;\n", 'out of reach'],
  ['only the wrapper knows BullMQ', 'processors/work.ts', "import { Job } from 'bullmq';\n", 'no library of this floor'],
  [
    'a chore touches no files itself',
    'src/chores/install.ts',
    "import { mkdirSync } from 'node:fs';\n",
    'no library of this floor',
  ],
  ['git knows no BullMQ', 'src/world/git/land.ts', "import { Queue } from 'bullmq';\n", 'no library of this floor'],
  ['a command wires no world', 'src/cli/cmd/hook.ts', "import type { Link } from '#world/store/link';\n", 'out of reach'],
  [
    'folders do not reach over each other',
    'src/world/git/land.ts',
    "import { keys } from '../store/keys.ts';\n",
    'across folders',
  ],
  ['every folder is on a floor', 'src/misc/thing.ts', 'export const a = 1;\n', 'on no floor'],
  ['a file has at most 250 lines', 'src/core/work.ts', body(251), '251 lines'],
  ['a function has at most 70 lines', 'src/core/work.ts', `export function life() {\n${body(69)}\n}\n`, 'a function of 71 lines'],
  [
    'an arrow has at most 70 lines',
    'src/core/work.ts',
    `export const life = (\n  a: number,\n): void => {\n${body(80)}\n};\n`,
    'a function of 84 lines',
  ],
  [
    'a method has at most 70 lines',
    'src/core/work.ts',
    `class Life {\n  async go(a: number): Promise<void> {\n${body(70)}\n  }\n}\n`,
    'a function',
  ],
  [
    'an arrow that is one long value has at most 70 lines',
    'src/core/work.ts',
    `export const life = () => ({\n${body(80)}\n});\n`,
    'a function of 82 lines',
  ],
  ['time is handed in', 'src/ops/sling.ts', 'const at = Date.now();\n', 'clock'],
  ['a date is made from a time', 'src/ops/sling.ts', 'const at = new Date();\n', 'clock'],
  ['a test sets no timer', 'test/unit/a.test.ts', 'setTimeout(go, 5);\n', 'named event'],
  ['a test does not sleep', 'test/redis/a.test.ts', 'await sleep(5);\n', 'named event'],
  ['a test runs beside the others', 'test/unit/a.test.ts', "test.only('x', () => {});\n", 'by its name'],
  ['a test mocks nothing of ours', 'test/unit/a.test.ts', "vi.mock('#world/clock');\n", 'fake the world'],
  ['keys are built in one place', 'src/world/store/books.ts', 'const key = `{gt:` + town;\n', 'keys.ts'],
  ['a script builds no key', 'src/world/store/commit.lua', "local key = '{gt:' .. town\n", 'keys.ts'],
  ['nothing is called utils', 'src/core/work.ts', "import { a } from './utils.ts';\n", 'what it does'],
  ['no file is called utils', 'src/core/utils.ts', 'export const a = 1;\n', 'what it does'],
  ['nobody is a manager', 'src/core/work.ts', 'export class SessionManager {}\n', 'nouns'],
  ['nobody is a helper', 'src/core/work.ts', 'export const mergeHelper = 1;\n', 'nouns'],
  ['the product prints through its frame', 'src/ops/sling.ts', "console.error('x');\n", 'frame'],
  ["one machine's paths stay out", 'docs/setup.md', 'See /work/notes.md.\n', 'one machine'],
  ['addresses of packages stay out', 'package-lock.json', '"resolved": "https://example.test/a.tgz"\n', 'fetched'],
];

const LEGAL: Array<[law: string, name: string, text: string]> = [
  [
    'an op names types of the world',
    'src/ops/sling.ts',
    "import type { Desk } from '#world/desk';\nexport type B = import('#world/store/books').Books;\n",
  ],
  [
    'the wrapper moves jobs',
    'processors/processor.ts',
    "import { DelayedError } from 'bullmq';\nimport type { World } from '#world/world';\n",
  ],
  ['the world is wired in one visible place', 'src/cli/wire-books.ts', "import { openLink } from '#world/store/link';\n"],
  ['a chore joins paths', 'src/chores/install.ts', "import { join } from 'node:path';\n"],
  ['comments and strings import nothing', 'src/core/work.ts', '// import "node:fs"\nexport const s = \'import("node:fs")\';\n'],
  ['the clock reads the time', 'src/world/clock.ts', 'export const now = () => Date.now();\n'],
  ['a function of 70 lines is not too long', 'src/core/work.ts', `export function life() {\n${body(68)}\n}\n`],
  ['a long condition is no function', 'src/core/work.ts', `if (\n  a &&\n  b\n) {\n${body(80)}\n}\n`],
  ['a long table is no function', 'src/core/work.ts', `export const TABLE = {\n${body(90)}\n};\n`],
  ['a group of tests is no function', 'test/unit/a.test.ts', `describe('a', () => {\n${body(90)}\n});\n`],
  ['a page of the dashboard may be called work', 'src/dashboard/pages.ts', "app.get('/work/x', page);\n"],
  ['a path inside the repository may be called work', 'src/core/work.ts', '// see src/views/work/list.ts\n'],
];

test.each(PLANTED)('%s', (_law, name, text, says) => {
  expect(untidy(name, text).join('\n')).toContain(says);
});

test.each(LEGAL)('%s', (_law, name, text) => {
  expect(untidy(name, text)).toEqual([]);
});

describe('the repository', () => {
  const files = repositoryFiles();
  const sources = new Map([...files].filter(([name]) => /^(src|queues|processors|scripts)\/.*\.(ts|mjs)$/.test(name)));

  test('is tidy', () => {
    expect(files.size).toBeGreaterThan(10);
    expect(sources.size).toBeGreaterThan(10);
    expect([...files].flatMap(([name, text]) => untidy(name, text))).toEqual([]);
  });

  test('has functions that the measure sees', () => {
    expect([...sources.values()].flatMap(functionsOf).length).toBeGreaterThan(20);
  });

  test('names every script that it ships', () => {
    const scripts = [...files.keys()].filter((name) => /^(src|queues|processors)\/.*\.(lua|sh)$/.test(name));
    expect(unnamed(scripts, sources)).toEqual([]);
    expect(unnamed(['src/world/store/forgotten.lua'], sources)).toEqual(['src/world/store/forgotten.lua']);
    expect(unnamed(['src/world/store/kept.lua'], new Map([['src/world/store/a.ts', "load('./kept.lua')"]]))).toEqual([]);
  });
});
