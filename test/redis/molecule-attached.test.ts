import { expect, test } from 'vitest';
import { closing } from '#core/work';
import { attachMolecule } from '#ops/attach-molecule';
import { burn } from '#ops/burn';
import { createGate } from '#ops/create-gate';
import { endMoleculeOf } from '#ops/end-molecule-of';
import { squash } from '#ops/squash';
import { endSeen } from '#processors/step-end';
import { work } from '#processors/work';
import type { World } from '#world/world';
import type { Sleepers } from '../../src/daemon/sleepers.ts';
import { redisOfFile } from '../support/fresh.ts';
import { closes, moleculeTown, opens, planOf, planStep, poured } from '../support/molecules.ts';
import { item } from '../support/records.ts';
import { good } from '../support/shop.ts';
import { endsEachTest, type Town } from '../support/sleepers.ts';
import { until } from '../support/until.ts';

/** A molecule and what it hangs under: which of them may end before the other. */
const server = redisOfFile();
let at: Town;
let worker: Sleepers | undefined;
endsEachTest(() => ({ at, worker }));

const RIG = {
  rig: () => ({ file: { beads: { prefix: 'gp' } } }),
  town: { layout: { root: '/town' } },
} as unknown as Partial<World>;
const AGENT = { exec: { executor: 'agent' } } as const;
const begin = async () => {
  at = await moleculeTown(server.path, RIG, {}, { work });
  await at.put('work', item('gp-w1'));
};

async function closeItem(): Promise<void> {
  await at.op.change(async (reading) => {
    const doc = await reading.get('work', 'gp-w1');
    if (!doc) throw new Error('gone');
    const { doc: closed, settle } = closing(doc, { at: 1, reason: 'done by hand' });
    return { put: [{ noun: 'work', doc: closed }], settle, answer: undefined };
  });
}

test('an item that closes while its molecule is poured takes it along', async () => {
  await begin();
  const { id } = await poured(at, planOf([planStep('a', [], AGENT)]), { work: 'gp-w1' });
  await closeItem();
  // The item looks before the first step is there.
  const doc = await at.op.books.read('work', 'gp-w1');
  good(await endMoleculeOf(at.op, doc ?? item('gp-w1')));
  worker = await at.begin();
  expect((await closes(at, id)).closed).toEqual(expect.objectContaining({ outcome: 'cancelled', reason: 'gp-w1 is closed' }));
  await at.becomes('work/gp-w1@1', 'completed');
});

const LEG = { exec: { executor: 'polecat' } } as const;
const own = async () => (await at.op.books.read('work', 'gp-w1')) ?? item('gone');

/** Lets a leg of a molecule land. */
async function lands(id: string, key: string, commit: string): Promise<string> {
  const leg = await until(`${key} is slung`, async () => (await at.op.books.read('step', `${id}.${key}`))?.work);
  await at.op.change(async (reading) => {
    const { doc, settle } = closing((await reading.get('work', leg)) ?? item('gone'), { at: 1, reason: 'landed', commit });
    return { put: [{ noun: 'work', doc }], settle, answer: undefined };
  });
  return leg;
}

test('an item of whose molecule each step is work of others takes no slot, and ends with it: what they landed is its evidence', async () => {
  await begin();
  await at.put('work', item('gp-w1', { status: 'hooked', slungAt: 1 }));
  const { id } = await poured(at, planOf([planStep('a', [], LEG), planStep('b', ['a'], LEG)]), { work: 'gp-w1', rig: 'shop' });
  worker = await at.begin();
  const first = await lands(id, 'a', 'c0ffee');
  expect(await own()).toMatchObject({ status: 'hooked', runs: 0 });
  expect((await own()).want).toBeUndefined();
  const last = await lands(id, 'b', 'decade');
  const { closed } = await until('the item is closed', async () => {
    const doc = await own();
    return doc.status === 'closed' ? doc : undefined;
  });
  expect(closed).toMatchObject({ commit: 'decade', reason: `${id} is done: ${first} landed c0ffee, ${last} landed decade` });
  expect((await own()).digest).toBeDefined();
  await at.becomes('work/gp-w1@1', 'completed');
});

test('an item takes a slot when a step is for its own agent, not before', async () => {
  await begin();
  await at.put('work', item('gp-w1', { status: 'hooked', slungAt: 1 }));
  const { id } = await poured(at, planOf([planStep('a', [], LEG), planStep('b', ['a'], AGENT)]), { work: 'gp-w1', rig: 'shop' });
  worker = await at.begin();
  await until('the leg is slung', async () => (await at.op.books.read('step', `${id}.a`))?.work);
  await at.becomes('work/gp-w1@1', 'delayed');
  expect((await own()).want).toBeUndefined();
  await lands(id, 'a', 'c0ffee');
  await until('it wants a slot', async () => (await own()).want);
});

test('an item takes a slot for its worktree when a command of its molecule waits for it', async () => {
  await begin();
  await at.put('work', item('gp-w1', { status: 'hooked', slungAt: 1 }));
  const test = planStep('b', ['a'], { exec: { executor: 'command', run: 'true', repeatable: true } });
  const plan = planOf([planStep('a', [], LEG), test, planStep('c', ['b'], AGENT)]);
  const { id } = await poured(at, plan, { work: 'gp-w1', rig: 'shop' });
  worker = await at.begin();
  await until('the leg is slung', async () => (await at.op.books.read('step', `${id}.a`))?.work);
  expect((await own()).want).toBeUndefined();
  await lands(id, 'a', 'c0ffee');
  await until('it wants a slot', async () => (await own()).want);
  expect((await own()).worktree).toBe(true);
});

test('an item that closes takes along what is bonded under its molecule', async () => {
  await begin();
  worker = await at.begin();
  const { id } = await poured(at, planOf([planStep('a', [], AGENT)]), { work: 'gp-w1' });
  await opens(at, id);
  const below = await poured(at, planOf([planStep('b', [], AGENT)]), { bond: { to: id, type: 'parallel' } });
  await closeItem();
  await closes(at, below.id);
  await closes(at, id);
});

test('a molecule is not complete while it is poured, while its end is judged, nor when an epic of it has failed', async () => {
  await begin();
  const pouring = await poured(at, planOf([planStep('a')]), { work: 'gp-w1' });
  expect(await at.op.steps.isComplete(pouring)).toBe(false);
  worker = await at.begin();
  await closes(at, pouring.id);
  const { id } = await poured(at, planOf([planStep('e', [], AGENT)]));
  await opens(at, id);
  const epic = async (more: object) => {
    const step = await at.op.books.read('step', `${id}.e`);
    if (!step) throw new Error('gone');
    await at.putOnly('step', { ...step, exec: 'epic', ...more }); // its job would go on with it
    const mol = await at.op.books.read('molecule', id);
    return mol && at.op.steps.isComplete(mol);
  };
  expect(await epic({ status: 'failed', failed: { at: 1, reason: 'no' } })).toBe(false);
  expect(await epic({ status: 'in_progress', after: 'check', worked: { at: 1, reason: '' } })).toBe(false);
});

test('a wisp that is squashed while it is open leaves no open step, also when its steps are kept', async () => {
  await begin();
  worker = await at.begin();
  const plan = planOf([planStep('a', [], AGENT), planStep('b', ['a'], AGENT)]);
  const { id } = await poured(at, plan, { phase: 'vapor' });
  await opens(at, id);
  good(await squash(at.op, { id, keep: true }));
  expect(await at.op.books.count(`steps.open:${id}`)).toBe(0);
  expect((await at.op.books.read('step', `${id}.b`))?.closed?.outcome).toBe('cancelled');
  await at.becomes(`molecules/${id}@1`, 'completed');
});

test('an attached molecule ends with its item although nothing of it was begun', async () => {
  await begin();
  worker = await at.begin();
  const { id } = await poured(at, planOf([planStep('a', [], AGENT)]));
  await opens(at, id);
  good(await attachMolecule(at.op, { work: 'gp-w1', mol: id }));
  await until('it hangs', async () => (await at.jobOf(`molecules/${id}@1`))?.parent !== undefined);
  await closeItem();
  await closes(at, id);
});

test('a gate that stands alone ends when the step that it keeps back is burned', async () => {
  await begin();
  worker = await at.begin();
  const { id } = await poured(at, planOf([planStep('a', [], AGENT)]));
  await opens(at, id);
  const wish = { name: 'freeze', type: 'human', rig: '', prefix: 'gp', keepsBack: [`${id}.a`] };
  const gate = good(await createGate(at.op, wish));
  good(await burn(at.op, id));
  await until('it is cancelled', async () => (await at.op.books.read('gate', gate.id))?.state === 'cancelled');
});

test('a step that would close by itself does not when a gate has come to keep it back since it was looked at', async () => {
  await begin();
  const { id } = await poured(at, planOf([planStep('a', [], AGENT)]));
  worker = await at.begin();
  await opens(at, id);
  const step = `${id}.a`;
  const { books } = at.op;
  const doc = await books.read('step', step);
  const version = Number(await at.redis.hget(books.keys.record('step', step), 'v'));
  if (!doc) throw new Error('gone');
  good(await createGate(at.op, { name: 'freeze', type: 'human', rig: '', prefix: 'gp', keepsBack: [step] }));
  const how = { outcome: 'done', reason: 'its needs are met' } as const;
  const now = await endSeen({ noun: 'step', id: step, version, doc }, doc, how, { desk: at.op } as unknown as World);
  expect(now?.status).toBe('open');
  expect((await books.read('step', step))?.status).toBe('open');
});
