import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { DelayedError, type Job, Queue, WaitingChildrenError, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Member, member } from '#core/ids';
import { HOLD_MS } from '#core/limits';
import { systemClock } from '#world/clock';
import { wake } from '#world/queue/wake';
import { ioredisLink } from '#world/store/ioredis-link';
import type { Keys } from '#world/store/keys';
import type { Link } from '#world/store/link';
import { freshKeys } from '../support/books.ts';
import { type PrivateRedis, privateRedis } from '../support/redis.ts';
import { ROOT } from '../support/tidy.ts';
import { until } from '../support/until.ts';

/** BullMQ's keys, which wake.lua knows, may differ in every version: only this one is known to be right. */
const KNOWN = '6.7.0';

let server: PrivateRedis;
let redis: Redis;
let link: Link;
let keys: Keys;
let queue: Queue;
let kids: Queue;
const workers: Worker[] = [];
const faults: Error[] = [];

beforeAll(async () => {
  server = await privateRedis();
  redis = new Redis({ path: server.path, maxRetriesPerRequest: null });
  redis.on('error', () => undefined);
  link = ioredisLink(redis);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});
beforeEach(() => {
  keys = freshKeys();
  queue = new Queue('work', { connection: redis, prefix: keys.queues });
  kids = new Queue('merges', { connection: redis, prefix: keys.queues });
});
afterEach(async () => {
  for (const one of workers.splice(0)) await one.close(true);
  await queue.close();
  await kids.close();
  expect(faults.splice(0)).toEqual([]);
});

function working(name: string, run: (job: Job, token: string) => Promise<unknown>, concurrency = 4): Worker {
  const processed = (job: Job, token?: string, _signal?: AbortSignal) => run(job, token ?? '');
  const worker = new Worker(name, processed, { connection: redis, prefix: keys.queues, concurrency, drainDelay: 60 });
  worker.on('error', (fault) => faults.push(fault));
  workers.push(worker);
  return worker;
}
const of = (id: string): Member => member('work', id);
const one = async (id: string) => (await wake(link, keys, [of(id)])).get(of(id));
const state = async (id: string) => (await queue.getJob(id))?.getState();
const held = (id: string) => queue.add('held', {}, { jobId: id, delay: HOLD_MS });
const child = (id: string, parent: string, delay = HOLD_MS) =>
  kids.add(
    'child',
    {},
    { jobId: id, delay, parent: { id: parent, queue: `${keys.queues}:work` }, ignoreDependencyOnFailure: true },
  );
/** The worker waits in Redis for the marker: the last thing it does before it sleeps. */
const blocked = () => until('the fetch is blocked', async () => /blocked_clients:[1-9]/.test(await redis.info('clients')));

test('bullmq is pinned to the very version that this contract was proven with', () => {
  const pinned = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).dependencies.bullmq;
  const installed = createRequire(import.meta.url)('bullmq/package.json').version;
  expect([pinned, installed]).toEqual([KNOWN, KNOWN]);
});

describe('a wake', () => {
  test('takes a job out of delayed, once, and it is due at once', async () => {
    await held('gp-a@1');
    expect(await one('gp-a@1')).toBe('woken');
    expect(await state('gp-a@1')).toBe('waiting');
    expect(await redis.hget(`${keys.queue('work')}gp-a@1`, 'delay')).toBe('0');
    expect(await one('gp-a@1')).toBe('awake');
    expect(await queue.getJobCounts('wait', 'delayed')).toEqual({ wait: 1, delayed: 0 });
  });

  test('takes a parent out of waiting-children, and it can go back to wait for the same child', async () => {
    let runs = 0;
    working('work', async (job, token) => {
      runs++;
      await child('gp-a.m1', job.id ?? '');
      if (await job.moveToWaitingChildren(token)) throw new WaitingChildrenError();
    });
    await queue.add('parent', {}, { jobId: 'gp-a@1' });
    for (let n = 1; n <= 3; n++) {
      await until('the parent waits', async () => runs === n && (await state('gp-a@1')) === 'waiting-children');
      expect(await one('gp-a@1')).toBe('woken');
    }
    await until('the parent waits again', async () => runs === 4 && (await state('gp-a@1')) === 'waiting-children');
    working('merges', async () => 'ended');
    expect((await wake(link, keys, [member('merges', 'gp-a.m1')])).get(member('merges', 'gp-a.m1'))).toBe('woken');
    await until('the parent has ended', async () => (await state('gp-a@1')) === 'completed');
    expect(runs).toBe(5);
  });

  test('does nothing to one that is active or waiting', async () => {
    let leave = () => {};
    const out = new Promise<void>((resolve) => {
      leave = resolve;
    });
    working('work', () => out, 1);
    await queue.add('now', {}, { jobId: 'gp-a@1' });
    await until('it runs', async () => (await state('gp-a@1')) === 'active');
    await queue.add('next', {}, { jobId: 'gp-b@1' });
    const counts = await queue.getJobCounts('active', 'wait');
    expect([await one('gp-a@1'), await one('gp-b@1')]).toEqual(['awake', 'awake']);
    expect(await queue.getJobCounts('active', 'wait')).toEqual(counts);
    leave();
    await until('both have ended', async () => (await state('gp-b@1')) === 'completed');
  });

  test('names what is missing, and what has ended either way', async () => {
    working('work', async (job) => {
      if (job.id === 'gp-b@1') throw new Error('an attempt that fails');
    });
    await queue.add('good', {}, { jobId: 'gp-a@1' });
    await queue.add('bad', {}, { jobId: 'gp-b@1' });
    await until('both have ended', async () => (await state('gp-a@1')) === 'completed' && (await state('gp-b@1')) === 'failed');
    expect([await one('gp-a@1'), await one('gp-b@1'), await one('gp-c@1')]).toEqual(['ended', 'ended', 'missing']);
    expect(await queue.getJobCounts('wait', 'completed', 'failed')).toEqual({ wait: 0, completed: 1, failed: 1 });
  });

  test('in a paused queue gives no marker; after the pause the job runs', async () => {
    const seen: string[] = [];
    await queue.pause();
    await held('gp-a@1');
    await redis.del(`${keys.queue('work')}marker`);
    expect(await one('gp-a@1')).toBe('woken');
    expect(await redis.exists(`${keys.queue('work')}marker`)).toBe(0);
    working('work', async (job) => seen.push(job.id ?? ''));
    await blocked();
    expect(seen).toEqual([]);
    await queue.resume();
    await until('it has run', async () => (await state('gp-a@1')) === 'completed');
    expect(seen).toEqual(['gp-a@1']);
  });

  test('wakes many with one call, in their order, over several queues', async () => {
    const ids = Array.from({ length: 1200 }, (_, i) => `gp-${i}@1`);
    await queue.addBulk(ids.map((id) => ({ name: 'held', data: {}, opts: { jobId: id, delay: HOLD_MS } })));
    await kids.add('held', {}, { jobId: 'gp-0.m1', delay: HOLD_MS });
    const met = await wake(link, keys, [...ids.map(of), member('merges', 'gp-0.m1'), of('gp-none@1')]);
    expect([...met.values()].filter((how) => how === 'woken')).toHaveLength(1201);
    expect(met.get(of('gp-none@1'))).toBe('missing');
    const order: string[] = [];
    working('work', async (job) => order.push(job.id ?? ''), 1);
    await until('all have run', () => order.length === ids.length);
    expect(order).toEqual(ids);
  });

  test('is told to a worker that is blocked in its fetch, at once', async () => {
    let runs = 0;
    working('work', async (job, token) => {
      runs++;
      await job.moveToDelayed(systemClock.now() + HOLD_MS, token);
      throw new DelayedError();
    });
    await held('gp-a@1');
    for (let n = 1; n <= 20; n++) {
      await blocked();
      expect(await one('gp-a@1')).toBe('woken');
      // Its fetch blocks for longer than this waits.
      await until('it ran', async () => runs === n && (await state('gp-a@1')) === 'delayed', 4000);
    }
  });

  test("racing its last child's end leaves no parent stuck, 100 times", async () => {
    const ids = Array.from({ length: 100 }, (_, i) => `gp-${i}`);
    let open = 0;
    working(
      'work',
      async (job, token) => {
        if (await job.moveToWaitingChildren(token)) throw new WaitingChildrenError();
      },
      20,
    );
    const ends = new Map<string, () => void>();
    working(
      'merges',
      (job) => {
        open++;
        return new Promise<void>((resolve) => ends.set(job.id ?? '', resolve));
      },
      100,
    );
    for (const id of ids) await queue.add('parent', {}, { jobId: `${id}@1`, delay: HOLD_MS });
    for (const id of ids) await child(`${id}.m1`, `${id}@1`, 0);
    await wake(
      link,
      keys,
      ids.map((id) => of(`${id}@1`)),
    );
    const waiting = async () => (await queue.getJobCounts('waiting-children'))['waiting-children'];
    await until('all parents wait', async () => open === 100 && (await waiting()) === 100);
    await Promise.all(
      ids.map(async (id, i) => {
        const woken = i % 2 ? one(`${id}@1`) : undefined;
        ends.get(`${id}.m1`)?.();
        await (woken ?? one(`${id}@1`));
      }),
    );
    await until('all parents have ended', async () => (await queue.getJobCounts('completed'))['completed'] === 100);
    expect(await queue.getJobCounts('wait', 'active', 'delayed', 'waiting-children', 'failed')).toEqual({
      wait: 0,
      active: 0,
      delayed: 0,
      'waiting-children': 0,
      failed: 0,
    });
  });
});
