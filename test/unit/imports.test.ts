import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packagesReached, sourcesReached } from '../support/imports.ts';
import { ROOT } from '../support/tidy.ts';

test('the lean link loads no package', () => {
  expect(packagesReached('src/world/store/link.ts')).toEqual([]);
});

test('gt itself loads no package before it knows the verb, nor to read the words of a hot one', () => {
  expect(packagesReached('src/cli/bin/gt.ts')).toEqual([]);
  expect(packagesReached('src/cli/parse-lean.ts')).toEqual([]);
});

const TABLE = readFileSync(join(ROOT, 'src/cli/verbs.ts'), 'utf8');

/** The files of the hot verbs. */
const declaredHot = () =>
  [...TABLE.matchAll(/\bhot: true,\s*load: async \(\) => \(await import\('\.\/(cmd\/[\w-]+\.ts)'\)\)/g)].map(
    (match) => `src/cli/${match[1]}`,
  );

test('no hot verb loads a package', () => {
  const files = declaredHot();
  expect(files).toHaveLength(TABLE.match(/\bhot: true/g)?.length ?? 0);
  expect(files.length).toBeGreaterThan(0);
  expect(files.flatMap((file) => packagesReached(file))).toEqual([]);
});

test('no hot verb below another word loads a package either: what hooks call stands there', () => {
  const hot = readdirSync(join(ROOT, 'src/cli/cmd')).map((name) => `src/cli/cmd/${name}`);
  const groups = hot.filter((file) => readFileSync(join(ROOT, file), 'utf8').includes('hot: true'));
  expect(groups).toEqual(expect.arrayContaining(['src/cli/cmd/signal.ts', 'src/cli/cmd/tap.ts']));
  expect(groups.flatMap((file) => packagesReached(file))).toEqual([]);
});

test('what hooks call is packed into the one file that is loaded at every turn', () => {
  const packed = JSON.parse(readFileSync(join(ROOT, 'scripts/hot.json'), 'utf8')) as string[];
  const hooks = ['hook', 'prime', 'signal', 'signal-stop', 'signal-note', 'tap', 'mail-check'].map((name) => `cmd/${name}`);
  expect(packed).toEqual(expect.arrayContaining(['run', 'process', 'parse-lean', 'hook-fetch', ...hooks]));
  expect(packed).toEqual(expect.arrayContaining(declaredHot().map((file) => file.slice('src/cli/'.length, -'.ts'.length))));
  expect(packed.flatMap((name) => packagesReached(`src/cli/${name}.ts`))).toEqual([]);
});

test('what hooks call loads of formulas only what tells of a step: an item without a molecule pays for no more', () => {
  const hooks = ['hook', 'prime', 'signal-note', 'signal-stop', 'tap', 'mail-check'].map((name) => `src/cli/cmd/${name}.ts`);
  const loaded = [...hooks, 'src/cli/hook-fetch.ts', 'src/cli/wire.ts', 'src/world/desk.ts'].flatMap((file) =>
    sourcesReached(file),
  );
  expect([...new Set(loaded)].filter((file) => /\/(formula|formulas|molecule)\//.test(file)).sort()).toEqual([
    'src/core/formula/condition.ts', // A gate's condition says whether it waits for a person.
    'src/core/formula/run-condition.ts',
    'src/core/molecule/retention.ts',
    'src/core/molecule/step-words.ts',
  ]);
});

test('a list of formulas loads nothing that reads or cooks one, before there is one of which nothing is known', () => {
  expect(packagesReached('src/cli/cmd/formula-list.ts')).toEqual([]);
  expect(
    sourcesReached('src/cli/cmd/formula-list.ts')
      .filter((file) => /\/formulas?\//.test(file))
      .sort(),
  ).toEqual([
    'src/core/formula/condition.ts', // Of gates, as every call that knows the town.
    'src/core/formula/run-condition.ts',
    'src/core/formula/search.ts',
    'src/world/formulas/formula-files.ts',
    'src/world/formulas/known.ts',
    'src/world/formulas/line.ts',
    'src/world/formulas/list.ts',
    'src/world/formulas/read-file.ts',
  ]);
});

test('the PTY host loads no refusal: one that is worded anew makes no other host, to which the terminals of all agents would be handed', () => {
  expect(sourcesReached('src/world/pty/main.ts').filter((file) => file.endsWith('refusals.ts'))).toEqual([]);
});

test('the link over ioredis names ioredis only in types', () => {
  expect(packagesReached('src/world/store/ioredis-link.ts')).toEqual([]);
});

test('a package is found however deep it lies', () => {
  const planted = new Map([
    [
      'src/cli/cmd/hook.ts',
      "import { a } from '../a.ts';\nimport type { Redis } from 'ioredis';\nconst later = () => import('bullmq');\n",
    ],
    ['src/cli/a.ts', "import { b } from '#core/b';\nimport { join } from 'node:path';\n"],
    ['src/core/b.ts', "export * from './c.ts';\n"],
    ['src/core/c.ts', "import { z } from 'zod';\nimport { a } from '#cli/a';\n"],
  ]);
  expect(packagesReached('src/cli/cmd/hook.ts', (file) => planted.get(file))).toEqual([
    'src/cli/cmd/hook.ts > src/cli/a.ts > src/core/b.ts > src/core/c.ts > zod',
  ]);
  expect(() => packagesReached('src/cli/none.ts', (file) => planted.get(file))).toThrow('no such file');
});
