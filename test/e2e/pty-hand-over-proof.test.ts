import { connect } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { isAlive } from '#world/processes/process';
import { bornOf } from '#world/processes/scan';
import { readToken } from '#world/pty/access';
import { decodeJson, encodeJson, FRAME, FrameReader } from '#world/pty/protocol';
import { handOverProof } from '../support/hand-over-proof.ts';
import { attachments, floods, nudges, pastes, recordings } from '../support/hand-over-traffic.ts';
import type { RunningHost } from '../support/pty.ts';
import { makeGround, printed, shell, startHost } from '../support/pty.ts';
import { LONG } from '../support/runs.ts';
import { until } from '../support/until.ts';

const ground = makeGround();
afterAll(() => ground.clear());

const SIZE = LONG ? { sessions: 50, turns: 10 } : { sessions: 8, turns: 3 };
const TIME = { timeout: LONG ? 900_000 : 300_000 };

test('sessions that print and read all the time lose and double no line over many hand-overs', TIME, async () => {
  const running = await startHost(ground, 'proof');
  const kinds = [pastes, recordings, attachments, nudges, floods];
  const underWay = await Promise.all(kinds.map((kind) => kind(ground, running)));
  const proof = await handOverProof(ground, running, { ...SIZE, underWay });
  expect(new Set(proof.pids).size).toBe(SIZE.turns + 1);
  process.stdout.write(
    `${SIZE.sessions} sessions over ${SIZE.turns} hand-overs: ${proof.outlasted} bytes, none lost or doubled\n`,
  );
  await running.stop();
});

const TALKER = 'stty -echo; echo up; while read x; do [ "$x" = end ] && exit 5; echo "got $x"; done';

/** Calls back when a host tells that it has moved, in the turn in which that is heard. */
async function onMoved(running: RunningHost, run: () => void): Promise<void> {
  const socket = connect(running.path);
  const reader = new FrameReader();
  const hello = { protocols: [1], token: readToken(running.tokenFile), client: 'onlooker', build: 'test' };
  socket.write(encodeJson(FRAME.HELLO, 0, hello));
  await new Promise<void>((greeted) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      for (const frame of reader.push(chunk)) {
        if (frame.type === FRAME.WELCOME) greeted();
        if (frame.type === FRAME.MOVED && decodeJson(frame)['phase'] === 'moved') run();
      }
    });
  });
}

test('a host that is killed right after it has told that it moved takes nothing along', async () => {
  const running = await startHost(ground, 'killed');
  const host = await running.connect(1);
  const { pid } = await host.spawn(shell(ground, 'kept', TALKER));
  await printed(host, 'kept', 'up');
  await onMoved(running, () => running.child.kill('SIGKILL'));
  const next = await host.handOver(running.programOf('next'));
  expect(next.pid).not.toBe(running.pid);
  await host.write('kept', 'hello\n');
  await printed(host, 'kept', 'got hello');
  expect(await host.get('kept')).toMatchObject({ pid, state: 'running' });
  await host.write('kept', 'end\n');
  await until('it ends', async () => (await host.get('kept'))?.exit?.code === 5);
  await running.stop();
});

test('a host that dies while its successor starts is succeeded all the same', async () => {
  const running = await startHost(ground, 'orphan');
  const host = await running.connect(1);
  const { pid, born } = await host.spawn(shell(ground, 'kept', TALKER));
  await printed(host, 'kept', 'up');
  const orphaning = ['/bin/sh', '-c', 'kill -9 $PPID; exec "$@"', 'sh', ...running.programOf('next')];
  const next = await host.handOver(orphaning);
  expect(next).toMatchObject({ build: 'next', sessions: 1 });
  expect(isAlive({ pid: running.pid, born: bornOf(running.pid) ?? 'gone' })).toBe(false);
  expect(isAlive({ pid, born })).toBe(true);
  await host.write('kept', 'hello\n');
  await printed(host, 'kept', 'got hello');
  await running.stop();
});
