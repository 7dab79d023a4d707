import type { Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readToken } from '#world/pty/access';
import { connectHost } from '#world/pty/client';
import { look, shownBy } from '../support/attach.ts';
import { makeGround, printed, shell, startHost } from '../support/pty.ts';
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

test('cut connections lose and double no byte: not of a flood of 5 MB, and not of what is typed meanwhile', async () => {
  const running = await startHost(ground, 'cut');
  const host = await running.connect(1);
  const bursts = 25;
  const each = 2_000;
  // a burst fits what the host keeps: whoever comes back gets the rest of it as it was printed
  const line = `stty -echo; echo ready; n=0; while read word; do echo "heard $word"; i=0; while [ $i -lt ${each} ]; do i=$((i+1)); n=$((n+1)); echo "line $n of many that are printed without a pause, so that a burst of them comes to some 200 kB"; done; echo done; done`;
  await host.spawn({ ...shell(ground, 'cut', line), ...small });
  await printed(host, 'cut', 'ready'); // what is typed before that is echoed
  const path = join(ground.dir, 'cut', 'way');
  const bridge = await openBridge(running.path, path);
  const far = await connectHost({ path, token: readToken(running.tokenFile), build: 'test', waitMs: 5_000 });
  const words: string[] = [];
  const wrong: string[] = [];
  let rest = '';
  let lines = 0;
  let done = 0;
  const one = await look(far, 'cut', {
    type: true,
    onOutput: (bytes) => {
      const parts = (rest + bytes.toString('latin1')).split('\r\n');
      rest = parts.pop() ?? '';
      for (const text of parts) {
        const n = /^line (\d+) of/.exec(text)?.[1];
        if (n !== undefined) {
          lines++;
          if (Number(n) !== lines) wrong.push(text);
        } else if (text === 'done') done++;
        else words.push(text);
      }
    },
  });
  await until('it looks', () => one.paints() === 1);
  for (let burst = 0; burst < bursts; burst++) {
    // typed while the line is cut, and while it is being cut
    if (burst % 2 === 0) bridge.cut();
    one.stream.keys(Buffer.from(`word${burst}\n`));
    await until('the burst has begun', () => lines > burst * each);
    bridge.cut();
    await until('the burst is over', () => done > burst, 60_000);
  }
  expect(wrong).toEqual([]);
  expect(lines).toBe(bursts * each);
  expect(words).toEqual(Array.from({ length: bursts }, (_, n) => `heard word${n}`));
  expect(one.paints()).toBe(1);
  expect(one.aways.length).toBeGreaterThanOrEqual(bursts * 2);
  expect(one.bytes()).toBeGreaterThan(4_900_000);
  const whole = new Followed(small.cols, small.rows);
  whole.feed((await host.snapshot('cut'))?.bytes ?? Buffer.alloc(0));
  expect(shownBy(one.screen())).toBe(shownBy(whole));
  bridge.close();
  far.close();
  one.stream.close();
  await running.stop();
});
