import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ProtoStep } from '#core/formula/proto';
import { isRefusal } from '#core/refusals';
import { pour } from '#ops/pour';
import { gated, standInGh } from '../support/gates.ts';
import { planOf, planStep } from '../support/molecules.ts';
import { HarmedTown } from '../support/trial.ts';

let town: HarmedTown;
let gh: ReturnType<typeof standInGh>;
let order: string;
beforeAll(async () => {
  gh = standInGh();
  gh.says({ state: 'MERGED', title: 'Greet' });
  order = join(gh.dir, 'order');
  town = await HarmedTown.open({}, { PATH: `${gh.dir}:${process.env['PATH']}`, GT_FAIL: `@${order}` });
  await town.rig('alpha', 'true');
});
afterAll(async () => {
  await town?.close();
  gh?.end();
});

/** The worker dies at this place while it works a molecule whose second step has this gate. @returns the gate's events */
async function diesAt(place: string, gate: ProtoStep['gate']): Promise<string[]> {
  const before = town.pid('worker');
  writeFileSync(order, place);
  const plan = planOf([planStep('a'), ...gated('b', gate, ['a']), planStep('c', ['b'])]);
  const mol = await pour(await town.desk(), { plan, prefix: 'al', rig: 'alpha', phase: 'liquid' });
  if (isRefusal(mol)) throw new Error(mol.refused);
  await town.anotherWorker(before);
  rmSync(order, { force: true });
  await town.until(`${mol.id} is closed`, async () => (await town.read('molecule', mol.id))?.state === 'closed', 60_000);
  const events = await town.events();
  expect(events.filter(({ type, subject }) => type === 'step.closed' && subject === `${mol.id}.b`)).toHaveLength(1);
  return events.filter(({ subject }) => subject === `${mol.id}.gate-b`).map(({ type }) => type);
}

test('a worker that dies when a gate has just opened: the clock that was written goes on', async () => {
  expect(await diesAt('gate-open', { type: 'timer', id: '', timeout: '1s' })).toEqual(['gate.opened', 'gate.resolved']);
});

test('a worker that dies between a look and its writing: the next one looks again, and the gate opens once', async () => {
  expect(await diesAt('gate-looked', { type: 'gh:pr', id: '12' })).toEqual(['gate.opened', 'gate.resolved']);
  expect(gh.asked()).toHaveLength(2);
});

test('a worker that dies when a person has just been asked asks nobody twice', async () => {
  gh.says({ state: 'CLOSED', title: 'Greet' });
  const asked = gh.asked().length;
  const before = town.pid('worker');
  const plan = planOf(gated('b', { type: 'gh:pr', id: '12' }));
  const mol = await pour(await town.desk(), { plan, prefix: 'al', rig: 'alpha', phase: 'liquid' });
  if (isRefusal(mol)) throw new Error(mol.refused);
  const id = `${mol.id}.gate-b`;
  await town.until(`${id} has asked a person`, async () => (await town.read('gate', id))?.escalatedAt);
  await town.kill('worker');
  await town.anotherWorker(before);
  await town.does(['gate', 'check']);
  expect(gh.asked().length).toBeGreaterThan(asked + 1);
  expect((await town.events()).filter(({ type, subject }) => type === 'gate.escalated' && subject === id)).toHaveLength(1);
  await town.does(['gate', 'deny', id, '--reason', 'it was closed']);
  expect(await town.read('step', `${mol.id}.b`)).toMatchObject({ status: 'failed', failed: { class: 'denied' } });
  gh.says({ state: 'MERGED' });
  await town.does(['gate', 'approve', id]);
  await town.until(`${mol.id} is closed`, async () => (await town.read('molecule', mol.id))?.state === 'closed');
});
