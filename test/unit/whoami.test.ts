import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeTown } from '#world/config/make-town';
import { call } from '../support/cli.ts';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'gt-who-')));
const town = join(base, 'town');
const place = join(town, 'shop/polecats/toast/rig/src');
beforeAll(() => {
  makeTown({ root: town, name: 'trial', now: 0 });
  mkdirSync(place, { recursive: true });
});
afterAll(() => rmSync(base, { recursive: true }));

const who = async (cwd: string, env: Record<string, string> = {}) => {
  const { exit, out, err } = await call(['whoami', '--json'], { cwd, env: { GT_TOWN_ROOT: town, ...env } });
  return JSON.parse(exit === 0 ? out : err);
};

test('whoever has no token is the overseer, and told in whose place they stand', async () => {
  expect(await who(town)).toMatchObject({ actor: 'overseer', role: null, session: null, place: null, town });
  expect(await who(base)).toMatchObject({ actor: 'overseer', place: null });
  expect(await who(place)).toMatchObject({ actor: 'overseer', role: null, place: 'shop/polecats/toast' });
  const { out } = await call(['whoami'], { cwd: place, env: { GT_TOWN_ROOT: town } });
  expect(out.split('\n')[1]).toContain('shop/polecats/toast, whose GT_SESSION you have not');
});

test('an agent is who its session says, wherever it stands; a token that nobody can read is refused', async () => {
  const env = { GT_SESSION: `t1.sh-a.r1.s1.${'0'.repeat(32)}`, BD_ACTOR: 'shop/polecats/toast', GT_WORK_ITEM: 'sh-a' };
  const toast = { role: 'polecat', rig: 'shop', name: 'toast', session: 'sh-a.r1.s1', work: 'sh-a' };
  for (const cwd of ['/', place]) expect(await who(cwd, env)).toMatchObject({ actor: 'shop/polecats/toast', ...toast });
  expect(await who(place, { ...env, GT_SESSION: 'nonsense' })).toMatchObject({ refused: 'NO_SESSION' });
});
