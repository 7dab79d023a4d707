import { expect, test } from 'vitest';
import { closing } from '#core/work';
import { burn } from '#ops/burn';
import { cancelMolecule } from '#ops/cancel-molecule';
import { closeStep } from '#ops/end-step';
import { squash } from '#ops/squash';
import { swarms } from '#processors/swarms';
import { work } from '#processors/work';
import { legsAtWork } from '#views/legs-at-work';
import type { World } from '#world/world';
import type { Sleepers } from '../../src/daemon/sleepers.ts';
import { redisOfFile } from '../support/fresh.ts';
import { closes, moleculeTown, planOf, planStep, poured } from '../support/molecules.ts';
import { good } from '../support/shop.ts';
import { endsEachTest, type Town } from '../support/sleepers.ts';
import { until } from '../support/until.ts';

const server = redisOfFile();
let at: Town;
let worker: Sleepers;
endsEachTest(() => ({ at, worker }));

const LEG = { exec: { executor: 'polecat' } } as const;
const RIG = { rig: () => ({ file: { beads: { prefix: 'gp' } } }) } as unknown as Partial<World>;

async function begun(phase: 'liquid' | 'vapor' = 'liquid'): Promise<string> {
  at = await moleculeTown(server.path, RIG, {}, { work, swarms });
  worker = await at.begin();
  const legs = [
    planStep('left', [], {
      ...LEG,
      title: 'Look left',
      description: 'Left of the road.',
      leg: { focus: '', agent: 'codex', review_only: false },
    }),
    planStep('right', [], { ...LEG, leg: { focus: '', agent: '', review_only: true } }),
    planStep('both', ['left', 'right'], LEG),
  ];
  return (await poured(at, planOf(legs), { rig: 'shop', agent: 'pi', phase })).id;
}

const stepOf = async (mol: string, key: string) => {
  const step = await at.op.books.read('step', `${mol}.${key}`);
  if (!step) throw new Error(`no step ${key}`);
  return step;
};

/** The item of a leg, as soon as it is slung. */
async function itemOf(mol: string, key: string): Promise<string> {
  return until(`${key} is slung`, async () => {
    const step = await at.op.books.read('step', `${mol}.${key}`);
    return step?.status === 'in_progress' ? step.work : undefined;
  });
}

async function close(id: string, how: { reason: string; commit?: string }): Promise<void> {
  await at.op.change(async (reading) => {
    const doc = await reading.get('work', id);
    if (!doc) throw new Error(`no ${id}`);
    const { doc: closed, settle } = closing(doc, { at: 1, ...how });
    return { put: [{ noun: 'work', doc: closed }], settle, answer: undefined };
  });
}

test('legs are slung at once as work of their own, with their texts and their agent, and the step ends as its work lands', async () => {
  const mol = await begun();
  const [left, right] = [await itemOf(mol, 'left'), await itemOf(mol, 'right')];
  expect(await at.op.books.read('work', left)).toMatchObject({
    title: 'Look left',
    rig: 'shop',
    agent: 'codex',
    status: 'hooked',
    leg: { step: `${mol}.left`, mol },
  });
  expect(await at.op.books.text(left)).toEqual({ description: 'Left of the road.' });
  expect(await at.op.books.read('work', right)).toMatchObject({ agent: 'pi', leg: { review_only: true } });
  expect((await stepOf(mol, 'both')).work).toBeUndefined();
  await close(left, { reason: 'landed', commit: 'c0ffee' });
  await close(right, { reason: 'landed', commit: 'decade' });
  await close(await itemOf(mol, 'both'), { reason: 'landed', commit: 'facade' });
  expect(await closes(at, mol)).toMatchObject({ closed: { outcome: 'done' } });
  expect((await stepOf(mol, 'left')).evidence).toEqual({ work: left, commit: 'c0ffee' });
  expect(at.faults).toEqual([]);
});

test('a leg whose work was cancelled has failed and holds back what needs it; opened again, it is slung anew', async () => {
  const mol = await begun();
  const [left, right] = [await itemOf(mol, 'left'), await itemOf(mol, 'right')];
  await close(right, { reason: 'landed', commit: 'decade' });
  await close(left, { reason: 'cancelled by overseer' });
  await until('the step has failed', async () => (await stepOf(mol, 'left')).status === 'failed');
  await until('the other has ended', async () => (await stepOf(mol, 'right')).status === 'closed');
  expect(await at.op.books.unmet(`${mol}.both`)).toEqual([[`${mol}.left`]]);
  await at.op.change(async (reading) => {
    const doc = await reading.get('step', `${mol}.left`);
    return { put: doc ? [{ noun: 'step', doc: { ...doc, status: 'open' } }] : [], answer: undefined };
  });
  const again = await itemOf(mol, 'left');
  expect(again).not.toBe(left);
});

const closed = (id: string) =>
  until(`${id} is closed`, async () => {
    const doc = await at.op.books.read('work', id);
    return doc?.status === 'closed' ? doc : undefined;
  });

test.each(['cancelled', 'burned', 'squashed'])('items that nobody has are closed when their molecule is %s', async (how) => {
  const id = await begun('vapor');
  const items = [await itemOf(id, 'left'), await itemOf(id, 'right')];
  if (how === 'cancelled') good(await cancelMolecule(at.op, { id, reason: 'enough' }));
  else good(await (how === 'burned' ? burn(at.op, id) : squash(at.op, { id })));
  for (const one of items) expect((await closed(one)).closed?.reason).toContain('cancelled');
  expect(await at.op.books.count('want')).toBe(0);
  for (const one of items) await at.becomes(`work/${one}@1`, 'completed');
  await at.becomes(`molecules/${id}@1`, 'completed');
  expect(at.faults).toEqual([]);
});

test('a leg that is skipped closes its item, and its molecule goes on', async () => {
  const id = await begun();
  const [left, right] = [await itemOf(id, 'left'), await itemOf(id, 'right')];
  good(await closeStep(at.op, { step: `${id}.left` }, { outcome: 'skipped', reason: 'not wanted' }));
  await closed(left);
  await close(right, { reason: 'landed', commit: 'decade' });
  await close(await itemOf(id, 'both'), { reason: 'landed', commit: 'facade' });
  expect((await closes(at, id)).closed?.outcome).toBe('done');
});

test('an item that an agent has goes on when its molecule is cancelled, and is closed when it comes back', async () => {
  const id = await begun();
  const [left, right] = [await itemOf(id, 'left'), await itemOf(id, 'right')];
  const change = (more: object) =>
    at.op.change(async (reading) => {
      const doc = await reading.get('work', left);
      if (!doc) throw new Error('gone');
      const { run: _, ...rest } = doc;
      return { put: [{ noun: 'work', doc: { ...rest, ...more } }], answer: undefined };
    });
  await change({ run: `${left}.r1`, status: 'in_progress' });
  expect(await legsAtWork(at.op.books, id)).toEqual([left]);
  good(await cancelMolecule(at.op, { id, reason: 'enough' }));
  await closed(right);
  const shown = `its step has ended: nobody waits for what a polecat makes of it`;
  await until('it is said', async () => (await at.jobOf(`work/${left}@1`))?.progress === shown);
  expect((await at.op.books.read('work', left))?.status).toBe('in_progress');
  await change({ failures: 1 });
  await closed(left);
  await at.becomes(`molecules/${id}@1`, 'completed');
});

test('legs are a batch: the witness is told when they begin, mayor and overseer when the last has ended', async () => {
  const mol = await begun();
  const start = await until('the batch has begun', () => at.op.books.read('message', `ml-swarm-start-sw-${mol}`));
  expect(start).toMatchObject({
    facts: { items: ['left', 'right', 'both'].map((key) => `${mol}.${key}`), total: 3, rig: 'shop' },
  });
  const left = await itemOf(mol, 'left');
  await at.put('work', {
    ...there(await at.op.books.read('work', left)),
    status: 'closed',
    closed: { at: 9, reason: 'landed', commit: 'c'.repeat(40) },
  });
  await until('the first has ended', async () => (await stepOf(mol, 'left')).status === 'closed');
  good(await cancelMolecule(at.op, { id: mol, reason: 'no time' }));
  const told = await until('the batch has ended', () => at.op.books.read('message', `ml-swarm-complete-sw-${mol}`));
  expect(told.facts).toMatchObject({ landed: 1, failed: 0, skipped: 2 });
});

function there<T>(one: T | undefined): T {
  if (one === undefined) throw new Error('it is not there');
  return one;
}
