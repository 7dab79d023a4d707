import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Work } from '#core/records';
import { explain, isRefusal } from '#core/refusals';
import { closing } from '#core/work';
import { cookWith } from '#world/formulas/cook-with';
import type { World } from '#world/world';
import { planned } from '../../src/chores/run-formula.ts';
import type { Sleepers } from '../../src/daemon/sleepers.ts';
import { closes, moleculeTown, planOf, planStep, poured } from '../support/molecules.ts';
import { type PrivateRedis, privateRedis } from '../support/redis.ts';
import { files } from '../support/shipped.ts';
import type { Town } from '../support/sleepers.ts';
import { until } from '../support/until.ts';

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

/** Work items are made here, and ended by the test: nobody works them. */
const begin = async () => {
  const rig = () => ({ file: { beads: { prefix: 'sh' } } }) as unknown as ReturnType<World['rig']>;
  at = await moleculeTown(server.path, { rig });
  worker = await at.begin();
};

const leg = (id: string, needs: readonly string[] = [], more: Parameters<typeof planStep>[2] = {}) =>
  planStep(id, needs, { exec: { executor: 'polecat' }, title: `Leg ${id}`, ...more });

const stepOf = async (mol: string, key: string) => at.op.books.read('step', `${mol}.${key}`);

/** The item of a leg, as soon as there is one that is not closed. */
const itemOf = (mol: string, key: string): Promise<Work> =>
  until(`${key} has a work item`, async () => {
    const step = await stepOf(mol, key);
    const work = step?.work === undefined ? undefined : await at.op.books.read('work', step.work);
    return work && work.status !== 'closed' ? work : undefined;
  });

/** Ends an item as the refinery, an agent with a report, or somebody with nothing in hand would. */
const close = (id: string, how: Partial<NonNullable<Work['closed']>>) =>
  at.op.change(async (reading) => {
    const work = (await reading.get('work', id)) as Work;
    const { doc, settle } = closing(work, { at: at.op.clock.now(), reason: 'landed', ...how });
    return { put: [{ noun: 'work', doc }], settle, answer: undefined };
  });

const COMMIT = 'a'.repeat(40);

test('legs become work at once, each slung as it is made, and what needs them waits until all have ended', async () => {
  await begin();
  const more = {
    description: 'Look at it',
    acceptance: 'Seen',
    labels: ['lens'],
    priority: 1,
    leg: { focus: '', agent: 'codex', review_only: true },
  };
  const mol = await poured(at, planOf([leg('a', [], more), leg('b'), leg('last', ['a', 'b'])]), { rig: 'shop', agent: 'claude' });
  const [a, b] = await Promise.all([itemOf(mol.id, 'a'), itemOf(mol.id, 'b')]);
  expect(a).toMatchObject({
    status: 'hooked',
    rig: 'shop',
    title: 'Leg a',
    priority: 1,
    labels: ['lens'],
    agent: 'codex',
    leg: { step: `${mol.id}.a`, mol: mol.id },
  });
  expect(b).toMatchObject({ status: 'hooked', agent: 'claude' });
  expect(a.id).toMatch(/^sh-/);
  expect(await at.op.books.text(a.id)).toMatchObject({
    description: 'Look at it',
    acceptance: 'Seen',
    notes: expect.stringContaining(`step a of ${mol.id}`),
  });
  expect(await stepOf(mol.id, 'a')).toMatchObject({ status: 'in_progress', work: a.id });
  await at.becomes(`steps/${mol.id}.a@1`, 'waiting-children');
  await close(a.id, { commit: COMMIT });
  await until('a has ended', async () => (await stepOf(mol.id, 'a'))?.status === 'closed');
  expect(await stepOf(mol.id, 'last')).toMatchObject({ status: 'open' });
  await close(b.id, { reason: 'done without code', report: `text:${b.id}` });
  const last = await itemOf(mol.id, 'last');
  await close(last.id, { commit: COMMIT });
  expect(await closes(at, mol.id)).toMatchObject({ closed: { outcome: 'done' } });
  expect((await stepOf(mol.id, 'a'))?.evidence).toEqual({ work: a.id, commit: COMMIT });
  expect((await stepOf(mol.id, 'b'))?.evidence).toEqual({ work: b.id });
  expect(at.faults).toEqual([]);
});

test('a leg whose item is closed with nothing to show has failed, and holds back what needs it', async () => {
  await begin();
  const mol = await poured(at, planOf([leg('a'), planStep('z', ['a'])]), { rig: 'shop' });
  const { id } = await itemOf(mol.id, 'a');
  await close(id, { reason: 'no longer wanted' });
  const failed = await until('a has failed', async () => {
    const step = await stepOf(mol.id, 'a');
    return step?.status === 'failed' ? step : undefined;
  });
  expect(failed.failed?.reason).toBe(`${id} was closed with nothing to show: no longer wanted`);
  expect((await stepOf(mol.id, 'z'))?.status).toBe('open');
  // Tried again, it is new work, which knows why.
  await at.put('step', { ...failed, status: 'open' });
  const again = await itemOf(mol.id, 'a');
  expect(again.id).not.toBe(id);
  expect((await at.op.books.text(again.id))['notes']).toContain('no longer wanted');
  await close(again.id, { commit: COMMIT });
  expect(await closes(at, mol.id)).toMatchObject({ closed: { outcome: 'done' } });
});

test('whatever stops the worker, a leg has one work item, and the next worker waits for it', async () => {
  await begin();
  const mol = await poured(at, planOf(Array.from({ length: 5 }, (_, n) => leg(`l${n}`))), { rig: 'shop' });
  await itemOf(mol.id, 'l0');
  await worker?.stop(2000);
  worker = await at.begin();
  const items = await Promise.all([0, 1, 2, 3, 4].map((n) => itemOf(mol.id, `l${n}`)));
  expect(await at.op.books.index('work.open:shop')).toHaveLength(5);
  for (const { id } of items) await close(id, { commit: COMMIT });
  expect(await closes(at, mol.id)).toMatchObject({ closed: { outcome: 'done' } });
  expect(await at.op.books.index('work.closed:shop')).toHaveLength(5);
});

test('with --fanout the steps of a workflow are work of their own, in the order of their needs', async () => {
  await begin();
  const agents = [planStep('a', [], { exec: {} }), planStep('b', ['a'], { exec: {} })];
  const mol = await poured(at, planOf(agents), { rig: 'shop', fanout: true });
  const first = await itemOf(mol.id, 'a');
  expect((await stepOf(mol.id, 'b'))?.work).toBeUndefined();
  await close(first.id, { commit: COMMIT });
  await close((await itemOf(mol.id, 'b')).id, { commit: COMMIT });
  await closes(at, mol.id);
});

test('a molecule that belongs to no rig can have no work of its own: that is said, and nothing is made', async () => {
  await begin();
  const mol = await poured(at, planOf([leg('a')]));
  await until('a has failed', async () => (await stepOf(mol.id, 'a'))?.failed?.reason.includes('belongs to no rig'));
  expect(await at.op.books.index('work.open')).toEqual([]);
});

test('the review that gt ships runs: each leg is slung, and the report is work after them all', async () => {
  await begin();
  const vars = { branch: 'polecat/toast' };
  const dish = cookWith(files, { name: 'code-review', vars: {} });
  if (isRefusal(dish)) throw new Error(explain(dish).says);
  const run = { plan: dish.plan, source: dish.source, rig: 'shop', prefix: 'sh', vars, folder: '/rig', preset: 'gate' };
  const ready = planned(run, 'x4k2p');
  if (isRefusal(ready)) throw new Error(explain(ready).says);
  const mol = await poured(at, ready.plan, { rig: 'shop' });
  const legs = ['correctness', 'security', 'tests', 'wiring'];
  for (const id of legs) {
    const { id: item } = await itemOf(mol.id, id);
    expect((await at.op.books.text(item))['description']).toContain(`/rig/.reviews/x4k2p/${id}.md`);
    await close(item, { reason: 'done without code', report: `text:${item}` });
  }
  const report = await itemOf(mol.id, 'synthesis');
  expect((await at.op.books.text(report.id))['description']).toContain('/rig/.reviews/x4k2p/security.md');
  await close(report.id, { reason: 'done without code', report: `text:${report.id}` });
  expect(await closes(at, mol.id)).toMatchObject({ closed: { outcome: 'done' } });
});
