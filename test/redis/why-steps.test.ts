import { expect, test } from 'vitest';
import type { Step } from '#core/records';
import { failing } from '#ops/fail-step';
import { sling } from '#ops/sling';
import { work } from '#processors/work';
import { molStatus } from '#views/mol-status';
import type { Reason } from '#views/reason';
import { status } from '#views/status';
import { why } from '#views/why';
import { workShow } from '#views/work-show';
import type { World } from '#world/world';
import type { Sleepers } from '../../src/daemon/sleepers.ts';
import { redisOfFile } from '../support/fresh.ts';
import { moleculeTown, planOf, planStep, poured } from '../support/molecules.ts';
import { newItem, shop, town } from '../support/shop.ts';
import { endsEachTest, type Town } from '../support/sleepers.ts';
import { until } from '../support/until.ts';

const server = redisOfFile();
let at: Town;
let worker: Sleepers;
endsEachTest(() => ({ at, worker }));

const RIG = { rig: () => ({ file: { beads: { prefix: 'sh' } } }) } as unknown as Partial<World>;
const AGENT = { exec: { executor: 'agent' } } as const;
const LEG = { exec: { executor: 'polecat' } } as const;

const begin = async () => {
  at = await moleculeTown(server.path, RIG, {}, { work });
  worker = await at.begin();
};

const reasons = async (about: string): Promise<readonly Reason[]> => {
  const facts = { town, rigs: [shop], now: at.op.clock.now(), session: async () => undefined };
  return (await why(at.op, facts, about))?.reasons ?? [];
};
const codes = async (about: string) => (await reasons(about)).map(({ code }) => code);

const stepOf = (id: string, is: (step: Step) => unknown) =>
  until(`${id} is so`, async () => {
    const step = await at.op.books.read('step', id);
    return step && is(step) ? step : undefined;
  });

const change = (id: string, next: (step: Step) => Step) =>
  at.op.change(async (reading) => {
    const step = await reading.get('step', id);
    return { put: step ? [{ noun: 'step', doc: next(step) }] : [], answer: undefined };
  });

const fail = (id: string) =>
  at.op.change(async (reading) => {
    const step = await reading.get('step', id);
    if (!step) throw new Error(`no ${id}`);
    return { ...(await failing(reading, step, undefined, { reason: 'it broke' }, 1)), answer: undefined };
  });

test('a step is held by what it needs, which is named with how it stands; a molecule by what stands in front', async () => {
  await begin();
  const plan = planOf([planStep('start'), planStep('build', ['start'], AGENT), planStep('test', ['build'], AGENT)]);
  const { id } = await poured(at, plan, { rig: 'shop' });
  await stepOf(`${id}.start`, ({ status: is }) => is === 'closed');
  expect(await reasons(`${id}.start`)).toMatchObject([{ code: 'closed', evidence: 'done: its needs are met' }]);
  expect(await reasons(`${id}.test`)).toMatchObject([
    { code: 'needs', what: `It waits for ${id}.build (build).`, evidence: 'ready for its agent', change: `gt why ${id}.build` },
  ]);
  expect(await reasons(`${id}.build`)).toMatchObject([{ code: 'nobody', change: `gt mol attach <item> ${id}` }]);
  expect(await reasons(id)).toMatchObject([{ code: 'step', what: `${id}.build (build).` }]);
  await fail(`${id}.build`);
  const todo = `gt mol step retry ${id}.build, or gt mol step skip ${id}.build --reason …`;
  expect(await reasons(`${id}.build`)).toMatchObject([{ code: 'step-failed', evidence: 'it broke', change: todo }]);
  expect(await reasons(`${id}.test`)).toMatchObject([{ code: 'needs', evidence: 'failed, needs you: it broke', change: todo }]);
  expect(await reasons(id)).toMatchObject([{ code: 'step-failed', what: `Needs you: ${id}.build (build).`, change: todo }]);
  expect((await status(at.op.books, town, [shop])).molecules).toEqual({ open: 1, failed: 1 });
  await change(`${id}.build`, (step) => ({ ...step, status: 'open', failures: 2, notBefore: at.op.clock.now() + 60_000 }));
  expect(await reasons(`${id}.build`)).toMatchObject([{ code: 'pause', evidence: '2 attempts failed; the last one: it broke' }]);
  expect((await status(at.op.books, town, [shop])).molecules).toEqual({ open: 1, failed: 0 });
});

test('a leg waits for whatever its item waits for, and its item says which step it does', async () => {
  await begin();
  const plan = planOf([planStep('left', [], { ...LEG, title: 'Look left' }), planStep('both', ['left'], LEG)]);
  const { id } = await poured(at, plan, { rig: 'shop' });
  const { work: item = '' } = await stepOf(`${id}.left`, (step) => step.work);
  await until('it is in line', async () => (await at.op.books.read('work', item))?.want);
  expect(await reasons(`${id}.left`)).toMatchObject([{ code: 'leg', what: `${item} does it.` }, { code: 'in-line' }]);
  expect(await reasons(`${id}.both`)).toMatchObject([
    { code: 'needs', evidence: `${item} does it (hooked)`, change: `gt why ${item}` },
  ]);
  expect((await workShow(at.op, item))?.leg).toEqual({ step: `${id}.left`, key: 'left', title: 'Look left', mol: id });
  await at.op.change(async (reading) => {
    const doc = await reading.get('work', item);
    if (!doc) throw new Error('no item');
    return { put: [{ noun: 'work', doc: { ...doc, needsYou: { escalation: 'e', why: 'three died' } } }], answer: undefined };
  });
  expect(await codes(`${id}.left`)).toEqual(['leg', 'needs-you']);
  expect(await reasons(id)).toMatchObject([
    {
      what: `Needs you: ${id}.left (Look left).`,
      evidence: `${item} needs you: three died`,
      change: `gt work show ${item}, then gt sling ${item}`,
    },
  ]);
  expect((await molStatus(at.op.books, id))?.steps).toMatchObject([
    { standing: 'in hand', needsYou: true, why: `${item} needs you: three died` },
    { standing: 'held', needsYou: false },
  ]);
});

test('an item with a molecule names the step in hand, or what that waits for', async () => {
  await begin();
  const { id: item } = await newItem(at.op as never, 'Build it');
  await sling(at.op, { ids: [item] });
  const plan = planOf([planStep('one', [], LEG), planStep('two', ['one'], AGENT)]);
  const { id } = await poured(at, plan, { rig: 'shop', work: item });
  const { work: leg = '' } = await stepOf(`${id}.one`, (step) => step.work);
  const told = await reasons(item);
  expect(told.find(({ code }) => code === 'step-waits')).toMatchObject({ evidence: `it waits for one, done by ${leg}` });
  expect(told.at(-1)).toMatchObject({ code: 'step', evidence: `${leg} does it (hooked)` });
  expect((await workShow(at.op, item))?.molecule).toMatchObject({ id, open: 2, ended: 0, hand: null });
  await at.op.change(async (reading) => {
    const mol = await reading.get('molecule', id);
    return { put: mol ? [{ noun: 'molecule', doc: { ...mol, hand: `${id}.two` } }] : [], answer: undefined };
  });
  await change(`${id}.two`, (step) => ({ ...step, status: 'in_progress', holder: { by: 'toast', at: 1 } }));
  expect((await reasons(item)).at(-1)).toMatchObject({
    code: 'step',
    what: 'It is at step 1 of 2: two.',
    change: `gt why ${id}.two`,
  });
});

test('a molecule that is being poured says how far that is', async () => {
  at = await moleculeTown(server.path, RIG, {}, { work });
  const { id } = await poured(at, planOf([planStep('one')]), { rig: 'shop' });
  expect(await reasons(id)).toMatchObject([{ code: 'pouring', evidence: expect.stringMatching(/^0 of 1 records/) }]);
  worker = await at.begin();
  await until('it has closed', async () => (await at.op.books.read('molecule', id))?.state === 'closed');
  expect(await reasons(id)).toMatchObject([{ code: 'closed', evidence: 'done: all steps complete' }]);
});

test('a molecule that was bonded after another waits for that one, and one that ends last for those under it', async () => {
  await begin();
  const first = await poured(at, planOf([planStep('one', [], AGENT)]), { rig: 'shop' });
  const plan = planOf([planStep('two')]);
  const after = await poured(at, plan, { rig: 'shop', bond: { to: first.id, type: 'sequential' } });
  await until('its steps are there', async () => (await at.op.books.read('molecule', after.id))?.poured === 1);
  const waits = { code: 'molecule', what: `It waits for ${first.id} (f).`, change: `gt why ${first.id}` };
  expect(await reasons(after.id)).toMatchObject([waits]);
  expect(await reasons(`${after.id}.two`)).toMatchObject([waits]);
  const under = await poured(at, planOf([planStep('three', [], AGENT)]), {
    rig: 'shop',
    bond: { to: first.id, type: 'parallel' },
  });
  await change(`${first.id}.one`, (step) => ({ ...step, exec: 'mark' }));
  await stepOf(`${first.id}.one`, ({ status: is }) => is === 'closed');
  expect(await reasons(first.id)).toMatchObject([{ code: 'molecule', what: `It waits for ${under.id} (f).` }]);
});
