import { expect, test } from 'vitest';
import { planned } from '#chores/run-formula';
import type { Proto } from '#core/formula/proto';
import type { Work } from '#core/records';
import { explain, isRefusal } from '#core/refusals';
import { closing } from '#core/work';
import { work } from '#processors/work';
import { cookWith } from '#world/formulas/cook-with';
import type { World } from '#world/world';
import type { Sleepers } from '../../src/daemon/sleepers.ts';
import { redisOfFile } from '../support/fresh.ts';
import { closes, moleculeTown, planOf, planStep, poured } from '../support/molecules.ts';
import { files, WORK } from '../support/shipped.ts';
import { endsEachTest, type Town } from '../support/sleepers.ts';
import { until } from '../support/until.ts';

const server = redisOfFile();
let at: Town;
let worker: Sleepers;
endsEachTest(() => ({ at, worker }));

const RIG = { rig: () => ({ file: { beads: { prefix: 'sh' } } }) } as unknown as Partial<World>;
/** Items are made and slung here; the test ends them, nobody works them. */
const begin = async () => {
  at = await moleculeTown(server.path, RIG, {}, { work });
  worker = await at.begin();
};

function planOfRun(name: string, vars: Record<string, string>, given: Record<string, string>, preset?: string): Proto {
  const dish = cookWith(files, { name, vars });
  if (isRefusal(dish)) throw new Error(explain(dish).says);
  const run = { plan: dish.plan, source: dish.source, rig: 'shop', prefix: 'sh', vars: given, folder: '/rig' };
  const ready = planned({ ...run, ...(preset ? { preset } : {}) }, 'x4k2p');
  if (isRefusal(ready)) throw new Error(explain(ready).says);
  return ready.plan;
}

const stepOf = async (mol: string, key: string) => at.op.books.read('step', `${mol}.${key}`);

/** The open item of a step, as soon as there is one, and its texts. */
const itemOf = async (mol: string, key: string): Promise<Work & { text: Record<string, string> }> => {
  const item = await until(`${key} has a work item`, async () => {
    const step = await stepOf(mol, key);
    const doc = step?.work === undefined ? undefined : await at.op.books.read('work', step.work);
    return doc && doc.status !== 'closed' ? doc : undefined;
  });
  return { ...item, text: await at.op.books.text(item.id) };
};

const close = (id: string, how: Partial<NonNullable<Work['closed']>>) =>
  at.op.change(async (reading) => {
    const doc = (await reading.get('work', id)) as Work;
    const { doc: closed, settle } = closing(doc, { at: at.op.clock.now(), reason: 'landed', ...how });
    return { put: [{ noun: 'work', doc: closed }], settle, answer: undefined };
  });

const COMMIT = 'a'.repeat(40);

test('the review that gt ships runs: each leg is slung, and the report is work after them all', async () => {
  await begin();
  const mol = await poured(at, planOfRun('code-review', {}, { branch: 'polecat/toast' }, 'gate'), { rig: 'shop' });
  for (const leg of ['correctness', 'security', 'tests', 'wiring']) {
    const { id, text, status } = await itemOf(mol.id, leg);
    expect([status, text['description']]).toEqual(['hooked', expect.stringContaining(`/rig/.reviews/x4k2p/${leg}.md`)]);
    await close(id, { reason: 'done without code', report: `text:${id}` });
  }
  const report = await itemOf(mol.id, 'synthesis');
  expect(report.text['description']).toContain('/rig/.reviews/x4k2p/security.md');
  await close(report.id, { reason: 'done without code', report: `text:${report.id}` });
  expect(await closes(at, mol.id)).toMatchObject({ closed: { outcome: 'done' } });
  expect(at.faults).toEqual([]);
});

test('with --fanout the steps of shiny are work one after the other, and their agents are told how such a step is closed', async () => {
  await begin();
  const mol = await poured(at, planOfRun('shiny', WORK, {}), { rig: 'shop', fanout: true });
  for (const key of ['design', 'implement', 'review', 'test', 'submit']) {
    const { id, title, text } = await itemOf(mol.id, key);
    expect(title).toContain(WORK.feature);
    expect(text['notes']).toContain(`This is step ${key} of ${mol.id} (shiny), as work of its own`);
    expect(await at.op.books.index('work.open:shop')).toEqual([id]);
    await close(id, { commit: COMMIT });
  }
  expect(await closes(at, mol.id)).toMatchObject({ closed: { outcome: 'done' } });
});

test('whatever stops the worker, a leg has one work item, and the next worker waits for it', async () => {
  await begin();
  const keys = ['l0', 'l1', 'l2', 'l3', 'l4'];
  const polecat = { exec: { executor: 'polecat' } } as const;
  const mol = await poured(at, planOf(keys.map((key) => planStep(key, [], polecat))), { rig: 'shop' });
  await itemOf(mol.id, 'l0');
  await worker.stop(2000);
  worker = await at.begin();
  const items = await Promise.all(keys.map((key) => itemOf(mol.id, key)));
  expect(await at.op.books.index('work.open:shop')).toHaveLength(keys.length);
  for (const { id } of items) await close(id, { commit: COMMIT });
  expect(await closes(at, mol.id)).toMatchObject({ closed: { outcome: 'done' } });
  expect(await at.op.books.index('work.closed:shop')).toHaveLength(keys.length);
});

test('work that is made again for a failed leg knows why', async () => {
  await begin();
  const mol = await poured(at, planOf([planStep('a', [], { exec: { executor: 'polecat' } })]), { rig: 'shop' });
  await close((await itemOf(mol.id, 'a')).id, { reason: 'cancelled: wrong branch' });
  const failed = await until('a has failed', async () => {
    const step = await stepOf(mol.id, 'a');
    return step?.status === 'failed' ? step : undefined;
  });
  await at.put('step', { ...failed, status: 'open' });
  const again = await itemOf(mol.id, 'a');
  expect(again.text['notes']).toContain('cancelled: wrong branch');
  expect((await stepOf(mol.id, 'a'))?.failed).toBeUndefined();
});

test('a molecule that belongs to no rig can have no work of its own: that is said, and nothing is made', async () => {
  await begin();
  const mol = await poured(at, planOf([planStep('a', [], { exec: { executor: 'polecat' } })]));
  await until('a has failed', async () => (await stepOf(mol.id, 'a'))?.failed?.reason.includes('belongs to no rig'));
  expect(await at.op.books.index('work.open')).toEqual([]);
});

test('a leg ends when its work lands, and does not wait until the worktree is cleared away', async () => {
  await begin();
  const mol = await poured(at, planOf([planStep('a', [], { exec: { executor: 'polecat' } }), planStep('z', ['a'])]), {
    rig: 'shop',
  });
  const { id } = await itemOf(mol.id, 'a');
  await at.becomes(`steps/${mol.id}.a@1`, 'waiting-children');
  // What is under a run is not cleared away.
  await at.op.change(async (reading) => {
    const { doc, settle } = closing((await reading.get('work', id)) as Work, { at: 1, reason: 'landed', commit: COMMIT });
    return { put: [{ noun: 'work', doc: { ...doc, run: `${id}.r1` } }], settle, answer: undefined };
  });
  await until('z has closed', async () => (await stepOf(mol.id, 'z'))?.status === 'closed');
});
