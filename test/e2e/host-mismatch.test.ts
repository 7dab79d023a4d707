import { once } from 'node:events';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { explain, isRefusal, type Refusal } from '#core/refusals';
import { townLayout } from '#world/config/layout';
import { openRuntime } from '#world/config/runtime';
import { connectHost } from '#world/pty/client';
import { decodeJson, encodeJson, FRAME, FrameReader } from '#world/pty/protocol';
import { hostBehind, isOutdated, renewTownHost } from '../../src/daemon/renew-host.ts';
import { makeGround, printed, shell, startHost } from '../support/pty.ts';

const ground = makeGround();
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});
afterAll(() => ground.clear());

/** A host of a far future at the town's socket: it greets nobody who does not speak its protocol. Gives what it was asked. */
async function futureHost(root: string): Promise<{ asked: unknown[] }> {
  const layout = townLayout(root);
  mkdirSync(dirname(layout.hostToken), { recursive: true });
  writeFileSync(layout.hostToken, `${'f'.repeat(64)}\n`, { mode: 0o600 });
  const runtimes = join(ground.dir, 'run');
  mkdirSync(runtimes, { mode: 0o700 });
  const sockets = openRuntime(root, { XDG_RUNTIME_DIR: runtimes });
  if (isRefusal(sockets)) throw new Error(JSON.stringify(sockets));
  const asked: unknown[] = [];
  const server = createServer((socket) => {
    const reader = new FrameReader();
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      for (const frame of reader.push(chunk)) asked.push(decodeJson(frame));
      const message = 'The PTY host (9.0) speaks protocol 9, this gt (test) 1: restart the town with `gt down` and `gt up`.';
      socket.end(encodeJson(FRAME.WELCOME, 0, { error: { code: 'PROTOCOL_UNKNOWN', message } }));
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(sockets.host, resolve));
  chmodSync(sockets.host, 0o600);
  return { asked };
}

test('a host of another protocol is told of in words, with what mends it, and is asked nothing', async () => {
  const root = join(ground.dir, 'future');
  mkdirSync(join(root, '.runtime'), { recursive: true });
  const { asked } = await futureHost(root);
  const told = (await renewTownHost(root, '0.1.0')) as Refusal;
  expect(told).toMatchObject({ refused: 'HOST_PROTOCOL' });
  const { says, try: todo } = explain(told);
  expect(says).toContain('The PTY host (9.0) speaks protocol 9, this gt (test) 1');
  expect(todo).toContain('gt down');
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatchObject({ protocols: [1], build: '0.1.0' });
});

test('a host is outdated when it lacks a feature of another build, and can hand over', () => {
  const host = (build: string, ...features: string[]) => ({ build, features: new Set(features) });
  expect(isOutdated(host('1', 'hand-over'), '2')).toBe(true);
  expect(isOutdated(host('2', 'hand-over'), '2')).toBe(false);
  expect(isOutdated(host('1'), '2')).toBe(false);
});

test('a host of another build that has all features is left alone by a worker', async () => {
  const running = await startHost(ground, 'equal');
  const host = await running.connect(1);
  await host.spawn(shell(ground, 'kept', 'echo up; exec sleep 600'));
  await printed(host, 'kept', 'up');
  expect(isOutdated(host, 'another')).toBe(false);
  await running.stop();
});

test('a host that lacks a feature is not asked for it: who asks is told its build, and what mends it', async () => {
  const dir = join(ground.dir, 'plain');
  mkdirSync(dir, { mode: 0o700 });
  const path = join(dir, 'host');
  const asked: unknown[] = [];
  const server = createServer((socket) => {
    const reader = new FrameReader();
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      for (const frame of reader.push(chunk)) asked.push(frame.type);
      const host = { pid: 1, startedAt: 0 };
      socket.write(encodeJson(FRAME.WELCOME, 0, { protocol: 1, build: '0.0.9', host, features: ['screen'] }));
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  chmodSync(path, 0o600);
  const host = await connectHost({ path, token: 'f'.repeat(64), build: 'test' });
  const missing = { code: 'FEATURE_MISSING', message: expect.stringMatching(/\(0\.0\.9\).*gt up/) };
  const silent = { onPaint: () => undefined, onOutput: () => undefined, onEnd: () => undefined };
  await expect(host.nudges()).rejects.toMatchObject(missing);
  await expect(host.record('a')).rejects.toMatchObject(missing);
  await expect(host.handOver(['/bin/true'])).rejects.toMatchObject(missing);
  await expect(host.attach('a', { type: true }, silent)).rejects.toMatchObject(missing);
  expect(asked.filter((type) => type !== FRAME.HELLO)).toEqual([]);
  host.close();
});

test('a host that greets too late is let go', async () => {
  const dir = join(ground.dir, 'slow');
  mkdirSync(dir, { mode: 0o700 });
  const [path, tokenFile] = [join(dir, 'host'), join(dir, 'token')];
  writeFileSync(tokenFile, `${'f'.repeat(64)}\n`, { mode: 0o600 });
  const server = createServer();
  servers.push(server);
  const coming = once(server, 'connection') as Promise<Socket[]>;
  await new Promise<void>((resolve) => server.listen(path, resolve));
  chmodSync(path, 0o600);
  expect(await hostBehind(path, tokenFile, 50)).toBeUndefined();
  const [socket] = await coming;
  const closed = once(socket as Socket, 'close');
  socket?.resume();
  socket?.write(encodeJson(FRAME.WELCOME, 0, { protocol: 1, build: '1', host: { pid: 1, startedAt: 0 }, features: [] }));
  await closed;
});
