import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { translated } from '#cli/bd/globals';
import { edgesOf, priorityOf } from '#cli/bd/words';
import type { Io } from '#cli/command';
import { isRefusal } from '#core/refusals';
import { call } from '../support/cli.ts';

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'gt-bd-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const io = (env: Record<string, string>, cwd = '/') => ({ env, cwd }) as unknown as Io;
const actor = (env: Record<string, string>, ...argv: string[]) => translated(argv, io(env)).io.env['BD_ACTOR'];

describe('who writes', () => {
  test('is told by the flag, else BEADS_ACTOR, BD_ACTOR, the name in git’s settings, USER', () => {
    const file = join(home, 'gitconfig');
    writeFileSync(file, '[core]\n\tname = no\n[user]\n\temail = a@b\n\tname = "Ada L"\n[alias]\n\tname = no\n');
    const env = { BEADS_ACTOR: 'beads', BD_ACTOR: 'bd', GIT_CONFIG_GLOBAL: file, USER: 'ada' };
    expect(actor(env, '--actor', 'flag', 'list')).toBe('flag');
    expect(actor(env)).toBe('beads');
    expect(actor({ ...env, BEADS_ACTOR: '' })).toBe('bd');
    expect(actor({ GIT_CONFIG_GLOBAL: file, USER: 'ada' })).toBe('Ada L');
    expect(actor({ GIT_CONFIG_GLOBAL: '/dev/null', USER: 'ada' })).toBe('ada');
    expect(actor({ GIT_CONFIG_GLOBAL: '/dev/null' })).toBeUndefined();
  });

  test('the name of a home is that of its .gitconfig, else of its git folder', () => {
    mkdirSync(join(home, '.config/git'), { recursive: true });
    writeFileSync(join(home, '.config/git/config'), '[user]\nname=Folder\n');
    expect(actor({ HOME: home })).toBe('Folder');
    writeFileSync(join(home, '.gitconfig'), '[USER]\nName = File\n');
    expect(actor({ HOME: home })).toBe('File');
  });
});

test('words that bd has forgotten are taken and change nothing', () => {
  const { argv } = translated(['--no-daemon', 'list', '--flat', '--allow-stale', '--sandbox', '-q', '--format', 'json'], io({}));
  expect(argv).toEqual(['--json', 'list', '--quiet']);
});

test('BEADS_DIR and --db lead to the folder that holds the data, -C is where the call is made', () => {
  expect(translated(['list'], io({ BEADS_DIR: '/town/shop/.beads' })).io.cwd).toBe('/town/shop');
  expect(translated(['--db', 'x/.beads', '-C', '/a', 'list'], io({})).io.cwd).toBe('/a/x');
});

test('the forms of --deps: what it needs, and the other way round', () => {
  expect(edgesOf(['a,depends-on:b', 'blocked-by:c', 'blocks:d,discovered-from:e'])).toEqual({
    needs: ['a', 'b', 'c'],
    blocks: ['d'],
    unkept: ['discovered-from'],
  });
});

test('a priority is 0 to 4, with or without p', () => {
  expect([undefined, '0', 'p4', ' 3 ', 'P1'].map((word) => priorityOf(word))).toEqual([2, 0, 4, 3, 1]);
  for (const word of ['-1', '5', 'high', '']) expect(isRefusal(priorityOf(word)), word).toBe(true);
});

test.each([
  ['out', ['show', 'x'], ['close', 'x'], ['done', 'x'], ['update', 'x', '-p', '1'], ['dep', 'list', 'x'], ['blocked']],
  ['err', ['create', 'x'], ['list'], ['ready'], ['gate', 'list'], ['q', 'x']],
] as const)('an error is one document on std%s of these verbs, and the exit code is 1', async (where, ...verbs) => {
  for (const words of verbs)
    for (const argv of [
      ['bd', ...words, '--json'],
      ['bd', '--town', '/nowhere', '--json', ...words],
    ]) {
      const called = await call(argv, { cwd: home, env: { HOME: home } });
      expect(called.exit, argv.join(' ')).toBe(1);
      expect(called[where === 'out' ? 'err' : 'out'], argv.join(' ')).toBe('');
      expect(JSON.parse(called[where])).toEqual({
        error: expect.any(String),
        hint: expect.any(String),
        code: 'TOWN_NOT_FOUND',
        schema_version: 1,
      });
    }
});

test('without --json an error is two lines on stderr', async () => {
  const { exit, out, err } = await call(['bd', 'show', 'x'], { cwd: home, env: { HOME: home } });
  expect({ exit, out }).toEqual({ exit: 1, out: '' });
  expect(err).toMatch(/^Error: .+\n.+\n$/);
});
