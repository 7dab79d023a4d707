import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { JobQueues } from '#world/queue/add';
import { handBackOthers } from '#world/queue/recover';
import { type Keys, keysOf } from '#world/store/keys';
import { type Link, openLink } from '#world/store/link';
import { type PrivateRedis, privateRedis } from '../support/redis.ts';

let server: PrivateRedis;
let redis: Redis;
let link: Link;
let keys: Keys;
let jobs: JobQueues;
let worker: Worker;
let towns = 0;

beforeAll(async () => {
  server = await privateRedis();
  redis = new Redis({ path: server.path, maxRetriesPerRequest: null });
  link = await openLink({ path: server.path }, { waitMs: 5000 });
});
afterAll(async () => {
  await worker.close(true);
  await jobs.close();
  link.close();
  redis.disconnect();
  await server.stop();
});
beforeEach(async () => {
  await worker?.close(true);
  await jobs?.close();
  keys = keysOf(`recover${++towns}`);
  jobs = new JobQueues(redis, keys, () => undefined);
  worker = new Worker('work', null, {
    connection: redis,
    prefix: keys.queues,
    name: 'here/7/100',
    lockDuration: 60_000,
    skipLockRenewal: true,
  });
  await jobs.add('work', [{ queue: 'work', jobId: 'gp-a@1', name: 'a', record: 'gp-a' }]);
});

const state = async () => (await jobs.get('work').getJob('gp-a@1'))?.getState();

test('what an older worker took with its last fetch goes back to the line, what the worker of now runs is left alone', async () => {
  await worker.getNextJob('token');
  expect(await state()).toBe('active');
  expect(await handBackOthers(link, keys, jobs, 100)).toBe(0);
  expect(await state()).toBe('active');
  expect(await handBackOthers(link, keys, jobs, 101)).toBe(1);
  expect(await state()).toBe('waiting');
});

test('an older worker that was overtaken in the middle of its rounds takes nothing from its successor', async () => {
  await worker.getNextJob('token');
  expect(await handBackOthers(link, keys, jobs, 99)).toBe(0);
  expect(await state()).toBe('active');
});

test('an older worker that hands the same job back at the same time is no fault', async () => {
  const job = await worker.getNextJob('token');
  const racing: Link = {
    ...link,
    pipeline: link.pipeline.bind(link),
    close: () => undefined,
    call: async (...words) => {
      const answer = await link.call(...words);
      if (words[0] === 'GET') await job?.moveToWait('token');
      return answer;
    },
  };
  expect(await handBackOthers(racing, keys, jobs, 101)).toBe(0);
  expect(await state()).toBe('waiting');
});
