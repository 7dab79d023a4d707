import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, linkSync, lstatSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { keptPath, readToken } from '#world/pty/access';
import { connectHost } from '#world/pty/client';
import { Exits } from '#world/pty/exits';
import type { Frame } from '#world/pty/protocol';
import { encodeBytes, encodeJson, FRAME, FrameReader } from '#world/pty/protocol';
import { serve } from '#world/pty/server';
import { Sessions } from '#world/pty/sessions';
import { behindDoor } from '../support/door.ts';
import type { RunningHost } from '../support/pty.ts';
import { cleanEnv, makeGround, printed, shell, startHost } from '../support/pty.ts';
import { until } from '../support/until.ts';

const ground = makeGround();
const now = () => performance.timeOrigin + performance.now();
let running: RunningHost;
const wires: Wire[] = [];

beforeAll(async () => {
  running = await startHost(ground, 'door');
});
afterEach(() => {
  for (const wire of wires.splice(0)) wire.socket.destroy();
});
afterAll(async () => {
  await running.stop();
  await ground.clear();
});

type Wire = { socket: Socket; next: () => Promise<Frame>; closed: Promise<unknown> };

async function open(path = running.path): Promise<Wire> {
  const socket = connect(path);
  socket.on('error', () => undefined);
  const closed = new Promise((resolve) => socket.once('close', resolve)); // also where what was sent is not read any more
  const reader = new FrameReader();
  const frames: Frame[] = [];
  let wake: () => void = () => undefined;
  socket.on('data', (chunk) => {
    frames.push(...reader.push(chunk));
    wake();
  });
  const next = async () => {
    while (frames.length === 0)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    return frames.shift() as Frame;
  };
  await once(socket, 'connect');
  const wire = { socket, next, closed };
  wires.push(wire);
  return wire;
}

async function answerOf(wire: Wire, ...sent: Buffer[]): Promise<Record<string, unknown>> {
  for (const frame of sent) wire.socket.write(frame);
  return JSON.parse((await wire.next()).payload.toString());
}

function hello(more: object = {}): Buffer {
  return encodeJson(FRAME.HELLO, 0, {
    protocols: [1],
    token: readToken(running.tokenFile),
    client: randomUUID(),
    build: 'test',
    epoch: 1,
    ...more,
  });
}

test('a client that speaks another protocol or has a wrong token is told so and cut off', async () => {
  const future = await open();
  expect(await answerOf(future, hello({ protocols: [7] }))).toMatchObject({
    error: { code: 'PROTOCOL_UNKNOWN', message: expect.stringMatching(/protocol 1.* 7.*gt down/) },
  });
  await future.closed;
  const stranger = await open();
  expect(await answerOf(stranger, hello({ token: 'guess' }))).toMatchObject({ error: { code: 'TOKEN_WRONG' } });
  await stranger.closed;
  await expect(connectHost({ path: running.path, token: 'guess', build: 'test' })).rejects.toMatchObject({ code: 'TOKEN_WRONG' });
});

test('nothing but HELLO opens the door', async () => {
  for (const knock of [
    encodeJson(FRAME.REQ, 1, { op: 'info' }),
    Buffer.from('GET / HTTP/1.1\r\n\r\n'),
    Buffer.alloc(64),
    encodeJson(FRAME.HELLO, 0, {}).subarray(0, 4),
  ]) {
    const wire = await open();
    wire.socket.end(knock);
    await wire.closed;
  }
});

test('a successor takes the place of the host that hands over to it, and of no other', async () => {
  const running = await startHost(ground, 'place');
  const asked = { ...behindDoor(join(ground.dir, 'heir')), path: running.path, held: Promise.resolve() };
  await expect(serve({ ...asked, onOver: () => undefined })).rejects.toMatchObject({ code: 'HOST_RUNS' });
  linkSync(running.path, keptPath(running.path)); // as a host does that hands over
  const door = await serve({ ...asked, onOver: () => undefined });
  await door.close();
  renameSync(keptPath(running.path), running.path);
  await running.stop();
});

test('who says nothing is cut off, and who has said HELLO is not', async () => {
  const asked = { ...behindDoor(join(ground.dir, 'brief')), helloMs: 20 };
  const { path } = asked;
  const door = await serve({ ...asked, onOver: () => undefined });
  // its 20 ms may be over before a busy machine has read what was sent: whoever was cut off greets again
  const greeted = await until('somebody says HELLO in time', async () => {
    const wire = await open(path);
    wire.socket.write(hello({ token: 't' }));
    const answer = await Promise.race([wire.next(), wire.closed.then(() => undefined)]);
    return answer && { wire, answer };
  });
  expect(JSON.parse(greeted.answer.payload.toString())).toMatchObject({ protocol: 1 });
  const { wire } = greeted;
  await (await open(path)).closed;
  expect(await answerOf(wire, encodeJson(FRAME.REQ, 1, { op: 'info' }))).toMatchObject({ ok: { pid: process.pid } });
  await door.close();
  await wire.closed;
  expect(() => lstatSync(path)).toThrow('ENOENT');
});

test('a frame over 1 MB or of no length ends the connection; one of an unknown type is skipped; the others live on', async () => {
  const patient = await open();
  await answerOf(patient, hello());
  for (const length of [0, 4, (1 << 20) - 3, 0xffffffff]) {
    const wire = await open();
    await answerOf(wire, hello());
    const head = Buffer.alloc(4);
    head.writeUInt32BE(length);
    wire.socket.write(head);
    await wire.closed;
  }
  const skipped = encodeJson(99, 3, { what: 'a later feature' });
  expect(await answerOf(patient, skipped, encodeJson(FRAME.REQ, 4, { op: 'info' }))).toMatchObject({ ok: { pid: running.pid } });
  expect(await answerOf(patient, encodeJson(FRAME.REQ, 5, { op: 'toString' }))).toMatchObject({ error: { code: 'BAD_REQUEST' } });
  expect(await answerOf(patient, encodeJson(FRAME.REQ, 6, { op: 'kill' }))).toMatchObject({ error: { code: 'BAD_REQUEST' } });
});

test('a request that is sent again after a cut gets its first answer and is not done twice', async () => {
  const client = randomUUID();
  const host = await running.connect(1);
  await host.spawn(shell(ground, 'echoer', 'stty -echo; echo ready; exec cat'));
  await printed(host, 'echoer', 'ready');
  const type = [encodeBytes(FRAME.IN, 9, 0, Buffer.from('typed\n')), encodeJson(FRAME.REQ, 9, { op: 'write', id: 'echoer' })];
  for (const _ of ['first', 'again', 'and again']) {
    const wire = await open();
    await answerOf(wire, hello({ client }));
    expect(await answerOf(wire, ...type)).toEqual({ ok: null });
    wire.socket.destroy();
  }
  const wire = await open();
  await answerOf(wire, hello({ client }));
  await answerOf(
    wire,
    encodeBytes(FRAME.IN, 10, 0, Buffer.from('end\n')),
    encodeJson(FRAME.REQ, 10, { op: 'write', id: 'echoer' }),
  );
  const text = await printed(host, 'echoer', 'end');
  expect(text.match(/typed/g)).toHaveLength(1);
  host.close();
});

test('a fork whose turn comes after its worker lost the right to it does not happen', async () => {
  const dir = join(ground.dir, 'turn');
  const sessions = new Sessions({ exits: new Exits(dir), now, warn: () => undefined });
  const lose = () => {
    throw new Error('lost');
  };
  await expect(sessions.spawn(shell(ground, 'turn', 'true'), lose)).rejects.toThrow('lost');
  expect(sessions.list()).toEqual({ sessions: [], more: false });
});

test('a socket path that the system would cut is refused', async () => {
  const path = join(ground.dir, 'x'.repeat(100), 'host');
  await expect(connectHost({ path, token: 't', build: 'test' })).rejects.toMatchObject({
    refusal: { refused: 'SOCKET_PATH_TOO_LONG' },
  });
  await expect(startHostRaw(path, join(ground.dir, 'long-token'))).resolves.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('socket path'),
  });
});

async function startHostRaw(path: string, tokenFile: string, env = cleanEnv()): Promise<{ code: unknown; stderr: string }> {
  const main = new URL('../../dist/src/world/pty/main.js', import.meta.url).pathname;
  const child = spawn(
    process.execPath,
    [main, '--socket', path, '--token-file', tokenFile, '--state', join(ground.dir, 'raw-state')],
    { env },
  );
  let stderr = '';
  child.stderr.on('data', (bytes) => {
    stderr += bytes;
  });
  const [code] = await once(child, 'close');
  return { code, stderr };
}

test('a host refuses a directory or a token that others could reach, and a second place at the same door', async () => {
  const token = join(ground.dir, 'token');
  const wide = join(ground.dir, 'wide');
  mkdirSync(wide);
  chmodSync(wide, 0o755);
  expect(await startHostRaw(join(wide, 'host'), token)).toMatchObject({ code: 1, stderr: expect.stringContaining('mode 755') });
  await expect(connectHost({ path: join(wide, 'host'), token: 't', build: 'test' })).rejects.toMatchObject({
    code: 'UNSAFE_PATH',
  });
  const link = join(ground.dir, 'link');
  symlinkSync(dirname(running.path), link);
  expect(await startHostRaw(join(link, 'host'), token)).toMatchObject({ code: 1, stderr: expect.stringContaining('link') });
  const open = join(ground.dir, 'open-token');
  writeFileSync(open, 'secret', { mode: 0o644 });
  expect(await startHostRaw(join(ground.dir, 'third', 'host'), open)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('mode 644'),
  });
  expect(await startHostRaw(running.path, running.tokenFile)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('runs already'),
  });
  expect(lstatSync(running.path).mode & 0o777).toBe(0o600);
  expect(readFileSync(running.tokenFile, 'latin1')).toMatch(/^[0-9a-f]{64}\n$/);
});

test('a host that would be killed with a session or a worker does not start', async () => {
  const path = join(ground.dir, 'marked', 'host');
  for (const name of ['GT_SESSION', 'GT_WORKER']) {
    const env = { ...cleanEnv(), [name]: `${ground.mark}marked` };
    expect(await startHostRaw(path, running.tokenFile, env)).toMatchObject({ code: 2, stderr: expect.stringContaining(name) });
  }
});
