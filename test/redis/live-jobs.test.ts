import { expect, test } from 'vitest';
import { closeStep } from '#core/molecule/life';
import { plannedSteps, pourChunk } from '#core/molecule/pour';
import type { Molecule } from '#core/records';
import { liveJobs } from '#ops/live-jobs';
import { deaconRounds } from '#processors/deacon';
import { jobsFor } from '#world/queue/jobs';
import type { World } from '#world/world';
import type { Sleepers } from '../../src/daemon/sleepers.ts';
import { redisOfFile } from '../support/fresh.ts';
import { closes, moleculeTown, planOf, planStep, poured } from '../support/molecules.ts';
import { endsEachTest, type Town } from '../support/sleepers.ts';
import { until } from '../support/until.ts';

const server = redisOfFile();
let at: Town;
let worker: Sleepers | undefined;
endsEachTest(() => ({ at, worker }));

/** `a` is an agent's and stays open; `b` has closed; `c` waits for `a`. */
const PLAN = planOf([planStep('a', [], { exec: { executor: 'agent' } }), planStep('b'), planStep('c', ['a'])]);

async function live(): Promise<string[]> {
  const found: string[] = [];
  for await (const page of liveJobs(at.op.books)) found.push(...page);
  return found.sort();
}

/** The deacon of a town with nothing but molecules. */
const deacon = (): World =>
  ({
    desk: at.op,
    queues: {
      ...jobsFor(at.op.link, at.op.books.keys, at.op.jobs, 0),
      handBackOthers: async () => 0,
      clean: async () => undefined,
    },
    rigs: () => [],
    prune: async () => 0,
    host: () => ({ list: async () => [] }),
  }) as unknown as World;

async function halfDone(): Promise<Molecule> {
  const mol = await poured(at, PLAN);
  await until('b has closed', async () => (await at.op.books.read('step', `${mol.id}.b`))?.status === 'closed');
  return mol;
}

test('the jobs that should live: the molecule, and each of its steps while it is open', async () => {
  at = await moleculeTown(server.path);
  worker = await at.begin();
  const mol = await halfDone();
  expect(await live()).toEqual([`molecules/${mol.id}@1`, `steps/${mol.id}.a@1`, `steps/${mol.id}.c@1`]);
});

test('an open step that has lost its job is given one by the deacon, and goes on when what it needs has closed', async () => {
  at = await moleculeTown(server.path);
  worker = await at.begin();
  const mol = await halfDone();
  const lost = `steps/${mol.id}.c@1` as const;
  await at.becomes(`molecules/${mol.id}@1`, 'waiting-children');
  await (await at.jobOf(lost))?.remove();
  expect(await at.jobOf(lost)).toBeUndefined();
  expect(await deaconRounds(deacon())).toBe(1);
  await at.becomes(lost, 'delayed');
  expect(await deaconRounds(deacon())).toBe(0);
  const a = await at.op.books.read('step', `${mol.id}.a`);
  if (!a) throw new Error('no a');
  await at.op.change(async (reading) =>
    closeStep((await reading.get('step', a.id)) ?? a, undefined, { outcome: 'done', reason: '' }, 1),
  );
  await closes(at, mol.id);
  await at.becomes(lost, 'completed');
});

test('a pour that is under way is left alone: its steps have their jobs with it, and none may run before it is whole', async () => {
  at = await moleculeTown(server.path);
  const mol = await poured(at, PLAN);
  await at.op.changeOnly(async (reading) => {
    const now = await reading.get('molecule', mol.id);
    if (!now) throw new Error('no molecule');
    const chunk = plannedSteps(PLAN, now, 1).slice(0, 2);
    for (const { put } of chunk) await reading.get(put.noun, put.doc.id);
    return pourChunk(now, chunk, 1);
  });
  expect(await live()).toEqual([`molecules/${mol.id}@1`]);
  await deaconRounds(deacon());
  expect(await at.counts('steps')).toEqual({});
  worker = await at.begin();
  await until('b has closed', async () => (await at.op.books.read('step', `${mol.id}.b`))?.status === 'closed');
  expect(await live()).toHaveLength(3);
});
