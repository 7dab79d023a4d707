import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { POUR_CHUNK } from '#core/limits';
import type { Sleepers } from '../../src/daemon/sleepers.ts';
import { faultsOfRun, randomPlan } from '../../src/trials/random-dag.ts';
import type { MoleculeSoak, MoleculeSoakResult } from '../../src/trials/soak-molecules.ts';
import { built } from '../support/built.ts';
import { closes, moleculeTown, planOf, planStep, poured } from '../support/molecules.ts';
import { type PrivateRedis, privateRedis } from '../support/redis.ts';
import { LONG, runs } from '../support/runs.ts';
import type { Town } from '../support/sleepers.ts';

const seed = Number(process.env['GT_SEED'] ?? Math.floor(Math.random() * 1e6));
const LARGEST = LONG ? 2000 : 300;

describe('whatever the plan', () => {
  let server: PrivateRedis;
  let at: Town;
  let worker: Sleepers | undefined;
  beforeAll(async () => {
    server = await privateRedis();
  });
  afterAll(() => server.stop());
  afterEach(async () => {
    await worker?.stop(2000);
    worker = undefined;
    await at.end();
  });

  test(`every step closes once, none before what it and its containers need, and the molecule last (GT_SEED=${seed})`, {
    timeout: LONG ? 1_200_000 : 300_000,
  }, async () => {
    at = await moleculeTown(server.path);
    worker = await at.begin();
    for (let run = 0; run < runs(6); run++) {
      const size = run === 0 ? LARGEST : 1 + ((seed + run * 7919) % LARGEST);
      const plan = randomPlan(seed + run, size);
      const mol = await poured(at, plan);
      await closes(at, mol.id, 100_000);
      expect([size, await faultsOfRun(at.op.books, plan, mol)]).toEqual([size, []]);
    }
    expect(at.faults).toEqual([]);
  });

  test('what is closed too early, twice or never is told', async () => {
    at = await moleculeTown(server.path);
    worker = await at.begin();
    const mol = await poured(at, planOf([planStep('a'), planStep('b')]));
    await closes(at, mol.id);
    const other = planOf([planStep('a', ['c']), planStep('b', ['a']), planStep('c')]);
    const told = await faultsOfRun(at.op.books, other, mol);
    expect(told).toContain('f.c has not closed');
    expect(told).toContain('f.a closed before f.c, which it needs');
    expect(told).toContain('2 of 3 steps are closed, 0 open');
  });
});

describe('whoever is killed', () => {
  const soak = async (plan: MoleculeSoak): Promise<MoleculeSoakResult> => {
    // The built one: it forks itself.
    const from = (await import(
      await built('src/trials/soak-molecules.js')
    )) as typeof import('../../src/trials/soak-molecules.ts');
    return from.soakMolecules(plan, () => undefined);
  };
  const timeout = LONG ? 3_600_000 : 900_000;

  test(`the worker at any moment: each step closes once, after what it needs (GT_SEED=${seed})`, { timeout }, async () => {
    const sizes = LONG ? [2000, 1000, 500, 200, 50] : [250, 60];
    const plan = { seed, sizes, kills: runs(6), redisKills: 0, lifeMs: 150 };
    const { kills, faults } = await soak(plan);
    expect(faults, `seed ${seed}`).toEqual([]);
    expect(kills).toBeGreaterThan(2);
  });

  test(`Redis too: each step closes once, after what it needs (GT_SEED=${seed})`, { timeout }, async () => {
    const plan = { seed, sizes: [LONG ? 2000 : 250], kills: runs(2), redisKills: runs(3), lifeMs: 150 };
    const { redisKills, faults } = await soak(plan);
    expect(faults, `seed ${seed}`).toEqual([]);
    expect(redisKills).toBeGreaterThan(0);
  });

  test('a pour that is cut between any two of its chunks, before its jobs are there or before it is opened, is finished and not half', {
    timeout,
  }, async () => {
    const size = 2 * POUR_CHUNK + 20;
    // Three chunks, each life adds the jobs of the last one again. First: each chunk is written and its jobs are not there; it is open and nobody was told more.
    const chunks = ['pour 1', 'pour 2', 'pour 2', 'poured'];
    // Then: the commits of the three chunks, the one that opens it, and the first close, each before anybody was woken.
    const commits = ['commit 1', 'commit 1', 'commit 1', 'commit 1', 'commit 1', 'wake 1'];
    for (const places of [chunks, commits]) {
      const { kills, faults } = await soak({ seed, sizes: [size], kills: 0, redisKills: 0, lifeMs: 0, places });
      expect(faults).toEqual([]);
      expect(kills).toBe(places.length);
    }
  });
});
