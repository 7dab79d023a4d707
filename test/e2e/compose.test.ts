import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLink } from '#world/store/link';
import { composedRedis } from '../support/compose.ts';
import { type PrivateRedis, privateRedis } from '../support/redis.ts';
import { ROOT } from '../support/tidy.ts';

let server: PrivateRedis;
beforeAll(async () => {
  server = await privateRedis({ flags: composedRedis().command.slice(1) });
});
afterAll(() => server.stop());

test('a Redis with the flags of docker-compose.yml keeps what it was told', async () => {
  const link = await openLink({ path: server.path }, { waitMs: 0 });
  expect(await link.call('CONFIG', 'GET', 'appendonly')).toEqual(['appendonly', 'yes']);
  expect(await link.call('CONFIG', 'GET', 'appendfsync')).toEqual(['appendfsync', 'everysec']);
  expect(await link.call('CONFIG', 'GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
  link.close();
});

test('Docker reads docker-compose.yml without complaint', ({ skip }) => {
  const docker = (...words: string[]) =>
    spawnSync('docker', ['compose', ...words], { cwd: ROOT, encoding: 'utf8', timeout: 30_000 });
  if (docker('version').status !== 0) skip('no docker with compose here');
  const { status, stderr } = docker('config', '-q');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
