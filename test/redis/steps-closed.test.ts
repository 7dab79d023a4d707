import { expect, test } from 'vitest';
import { closeStep, failedStep } from '#ops/end-step';
import { handIn } from '#ops/hand-in';
import { takeStep } from '#ops/take-step';
import { deskEachTest, type TestDesk } from '../support/desk.ts';
import { agentStep, stepsByKey } from '../support/laid.ts';
import { good } from '../support/shop.ts';
import { type Asked, DONE, polecatAtSteps } from '../support/steps-at-work.ts';

let desk: TestDesk;
deskEachTest((one) => {
  desk = one;
});

const atWork = (...asked: Asked) => polecatAtSteps(desk, ...asked);

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
