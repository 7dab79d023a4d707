import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { isRefusal } from '#core/refusals';
import { inspectRedis } from '#world/redis/inspect';
import { askRedis, pingRedis } from '#world/redis/probe';
import { privateRedis } from '../support/redis.ts';

const base = mkdtempSync(join(tmpdir(), 'gt-'));
const open: Server[] = [];
afterAll(() => {
  for (const server of open) server.close();
  rmSync(base, { recursive: true });
});

/** For those that answer: how fast a busy machine is decides nothing. */
const PATIENT_MS = 20_000;

/** A server that gives the same bytes to each connection that asks anything, cut into pieces. */
async function stub(bytes: string): Promise<string> {
  const path = join(base, `s${open.length}`);
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.setNoDelay(true);
      for (const piece of bytes.match(/[\s\S]{1,7}/g) ?? []) socket.write(piece);
    });
  });
  open.push(server);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return path;
}
const bulk = (text: string) => `$${text.length}\r\n${text}\r\n`;
const answers = (version: string, policy: string, more = '') =>
  `${bulk(`# Server\r\nredis_version:${version}\r\n${more}run_id:r\r\nprocess_id:7\r\n`)}${bulk(`maxmemory_policy:${policy}\r\n`)}-NOPERM no CONFIG\r\n`;

test('a fit Redis tells its version, process and run', async () => {
  const redis = await privateRedis();
  expect(await inspectRedis(redis.path, PATIENT_MS)).toMatchObject({
    pid: redis.pid(),
    policy: 'noeviction',
    runId: expect.stringMatching(/^\w{40}$/),
  });
  await redis.stop();
});

test('a Redis that evicts is refused', async () => {
  const redis = await privateRedis({ flags: ['--maxmemory-policy', 'allkeys-lru'] });
  expect(await inspectRedis(`unix:${redis.path}`, PATIENT_MS)).toMatchObject({
    refused: 'REDIS_EVICTS',
    facts: { policy: 'allkeys-lru' },
  });
  await redis.stop();
});

test('a Redis with a password is signed in to by its url, and refused without it, unsaid', async () => {
  const redis = await privateRedis({ tcp: true, flags: ['--requirepass', 'se:cret/'] });
  const url = new URL(redis.url ?? '');
  url.password = 'se:cret/';
  expect(isRefusal(await inspectRedis(String(url), PATIENT_MS))).toBe(false);
  expect(await askRedis(`${url}/3`, [['CLIENT', 'INFO']], PATIENT_MS)).toMatchObject([expect.stringContaining('db=3')]);
  url.password = 'wrong-one';
  const refusal = await inspectRedis(String(url), PATIENT_MS);
  expect(refusal).toMatchObject({ refused: 'REDIS_DOWN' });
  expect(JSON.stringify(refusal)).not.toContain('wrong-one');
  await redis.stop();
});

test.each([
  ['5.0.14', 'REDIS_TOO_OLD'],
  ['6.0.20', 'REDIS_TOO_OLD'],
])('Redis %s is refused', async (version, code) => {
  expect(await inspectRedis(await stub(answers(version, 'noeviction')), PATIENT_MS)).toMatchObject({
    refused: code,
    facts: { version, need: '6.2' },
  });
});

test('a hosted Redis that forbids CONFIG is believed by INFO, and a Valkey is known as one', async () => {
  const policy = 'noeviction';
  expect(await inspectRedis(await stub(answers('7.2.4', policy, 'valkey_version:8.0.1\r\n')), PATIENT_MS)).toMatchObject({
    version: '7.2.4',
    valkey: '8.0.1',
    policy,
  });
  expect(await inspectRedis(await stub(answers('10.0.0', 'volatile-ttl')), PATIENT_MS)).toMatchObject({
    refused: 'REDIS_EVICTS',
  });
});

test('nobody there, somebody silent, and somebody who is no Redis are all refused within the limit', async () => {
  expect(await inspectRedis(join(base, 'none'))).toMatchObject({ refused: 'REDIS_DOWN' });
  expect(await inspectRedis(await stub(''), 100)).toMatchObject({ refused: 'REDIS_DOWN' });
  expect(await inspectRedis(await stub('HTTP/1.1 400 Bad Request\r\n\r\n'), PATIENT_MS)).toMatchObject({ refused: 'REDIS_DOWN' });
});

test('a Redis that reads its data is alive, but not ready', async () => {
  expect(await pingRedis(await stub('-LOADING Redis is loading the dataset in memory\r\n'), PATIENT_MS)).toBe('loading');
});
