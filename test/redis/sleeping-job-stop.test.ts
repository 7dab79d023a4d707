import { expect, test } from 'vitest';
import type { Noun } from '#core/records';
import { done, sleep, type Turn } from '#processors/answer';
import { systemClock } from '#world/clock';
import { raiseEpoch } from '#world/store/take';
import type { Sleepers } from '../../src/daemon/sleepers.ts';
import { freshKeys } from '../support/books.ts';
import { redisOfFile } from '../support/fresh.ts';
import { item } from '../support/records.ts';
import { privateRedis } from '../support/redis.ts';
import { door, endsEachTest, jobFor, NEVER, type Run, type Town, town } from '../support/sleepers.ts';
import { until } from '../support/until.ts';

const server = redisOfFile();
let at: Town;
let worker: Sleepers | undefined;
endsEachTest(() => ({ at, worker }));

const WORK = item('gp-a');
const JOB = jobFor('work', WORK);
/** As long as a busy machine may take to hand all back. */
const STOP_MS = 20_000;
/** Runs until it is told to end. */
const lasting = ({ signal }: Turn<Noun>) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error('told to end'))));
const parked = () => sleep(systemClock.now() + NEVER, 'parked');

test('a stop hands every running job back, and starts none of them again', async () => {
  at = await town(server.path, freshKeys(), { work: lasting });
  for (let n = 0; n < 25; n++) await at.put('work', item(`gp-${n}`));
  worker = await at.begin();
  await until('all run', () => at.ran.length === 25);
  await worker.stop(STOP_MS);
  expect(at.ran).toHaveLength(25);
  expect(await at.counts('work')).toEqual({ wait: 25 });
  expect(at.faults).toEqual([]);
});

test('a stop with more work than slots takes nothing new', async () => {
  at = await town(server.path, freshKeys(), { work: lasting }, { concurrency: { work: 5 } });
  for (let n = 0; n < 25; n++) await at.put('work', item(`gp-${n}`));
  worker = await at.begin();
  await until('the slots are full', () => at.ran.length === 5);
  await worker.stop(STOP_MS);
  expect(at.ran).toHaveLength(5);
  expect(await at.counts('work')).toEqual({ wait: 25 });
});

test('the next worker hands back what a dead one left, in its place, and goes on', async () => {
  const gate = door();
  const keys = freshKeys();
  at = await town(server.path, keys, { work: () => gate.pass().then(parked) });
  await at.put('work', WORK);
  await at.begin(); // it never stops: its connection is cut
  await gate.arrived;
  const dead = at;
  dead.footing.redis.disconnect();
  at = await town(server.path, keys, { work: async () => done('ended') });
  worker = await at.begin();
  expect(worker.handedBack).toBe(1);
  await at.becomes(JOB, 'completed');
  expect((await at.jobOf(JOB))?.attemptsMade).toBe(1);
  expect((await at.jobOf(JOB))?.stalledCounter ?? 0).toBe(0);
  await dead.end();
});

test('a stop ends also when Redis is down, in its time', async () => {
  const own = await privateRedis();
  const gate = door();
  at = await town(own.path, freshKeys(), { work: () => gate.pass().then(parked), trains: lasting });
  await at.put('work', WORK);
  await at.put('train', { id: 'gp', generation: 1 });
  worker = await at.begin();
  await gate.arrived;
  await until('the train runs', () => at.ran.includes('trains/gp@1'));
  await own.kill();
  const begun = performance.now();
  await worker.stop(300);
  expect(performance.now() - begun).toBeLessThan(5000);
  worker = undefined;
  gate.open();
  await own.stop();
});

/** A worker of the past: another one has taken the town over while its job ran. */
async function overtaken(work: Run): Promise<{ stale: () => number; epoch: number }> {
  let stale = 0;
  at = await town(server.path, freshKeys(), { work }, { onStale: () => void stale++, concurrency: { work: 1 } });
  await at.put('work', WORK);
  worker = await at.begin();
  return { stale: () => stale, epoch: at.footing.epoch };
}

test("an older worker's activation writes nothing, hands its job back, and says that it is stale", async () => {
  const gate = door();
  const { stale } = await overtaken(async (turn, desk) => {
    await gate.pass();
    await desk.change(async (reading) => {
      const doc = (await reading.get('work', turn.id)) ?? WORK;
      return { put: [{ noun: 'work', doc: { ...doc, title: 'by the older' } }], answer: undefined };
    });
    return done('ended');
  });
  await gate.arrived;
  await raiseEpoch(at.op.link, at.op.books, 1);
  gate.open();
  await until('it said so', () => stale() > 0);
  await worker?.stop(STOP_MS);
  expect(await at.counts('work')).toEqual({ wait: 1 });
  expect(await at.op.books.read('work', 'gp-a')).toEqual(WORK);
  expect(at.ran).toEqual([JOB]);
});

test('an older worker that reads again hears that it is stale, and takes no mark', async () => {
  const gate = door();
  const { stale } = await overtaken(async (turn) => {
    await gate.pass();
    await turn.again();
    return done('ended');
  });
  await gate.arrived;
  await raiseEpoch(at.op.link, at.op.books, 1);
  await at.put('work', { ...WORK, priority: 0 });
  gate.open();
  await until('it said so', () => stale() > 0);
  await worker?.stop(STOP_MS);
  expect(await at.state(JOB)).toBe('waiting');
  expect(await at.redis.zrange(at.op.books.keys.unseen, '0', '-1')).toContain(JOB);
});
