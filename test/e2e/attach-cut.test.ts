import type { Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readToken } from '#world/pty/access';
import { connectHost } from '#world/pty/client';
import { look } from '../support/attach.ts';
import { makeGround, shell, startHost } from '../support/pty.ts';
import { Followed } from '../support/screens.ts';
import { until } from '../support/until.ts';

const ground = makeGround();
afterAll(() => ground.clear());

const small = { cols: 40, rows: 10 };

/** A way to a host whose connections can be cut. */
async function openBridge(to: string, at: string) {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(to);
    for (const [from, into] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        into.destroy();
      });
      from.pipe(into);
    }
  });
  const umask = process.umask(0o177);
  await new Promise<void>((resolve) => server.listen(at, resolve));
  process.umask(umask);
  return {
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    close: () => server.close(),
  };
}

test('cut connections lose and double no byte: not of a flood of output, and not of what is typed meanwhile', async () => {
  const running = await startHost(ground, 'cut');
  const host = await running.connect(1);
  const count = 60_000;
  const line = `stty -echo; read go; i=0; while [ $i -lt ${count} ]; do i=$((i+1)); echo "line $i of many that are printed without a pause, so that it comes to some 5 MB"; done; echo over; while read x; do echo "heard $x"; done`;
  await host.spawn({ ...shell(ground, 'cut', line), ...small });
  const path = join(ground.dir, 'cut', 'way');
  const bridge = await openBridge(running.path, path);
  const far = await connectHost({ path, token: readToken(running.tokenFile), build: 'test', waitMs: 5_000 });
  let rest = '';
  let expected = 0;
  let painted = false;
  const one = await look(far, 'cut', {
    type: true,
    onOutput: (bytes) => {
      rest += bytes.toString('latin1');
      const lines = rest.split('\r\n');
      rest = lines.pop() ?? '';
      for (const text of lines) {
        const n = Number(/^line (\d+) of/.exec(text)?.[1] ?? 0);
        if (n === 0) continue;
        expected++;
        if (n !== expected) painted = true;
      }
    },
  });
  await until('it looks', () => one.paints() === 1);
  one.stream.keys(Buffer.from('\n'));
  for (let round = 1; round <= 8; round++) {
    await until('some more came', () => expected > (count * round) / 10 || painted, 60_000);
    bridge.cut();
    one.stream.keys(Buffer.from(`word${round}\n`));
    await until('it is back', () => one.aways.length >= round * 2, 60_000);
  }
  await until('all is heard', () => one.text().includes('heard word8') || one.stream.seq === -1, 100_000);
  // a painting means that it was away for more than the ring holds: on a busy machine that may be
  if (one.paints() === 1) expect([painted, expected]).toEqual([false, count]);
  expect(one.text().match(/heard word\d/g)).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((n) => `heard word${n}`));
  const own = one.screen().lines();
  const whole = new Followed(small.cols, small.rows);
  whole.feed((await host.snapshot('cut'))?.bytes ?? Buffer.alloc(0));
  if (one.paints() === 1) expect(own.at(-5)).toEqual(whole.lines().at(-5));
  bridge.close();
  far.close();
  one.stream.close();
  await running.stop();
});
