import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { closeStep, failedStep } from '#ops/end-step';
import { handIn } from '#ops/hand-in';
import { sling } from '#ops/sling';
import { takeStep } from '#ops/take-step';
import { type TestDesk, testDesk } from '../support/desk.ts';
import { agentStep, laid, stepsByKey } from '../support/laid.ts';
import { type PrivateRedis, privateRedis } from '../support/redis.ts';
import { good, newItem } from '../support/shop.ts';

let redis: PrivateRedis;
let desk: TestDesk;
beforeAll(async () => {
  redis = await privateRedis();
});
afterAll(async () => {
  desk.close();
  await redis.stop();
});
beforeEach(async () => {
  desk?.close();
  desk = await testDesk(redis.path);
});

const DONE = { outcome: 'done', reason: 'done', evidence: { note: 'seen' } } as const;
const CHAIN = [agentStep('a'), agentStep('b', ['a']), agentStep('c', ['b'])];

/** An item whose polecat works a molecule, and its session. */
async function atWork(steps = CHAIN, more: { fresh?: boolean } = {}) {
  const item = await newItem(desk, 'the work');
  const mol = await laid(desk, steps, { work: item.id, ...more });
  await sling(desk, { ids: [item.id] });
  const run = await desk.grant(item.id, { token: 'token-1' });
  const caller = { session: run.session?.id ?? '', run: run.id, token: 'token-1' };
  return { item, mol, run, caller, hand: async () => (await desk.books.read('molecule', mol.id))?.hand };
}

test('a note, a reason and an output have an end, and an event is short', async () => {
  const { mol, run, caller } = await atWork();
  good(await takeStep(desk, { run: run.id, caller }));
  const long = 'x'.repeat(8 * 1024 + 1);
  const refused = { refused: 'TEXT_TOO_LONG' };
  expect(await closeStep(desk, { caller }, { ...DONE, evidence: { note: long } })).toMatchObject(refused);
  expect(await closeStep(desk, { caller }, { ...DONE, reason: long })).toMatchObject(refused);
  expect(await closeStep(desk, { caller }, { ...DONE, output: 'x'.repeat(1024 * 1024) })).toMatchObject(refused);
  expect(await failedStep(desk, { caller }, { reason: long })).toMatchObject(refused);
  good(await closeStep(desk, { caller }, { ...DONE, evidence: { note: long.slice(1) } }));
  const events = await desk.books.eventsAfter('0', 1000);
  const told = events.find(({ type, subject }) => type === 'step.closed' && subject === `${mol.id}.a`);
  expect(JSON.stringify(told).length).toBeLessThan(1024);
});

test('the end of another step leaves the hand as it is: what an agent has in hand it keeps', async () => {
  const { mol, run, caller, hand } = await atWork([agentStep('a'), agentStep('other'), agentStep('third')]);
  good(await takeStep(desk, { run: run.id, caller }));
  good(await closeStep(desk, { step: `${mol.id}.other` }, { outcome: 'skipped', reason: 'not needed' }));
  good(await closeStep(desk, { step: `${mol.id}.third` }, DONE));
  expect(await hand()).toBe(`${mol.id}.a`);
  expect((await stepsByKey(desk, mol.id))['a']).toMatchObject({ status: 'in_progress', holder: { session: caller.session } });
});

test('work is not handed in while its steps are still being poured', async () => {
  const { item, caller } = await atWork([]);
  const { molecule = '' } = (await desk.books.read('work', item.id)) ?? {};
  await desk.change(async (reading) => {
    const mol = await reading.get('molecule', molecule);
    return { put: mol ? [{ noun: 'molecule', doc: { ...mol, state: 'pouring' } }] : [], answer: undefined };
  });
  expect(await handIn(desk, caller, { head: 'h', target: 'main', author: 'a' })).toMatchObject({ refused: 'STEPS_OPEN' });
});
