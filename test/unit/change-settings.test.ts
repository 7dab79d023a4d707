import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { rigRoles } from '#views/rig-roles';
import { changeRigSettings } from '#world/config/change-settings';
import { loadRigSettings } from '#world/config/settings';

const root = mkdtempSync(join(tmpdir(), 'gt-set-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const file = join(root, 'shop/settings/config.json');
const has = () => JSON.parse(readFileSync(file, 'utf8'));
beforeEach(() => {
  mkdirSync(join(root, 'shop/settings'), { recursive: true });
  writeFileSync(file, JSON.stringify({ version: 1, merge_queue: { check: 'npm test' } }));
});
const set = (key: string, value: unknown) => changeRigSettings(root, 'shop', key, value);

test('a key is set beside what the file holds, and taken out again with what it leaves empty', async () => {
  expect(await set('witness.enabled', false)).toEqual({ file });
  await set('merge_queue.enabled', false);
  expect(has()).toEqual({ version: 1, merge_queue: { check: 'npm test', enabled: false }, witness: { enabled: false } });
  await set('witness.enabled', undefined);
  expect(has()).toEqual({ version: 1, merge_queue: { check: 'npm test', enabled: false } });
});

test.each([
  ['an unknown key, with the one that was meant', 'witness.enable', true, /did you mean `witness.enabled`/],
  ['a value of another kind', 'merge_queue.enabled', 'yes', /merge_queue\.enabled/],
  ['a key inside of a value', 'spawn.manual', true, /spawn/],
  ['what holds for the whole town', 'dashboard.port', 1, /whole town/],
])('%s is refused, and nothing is written', async (_law, key, value, says) => {
  const before = readFileSync(file, 'utf8');
  expect(await set(key, value)).toMatchObject({ refused: 'USAGE', facts: { what: expect.stringMatching(says) } });
  expect(readFileSync(file, 'utf8')).toBe(before);
});

test('a file that is broken is left as it is, for a person to mend', async () => {
  writeFileSync(file, '{ broken');
  expect(await set('spawn', 'manual')).toMatchObject({ refused: 'SETTINGS_INVALID' });
  expect(readFileSync(file, 'utf8')).toBe('{ broken');
});

test('twenty writers at once leave what each of them has set', async () => {
  await Promise.all(Array.from({ length: 20 }, (_, n) => set(`worker_agents.w${n}`, 'shell')));
  expect(Object.keys(has().worker_agents)).toHaveLength(20);
});

test('roles say whether somebody has them, and which file says so', async () => {
  await set('spawn', 'manual');
  await set('witness.enabled', false);
  const loaded = loadRigSettings(root, 'shop');
  if ('refused' in loaded) throw new Error(loaded.refused);
  expect(rigRoles(loaded.settings, loaded.origins).map(({ role, is, from }) => [role, is, from])).toEqual([
    ['polecats', 'by hand', file],
    ['witness', 'off', file],
    ['refinery', 'on', null],
    ['mayor', 'on', null],
  ]);
});
