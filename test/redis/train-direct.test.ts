import { expect, test } from 'vitest';
import { NOTE_BYTES } from '#core/limits';
import { landDirect } from '#ops/land-direct';
import { deskEachTest, type TestDesk } from '../support/desk.ts';
import { TestTrain } from '../support/train.ts';

let desk: TestDesk;
deskEachTest((one) => {
  desk = one;
});

const REASON = 'the site is down';

test('a request that somebody wants landed now is tried once on a red base, and keeps nobody from mending it', async () => {
  const train = new TestTrain(desk);
  train.outcome = (tree) => (tree.includes('mends') ? 'passed' : 'failed');
  const innocent = await train.queued('innocent');
  await train.direct(innocent);
  expect(await train.run()).toMatchObject({ do: 'sleep', why: expect.stringContaining('stopped') });
  expect(await train.merge(innocent)).toMatchObject({ state: 'queued', held: 'start.s1' });
  const mends = await train.queued('mends');
  await train.run();
  expect(await train.merge(mends)).toMatchObject({ state: 'merged' });
  expect(await train.merge(innocent)).toMatchObject({ state: 'merged' });
  expect(train.tip).toBe('start+mends+innocent');
});

test('what failed on a red base lands untested when a person says so', async () => {
  const train = new TestTrain(desk);
  train.outcome = () => 'failed';
  const urgent = await train.queued('urgent');
  await train.run();
  await train.direct(urgent, REASON);
  await train.run();
  expect(await train.merge(urgent)).toMatchObject({ state: 'merged', unchecked: true });
});

test('a landing without checks passes a train that stands on another request because checks cannot be run', async () => {
  const train = new TestTrain(desk);
  train.outcome = () => 'error';
  const stuck = await train.queued('stuck');
  const urgent = await train.queued('urgent');
  await train.run();
  expect(await train.train()).toMatchObject({ current: stuck, blocked: { why: 'checks_broken' } });
  await train.direct(urgent, REASON);
  await train.look();
  expect(await train.merge(urgent)).toMatchObject({ state: 'merged', unchecked: true });
  train.outcome = () => 'passed';
  await train.run();
  expect(await train.merge(stuck)).toMatchObject({ state: 'merged' });
});

test('a check that runs when its request is landed without it counts for what landed, and is not run twice', async () => {
  const train = new TestTrain(desk);
  const urgent = await train.queued('urgent');
  const next = await train.queued('next');
  await train.look();
  const check = await train.openCheck();
  await train.direct(urgent, REASON);
  await train.look();
  expect(await train.merge(urgent)).toMatchObject({ state: 'merged', unchecked: true });
  expect(await train.train()).toMatchObject({ owed: { merge: urgent }, check: check?.id });
  await train.run();
  expect(train.checked).toEqual(['tree of start+urgent', 'tree of start+urgent+next']);
  expect(await train.merge(next)).toMatchObject({ state: 'merged' });
  expect(await train.train()).not.toHaveProperty('owed');
});

test('a rig without checks has none to skip: it lands as any other, with the warning, and nothing is owed', async () => {
  const train = new TestTrain(desk, { hasChecks: false });
  const urgent = await train.queued('urgent');
  await train.direct(urgent, REASON);
  await train.run();
  const merge = await train.merge(urgent);
  expect(merge).toMatchObject({ state: 'merged', unchecked: true });
  expect(merge).not.toHaveProperty('override');
  expect(await train.types()).toContain('merge.unchecked');
  for (const type of ['merge.override', 'train.proven']) expect(await train.types()).not.toContain(type);
  expect((await desk.books.read('work', merge?.work ?? ''))?.closed).toMatchObject({ reason: 'landed' });
});

test('the reason of a landing without checks is short: every list shows it', async () => {
  const train = new TestTrain(desk);
  const urgent = await train.queued('urgent');
  const long = 'x'.repeat(NOTE_BYTES + 1);
  expect(await landDirect(desk, urgent, long)).toMatchObject({ refused: 'TEXT_TOO_LONG', facts: { limit: NOTE_BYTES } });
});

test('a request that is over and stands in the queue all the same holds nobody up', async () => {
  const train = new TestTrain(desk);
  const over = await train.queued('over');
  const waits = await train.queued('waits');
  await train.forgetsPlace(over);
  await train.run();
  expect(await desk.books.index('merges.queued:shop')).toEqual([over]);
  expect(await train.merge(waits)).toMatchObject({ state: 'merged' });
  expect(await train.train()).not.toHaveProperty('current');
});
