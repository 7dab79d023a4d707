import { beforeEach, expect, test } from 'vitest';
import type { ProtoStep } from '#core/formula/proto';
import type { Molecule, Work } from '#core/records';
import { nextForWork } from '#core/work';
import { closeStep } from '#ops/end-step';
import { wouldSling } from '#ops/sling';
import { moleculeStands } from '#processors/run-steps';
import { onItsMolecule, slingPlan } from '#views/sling-plan';
import type { World } from '#world/world';
import { planStep } from '../../src/trials/plans.ts';
import { deskEachTest, type TestDesk } from '../support/desk.ts';
import { agentStep, laid } from '../support/laid.ts';
import { good, newItem, shop, town } from '../support/shop.ts';

let desk: TestDesk;
let item: Work;
deskEachTest((one) => {
  desk = one;
});
beforeEach(async () => {
  item = await newItem(desk, 'x');
});

const LEG = { exec: { executor: 'polecat' } } as const;
const leg = (id: string, needs?: string[]) => planStep(id, needs, LEG);
const on = async (steps: readonly ProtoStep[]) => (await laid(desk, steps, { rig: 'shop', work: item.id })).id;

/** What `gt sling --dry-run` says of the item; and what its job does as soon as it is slung. */
async function told() {
  const [one] = await wouldSling(desk, { ids: [item.id] });
  if (!one || 'refusal' in one) throw new Error('refused');
  const [plan] = await slingPlan(desk.books, town, [shop], [await onItsMolecule(desk, one.work)], 0);
  const job = nextForWork(one.work, 0, await moleculeStands(one.work, { desk } as unknown as World));
  return { plan, job: job.do };
}

test('an item whose molecule is work of others takes no slot, whoever slings it again', async () => {
  const mol = await on([leg('left'), leg('right', ['left'])]);
  const { plan, job } = await told();
  expect(plan).toMatchObject({ agent: null, slot: 'none', molecule: mol });
  expect(plan?.formula).toEqual({ name: 'f', steps: ['left', 'right'].map((id) => ({ id, title: id, does: 'polecat' })) });
  expect(job).toBe('hold');
});

test('of a molecule that waits for others first nobody takes a slot yet; then its agent does, and what has ended is not to come', async () => {
  const mol = await on([leg('left'), agentStep('mine', ['left'])]);
  const first = await told();
  expect([first.plan, first.job]).toMatchObject([{ agent: 'claude', slot: 'none' }, 'hold']);
  good(await closeStep(desk, { step: `${mol}.left` }, { outcome: 'skipped', reason: 'as it is' }));
  const then = await told();
  expect([then.plan, then.job]).toMatchObject([{ agent: 'claude', slot: 'free' }, 'want']);
  expect(then.plan?.formula?.steps.map(({ id }) => id)).toEqual(['mine']);
});

test('a molecule whose command waits for the worktree, or that looks at conditions there, takes a slot that makes one', async () => {
  const mol = await on([leg('left')]);
  await desk.change(async (reading) => {
    const doc = (await reading.get('work', item.id)) as Work;
    return { put: [{ noun: 'work', doc: { ...doc, worktree: true } }], answer: undefined };
  });
  const waits = await told();
  expect([waits.plan, waits.job]).toMatchObject([{ agent: null, slot: 'free', molecule: mol }, 'want']);
  item = await newItem(desk, 'y');
  const ifDone = { exec: { executor: 'polecat' }, gate: { type: 'condition', condition: 'x.status == "closed"' } } as const;
  await on([planStep('left', [], ifDone as unknown as Partial<ProtoStep>), leg('right')]);
  const looks = await told();
  expect([looks.plan, looks.job]).toMatchObject([{ agent: null, slot: 'free' }, 'want']);
});

test('an item whose molecule is done, and was all work of others, closes with it: nobody takes a slot', async () => {
  const mol = await on([leg('left')]);
  await desk.change(async (reading) => {
    const doc = (await reading.get('molecule', mol)) as Molecule;
    const closed = { at: 1, outcome: 'done', reason: 'done', by: 'gt' } as const;
    const digest = { id: `${mol}-digest`, at: 1, squashed: 1, kept: false };
    return { put: [{ noun: 'molecule', doc: { ...doc, state: 'closed', closed, digest } as Molecule }], answer: undefined };
  });
  const { plan, job } = await told();
  expect([plan, job]).toMatchObject([
    { agent: null, slot: 'none', molecule: mol, formula: { steps: [] } },
    'close-with-molecule',
  ]);
});

test('an item whose molecule was cancelled is slung as if it had none', async () => {
  const mol = await on([agentStep('mine')]);
  await desk.change(async (reading) => {
    const doc = await reading.get('molecule', mol);
    return doc
      ? { put: [{ noun: 'molecule', doc: { ...doc, cancel: { at: 1, by: 'overseer', reason: 'no' } } }], answer: undefined }
      : { put: [], answer: undefined };
  });
  const { plan, job } = await told();
  expect([plan, job]).toMatchObject([{ agent: 'claude', slot: 'free', molecule: null, formula: null }, 'want']);
});
