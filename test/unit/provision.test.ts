import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { presetFile } from '#core/preset';
import { shippedPresets } from '#world/agents/presets';
import { provision } from '#world/agents/provision';

let base: string;
let config: string;
let home: string;
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'gt-')));
  config = join(base, 'town/.runtime/agents/x');
  home = join(base, 'town/shop/polecats');
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const preset = (files: object[]) => presetFile.parse({ command: 'x', files });
const write = (files: object[], more: { autonomous?: boolean; hooks?: boolean } = {}) =>
  provision({ preset: preset(files), places: { config, home, root: base }, autonomous: true, hooks: false, ...more });
const put = (path: string, text: string) => {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
};
const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

const trust = {
  path: '{config}/.x.json',
  merge: 'json-merge',
  content: { done: true, projects: { '{root}': { trusted: true } } },
};

test('a file is made when it is absent, readable by its owner alone, and writing it again changes nothing', async () => {
  const file = join(config, '.x.json');
  expect(await write([trust])).toEqual([{ path: file, changed: true }]);
  expect(json(file)).toEqual({ done: true, projects: { [base]: { trusted: true } } });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const { mtimeMs, ino } = statSync(file);
  expect(await write([trust])).toEqual([{ path: file, changed: false }]);
  expect(statSync(file)).toMatchObject({ mtimeMs, ino });
});

test('what a program wrote is kept, whatever way it writes JSON, and so is the mode of its file', async () => {
  const file = join(config, '.x.json');
  put(file, `{"done":false,"count":7,"projects":{"/other":{"trusted":true}}}`);
  await write([trust]);
  expect(json(file)).toEqual({ done: true, count: 7, projects: { '/other': { trusted: true }, [base]: { trusted: true } } });
  expect(statSync(file).mode & 0o777).toBe(0o644);
  writeFileSync(file, JSON.stringify({ projects: { [base]: { trusted: true } }, done: true }));
  expect(await write([trust])).toMatchObject([{ changed: false }]);
});

test('a file that cannot be read is left as it is, and named', async () => {
  const file = join(config, '.x.json');
  put(file, '{ "done": ');
  await expect(write([trust])).rejects.toMatchObject({ refusal: { refused: 'SETTINGS_INVALID', facts: { file } } });
  expect(readFileSync(file, 'utf8')).toBe('{ "done": ');
});

test('each way to merge does what it says, and several wishes for one file are one file', async () => {
  const lines = (name: string, merge: string) => ({ path: `{config}/${name}`, merge, content: ['one', 'two'] });
  put(join(config, 'keep'), 'mine');
  put(join(config, 'replace'), 'old');
  put(join(config, 'fill.json'), '{"a":{"theirs":1}}');
  put(join(config, 'a.ini'), '[s]\na=1\n');
  await write([
    lines('keep', 'keep'),
    lines('replace', 'replace'),
    { path: '{config}/a.ini', merge: 'ini-append', content: { s: { a: 2, b: 3 } } },
    { path: '{config}/fill.json', merge: 'json-fill', content: { a: { theirs: 2, ours: 3 } } },
    { path: '{config}/fill.json', merge: 'json-merge', content: { b: 4 } },
    { path: '{config}/b.json', merge: 'json-merge', content: { list: [1] } },
    { path: '{config}/b.json', merge: 'json-merge', when: 'autonomous', content: { list: [2] } },
    { path: '{config}/b.json', merge: 'json-merge', when: 'interactive', content: { list: [3] } },
  ]);
  expect(readFileSync(join(config, 'keep'), 'utf8')).toBe('mine');
  expect(readFileSync(join(config, 'replace'), 'utf8')).toBe('one\ntwo\n');
  expect(readFileSync(join(config, 'a.ini'), 'utf8')).toBe('[s]\na=1\nb=3\n');
  expect(json(join(config, 'fill.json'))).toEqual({ a: { theirs: 1, ours: 3 }, b: 4 });
  expect(json(join(config, 'b.json'))).toEqual({ list: [1, 2] });
});

test('nothing is written into a worktree, neither directly nor through a link', async () => {
  const tree = join(home, 'nux/rig');
  put(join(tree, '.git'), 'gitdir: elsewhere\n');
  symlinkSync(tree, join(home, 'link'));
  symlinkSync(base, join(home, 'out'));
  for (const path of ['{home}/nux/rig/.x/a', '{home}/link/a', '{home}/out/a', '{home}/../../../a'])
    await expect(write([{ path, merge: 'replace', content: ['x'] }])).rejects.toMatchObject({
      refusal: { refused: 'SETTINGS_INVALID' },
    });
  const own = { config: join(tree, '.x'), home, root: base };
  const one = { path: '{config}/a', merge: 'keep', content: ['x'] };
  await expect(provision({ preset: preset([one]), places: own, autonomous: true, hooks: false })).rejects.toThrow('git tree');
  expect(existsSync(join(tree, '.x'))).toBe(false);
  expect(existsSync(join(base, 'a'))).toBe(false);
});

test('a program that writes comments into its JSON is read all the same, and keeps those at its head', async () => {
  const file = join(config, '.x.json');
  const head = '// Yours.\n// See "//help".\n\n';
  put(file, `${head}{\n  /* a */ "url": "http://x//y", // why\n  "list": [1, 2, /* none */ ],\n}\n`);
  await write([trust]);
  const after = readFileSync(file, 'utf8');
  expect(after.startsWith(`${head}{\n`)).toBe(true);
  expect(JSON.parse(after.slice(head.length))).toEqual({
    url: 'http://x//y',
    list: [1, 2],
    done: true,
    projects: { [base]: { trusted: true } },
  });
  expect(await write([trust])).toEqual([{ path: file, changed: false }]);
  put(file, '// nothing but words\n');
  expect(await write([trust])).toEqual([{ path: file, changed: true }]);
});

test('hook files are written where hooks are served, once and no more', async () => {
  const claude = shippedPresets().find(({ name }) => name === 'claude')?.preset;
  if (!claude) throw new Error('no claude');
  const file = join(home, '.claude/settings.json');
  const go = (hooks: boolean, autonomous: boolean) =>
    provision({ preset: claude, places: { config, home, root: base }, autonomous, hooks });
  await go(false, true);
  expect(existsSync(file)).toBe(false);
  expect(json(join(config, 'settings.json'))).toEqual({ skipDangerousModePermissionPrompt: true });
  put(file, JSON.stringify({ hooks: { Stop: [{ hooks: [{ type: 'command', command: 'say' }] }] } }));
  await go(true, true);
  await go(true, true);
  const { hooks } = json(file);
  expect(hooks.Stop).toHaveLength(2);
  expect(hooks.SessionStart).toHaveLength(2);
  await go(true, false);
  expect(json(file).hooks.SessionStart).toHaveLength(1);
});

test('many writers at once lose nothing of each other', async () => {
  const files = Array.from({ length: 8 }, (_, index) => [
    { ...trust, content: { projects: { [`/p${index}`]: { trusted: true } } } },
  ]);
  await Promise.all(files.map((one) => write(one)));
  expect(Object.keys(json(join(config, '.x.json')).projects)).toHaveLength(8);
});

test.each(shippedPresets().map((one) => [one.name, one.preset] as const))(
  'the files of %s are written twice as once',
  async (_name, one) => {
    const go = () =>
      provision({ preset: one, places: { config, home, root: base, worktree: home }, autonomous: true, hooks: true });
    const first = await go();
    expect(first.every(({ changed }) => changed)).toBe(true);
    expect((await go()).some(({ changed }) => changed)).toBe(false);
  },
);
