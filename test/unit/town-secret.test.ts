import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { secretCheck, tokensCheck } from '#chores/doctor-secret';
import { stale } from '#core/holder';
import { explain } from '#core/refusals';
import { lookAtSecret, sessionToken, townSecret } from '#world/agents/token';
import { aRun } from '../support/records.ts';

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'gt-secret-'));
  file = join(dir, 'secret');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const drawn = async () => {
  const why: string[] = [];
  const secret = await townSecret(file, (lost) => void why.push(lost));
  return { secret, why };
};

test("a town's secret is drawn once, for its owner alone", async () => {
  const { secret, why } = await drawn();
  expect(secret).toMatch(/^[0-9a-f]{64}$/);
  expect(why).toEqual(['missing']);
  expect(await drawn()).toEqual({ secret, why: [] });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(dir)).toEqual(['secret']);
});

test.each([
  ['that is empty', '', 'empty'],
  ['of blanks', ' \n', 'empty'],
  ['that a power cut has cut short', 'a1'.repeat(31), 'damaged'],
  ['of zeros that a power cut has left', '\0'.repeat(64), 'damaged'],
])('a secret %s makes no tokens: a new one is drawn, and it is said', async (_what, text, lost) => {
  writeFileSync(file, text, { mode: 0o644 });
  expect(lookAtSecret(file)).toEqual({ lost });
  const { secret, why } = await drawn();
  expect(secret).toMatch(/^[0-9a-f]{64}$/);
  expect(why).toEqual([lost]);
  expect(lookAtSecret(file)).toEqual({ secret });
  expect(readFileSync(file, 'utf8')).toBe(secret);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(dir)).toEqual(['secret']);
});

test('of many who find the secret lost at once one draws the new one, and all have that', async () => {
  writeFileSync(file, 'cut');
  const all = await Promise.all(Array.from({ length: 5 }, drawn));
  expect(all.flatMap(({ why }) => why)).toEqual(['damaged']);
  expect(new Set(all.map(({ secret }) => secret))).toEqual(new Set([readFileSync(file, 'utf8')]));
});

test('the doctor says that a secret is lost, and which sessions have tokens of a lost one', async () => {
  for (const lost of ['missing', 'empty', 'damaged'] as const)
    expect(secretCheck({ lost })).toMatchObject({ id: 'secret', ok: false, found: expect.stringContaining(lost) });
  const [secret, other] = ['a'.repeat(64), 'b'.repeat(64)];
  expect(secretCheck({ secret })).toMatchObject({ id: 'secret', ok: true });
  const live = (id: string, by: string) =>
    aRun(id, { session: { id: `${id}.s1`, token: sessionToken('town', by, `${id}.s1`), at: 1 } });
  const tokenOf = (session: string) => sessionToken('town', secret, session);
  expect(tokensCheck(tokenOf, [live('gp-a.r1', secret), aRun('gp-b.r1')])).toMatchObject({ ok: true, found: '1 sessions' });
  const found = tokensCheck(tokenOf, [live('gp-a.r1', secret), live('gp-b.r1', other)]);
  expect(found).toMatchObject({ id: 'tokens', ok: false, found: expect.stringMatching(/: gp-b\.r1\.s1$/) });
  expect(JSON.stringify(found)).not.toMatch(/[0-9a-f]{16}/);
});

test('an agent whose token was made of a lost secret is told so, not that it is over for itself', () => {
  const run = aRun('gp-a.r1', { state: 'live', session: { id: 'gp-a.r1.s2', token: 'k', at: 1 } });
  expect(stale(run, 'gp-a.r1.s1')).toMatchObject({ refused: 'SESSION_STALE', facts: { current: 'gp-a.r1.s2' } });
  const refusal = stale(run, 'gp-a.r1.s2');
  expect(refusal).toMatchObject({ refused: 'TOKEN_UNKNOWN' });
  expect(explain(refusal).says).toContain('gp-a.r1.s2');
});
