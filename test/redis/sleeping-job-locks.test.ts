import { Job } from 'bullmq';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { RENEW_MS } from '#core/limits';
import { refuse } from '#core/refusals';
import { type Answer, awaitChildren, done, sleep } from '#processors/answer';
import { systemClock } from '#world/clock';
import { LOCK_LOST } from '#world/queue/renew';
import type { Sleepers } from '../../src/daemon/sleepers.ts';
import { freshKeys } from '../support/books.ts';
import { item, request } from '../support/records.ts';
import { type PrivateRedis, privateRedis } from '../support/redis.ts';
import { door, jobFor, NEVER, type Run, type Town, town } from '../support/sleepers.ts';
import { until } from '../support/until.ts';

let server: PrivateRedis;
let at: Town;
let worker: Sleepers | undefined;
beforeAll(async () => {
  server = await privateRedis();
});
afterAll(() => server.stop());
beforeEach(() => {
  // The renewer's interval alone is in the test's hands.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await worker?.stop(2000);
  worker = undefined;
  await at.end();
  vi.useRealTimers();
});

const WORK = item('gp-a');
const JOB = jobFor('work', WORK);
const OTHER = jobFor('work', item('gp-b'));
const long = () => sleep(systemClock.now() + NEVER, 'parked');
const lock = () => `${at.op.books.keys.queue('work')}gp-a@1:lock`;
const renew = () => vi.advanceTimersByTime(RENEW_MS);

async function live(work: Run, concurrency = 10): Promise<void> {
  at = await town(server.path, freshKeys(), { work }, { concurrency: { work: concurrency } });
  await at.put('work', WORK);
  worker = await at.begin();
}

test('a running job has its lock renewed', async () => {
  const gate = door();
  await live(() => gate.pass().then(() => done('ended')));
  await gate.arrived;
  await at.redis.pexpire(lock(), 30_000);
  renew();
  await until('it is renewed', async () => (await at.redis.pttl(lock())) > 3_600_000);
  gate.open();
  await at.becomes(JOB, 'completed');
  expect(await at.redis.exists(lock())).toBe(0);
});

test('a woken job overtaken by its own successor runs once, and keeps its lock', async () => {
  const gate = door();
  await live(() => (at.ran.length === 1 ? Promise.resolve(long()) : gate.pass().then(() => done('ended'))));
  // Between the park and the end of the first activation the job is woken, and another slot has started it.
  const move = Job.prototype.moveToDelayed;
  const moved = vi.spyOn(Job.prototype, 'moveToDelayed').mockImplementation(async function (this: Job, until, token) {
    await move.call(this, until, token);
    await at.op.wake([JOB]);
    await gate.arrived;
  });
  await at.op.wake([JOB]);
  await gate.arrived;
  await until('the first has left', () => moved.mock.settledResults[0]?.type === 'fulfilled');
  for (let round = 1; round <= 3; round++) {
    await at.redis.pexpire(lock(), 30_000);
    renew();
    await until('it is renewed', async () => (await at.redis.pttl(lock())) > 3_600_000);
  }
  gate.open();
  await at.becomes(JOB, 'completed');
  expect(at.ran).toEqual([JOB, JOB]);
  expect(at.faults).toEqual([]);
});

/** What an activation may say after its lock was lost; none of it counts. */
const SAID: Array<[what: string, answer: () => Answer]> = [
  ['that it sleeps', long],
  ['that it is done', () => done('ended')],
  ['that it gives up', () => ({ do: 'giveUp', refusal: refuse('TOWN_DOWN', {}) })],
  ['that it hands back', () => ({ do: 'handBack' })],
  ['that it awaits a child', () => awaitChildren([{ noun: 'merge', doc: request('gp-a.m1') }], 'waits')],
  [
    'a fault',
    () => {
      throw new Error('boom');
    },
  ],
];

test.each(SAID)('a lost lock aborts the activation, and nothing is written when it says %s', async (_what, answer) => {
  const gate = door();
  let heard: AbortSignal | undefined;
  await live(async ({ id, signal }) => {
    if (id === 'gp-b') return done('ended');
    heard = signal;
    await gate.pass();
    return answer();
  }, 1);
  await gate.arrived;
  await at.redis.set(lock(), 'of somebody else');
  const before = await at.redis.hgetall(`${at.op.books.keys.queue('work')}gp-a@1`);
  renew();
  await until('the loss is noticed', () => heard?.aborted);
  gate.open();
  await at.put('work', item('gp-b'));
  await at.becomes(OTHER, 'completed'); // its slot is free again
  expect(heard?.reason).toBe(LOCK_LOST);
  expect(at.escalated).toEqual([]);
  expect(await at.redis.hgetall(`${at.op.books.keys.queue('work')}gp-a@1`)).toEqual(before);
  expect(await at.state(JOB)).toBe('active');
  expect(await at.counts('merges')).toEqual({});
});

test.each(['lock', 'job'])('an activation whose %s is gone unnoticed ends: it does not try for ever to park', async (gone) => {
  const gate = door();
  await live(async ({ id }) => {
    if (id === 'gp-b') return done('ended');
    await gate.pass();
    return long();
  }, 1);
  await gate.arrived;
  await at.redis.del(lock());
  if (gone === 'job') await at.redis.del(lock().slice(0, -':lock'.length));
  gate.open();
  await at.put('work', item('gp-b'));
  await at.becomes(OTHER, 'completed');
  expect(at.faults.filter((said) => said.startsWith('park: '))).toEqual([]);
});
