import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { readBuild } from '#world/build';
// @ts-expect-error a script has no types
import { buildIds } from '../../scripts/build-ids.mjs';

const root = mkdtempSync(join(tmpdir(), 'gt-build-'));
afterAll(() => rmSync(root, { recursive: true }));

function put(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

const MANIFEST = { version: '0.1.0', dependencies: { 'node-pty': '1', bullmq: '6' } };

beforeEach(() => {
  put('package.json', JSON.stringify(MANIFEST));
  put(
    'dist/src/world/pty/main.js',
    "import './far.js';\nimport { x } from '#core/x';\nimport { spawn } from 'node-pty';\nimport 'node:fs';\n",
  );
  put('dist/src/world/pty/far.js', 'export const far = 1;\n');
  put('dist/src/core/x.js', 'export const x = 1;\n');
  put('dist/src/core/y.js', 'export const y = 1;\n');
  put('dist/src/core/refusals.js', "export const isRefusal = () => false;\nexport const SAYS = ['no'].map(String);\n");
  put(
    'dist/src/core/derive.js',
    "import { isRefusal } from './refusals.js';\nimport { usingIndex } from '#core/standing-talk';\nexport const standingOf = (doc) => [usingIndex(doc)];\nexport const other = isRefusal;\n",
  );
  put('dist/src/core/standing-talk.js', 'export const usingIndex = (doc) => [doc.agent, 1];\n');
  put('dist/src/core/molecule/place.js', 'export const molAgentOf = () => ({});\n');
  put('dist/src/world/store/commit.lua', 'return 1\n');
  put('dist/src/core/y.js.map', '{}');
});

const ids = (): Promise<{ id: string; host: string; index: string }> => buildIds(root);

test('what was built twice from the same is the same build', async () => {
  const first = await ids();
  put('dist/src/core/y.js', 'export const y = 1;\n');
  put('dist/src/core/y.js.map', '{"other":1}');
  put('dist/.built', 'yesterday');
  put('dist/bin/gt.js', "import './0a/hot.js';\n");
  put('dist/bin/0a/hot.js', '1;\n');
  expect(await ids()).toEqual(first);
  expect(first.id).toMatch(/^[0-9a-f]{8}$/);
  expect(first.index).toMatch(/^[0-9a-f]{8}$/);
});

test.for([
  ['a module that the host does not load', 'dist/src/core/y.js', 'export const y = 2;\n'],
  ['a script of the books', 'dist/src/world/store/commit.lua', 'return 2\n'],
  [
    'a library that the host does not load',
    'package.json',
    JSON.stringify({ ...MANIFEST, dependencies: { 'node-pty': '1', bullmq: '7' } }),
  ],
])('%s makes another build, and leaves the host what it was', async ([, file = '', text = '']) => {
  const before = await ids();
  put(file, text);
  const after = await ids();
  expect(after.id).not.toBe(before.id);
  expect(after.host).toBe(before.host);
});

test.for([
  ['a module beside it', 'dist/src/world/pty/far.js', 'export const far = 2;\n'],
  ['a module of core that it loads', 'dist/src/core/x.js', 'export const x = 2;\n'],
  ['its terminal binding', 'package.json', JSON.stringify({ ...MANIFEST, dependencies: { 'node-pty': '2', bullmq: '6' } })],
])('%s makes another host', async ([, file = '', text = '']) => {
  const before = await ids();
  put(file, text);
  const after = await ids();
  expect(after.id).not.toBe(before.id);
  expect(after.host).not.toBe(before.host);
});

test.for([
  ['another index', 'dist/src/core/standing-talk.js', 'export const usingIndex = (doc) => [doc.name, 1];\n'],
  ['another place in one', 'dist/src/core/standing-talk.js', 'export const usingIndex = (doc) => [doc.agent, 2];\n'],
  [
    'more that is read from a molecule',
    'dist/src/core/molecule/place.js',
    'export const molAgentOf = () => ({ molAgent: 1 });\n',
  ],
])('%s lets the records be indexed anew', async ([, file = '', text = '']) => {
  const before = await ids();
  put(file, text);
  expect((await ids()).index).not.toBe(before.index);
});

test.for([
  [
    'a word of a refusal',
    'dist/src/core/refusals.js',
    "export const isRefusal = () => 0;\nexport const SAYS = ['never'].map(String);\n",
  ],
  [
    'a remark, or another name,',
    'dist/src/core/standing-talk.js',
    '// Who runs it.\nexport const usingIndex = (item) => [item.agent, 1];\n',
  ],
  ['a module that no index is made of', 'dist/src/core/y.js', 'export const y = 2;\n'],
])('%s makes another build, whose indexes are the same', async ([, file = '', text = '']) => {
  const before = await ids();
  put(file, text);
  const after = await ids();
  expect(after.id).not.toBe(before.id);
  expect(after.index).toBe(before.index);
});

test('a build tells its ids by its stamp, and without one its version alone', () => {
  rmSync(join(root, 'dist/.built'), { force: true });
  expect(readBuild(root)).toEqual({ version: '0.1.0' });
  put('dist/.built', 'cut off {');
  expect(readBuild(root)).toEqual({ version: '0.1.0' });
  put('dist/.built', '{"id":"1f3a90bc","host":"00c0ffee","index":"0badcafe"}');
  expect(readBuild(root)).toEqual({ version: '0.1.0', id: '1f3a90bc', host: '00c0ffee', index: '0badcafe' });
});
