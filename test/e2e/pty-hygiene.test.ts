import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Host } from '#world/pty/host';
import { envOf, makeGround, nextEvent, runToEnd, shell, startHost } from '../support/pty.ts';
import { until } from '../support/until.ts';

const ground = makeGround();
afterAll(() => ground.clear());

async function cycle(host: Host, id: string): Promise<void> {
  await host.spawn(shell(ground, id, 'exec sleep 600'));
  const drained = nextEvent(host, 'drained', id);
  expect(await host.kill(id, { graceMs: 0 })).toEqual({ left: [] });
  await drained;
  await host.forget(id);
}

test('a hundred sessions that came and went leave no descriptor and no thread behind', async () => {
  const running = await startHost(ground, 'cycles');
  const host = await running.connect(1);
  const batch = (name: string) => Promise.all(Array.from({ length: 10 }, (_, index) => cycle(host, `${name}-${index}`)));
  const count = () => ({
    fds: readdirSync(`/proc/${running.pid}/fd`).length,
    threads: readdirSync(`/proc/${running.pid}/task`).length,
  });
  await batch('first');
  const before = count();
  for (let round = 0; round < 10; round++) await batch(`round${round}`);
  await until('all are given back', () => count().fds <= before.fds && count().threads <= before.threads);
  expect(await host.list()).toEqual([]);
  expect(readdirSync(join(ground.dir, 'cycles', 'state', 'sessions'))).toEqual([]);
  await running.stop();
});

test('an agent holds its own terminal and no other', async () => {
  const running = await startHost(ground, 'fds');
  const host = await running.connect(1);
  for (const id of ['other1', 'other2', 'other3']) await host.spawn(shell(ground, id, 'exec sleep 600'));
  const request = { id: 'lister', argv: ['ls', '-l', '/proc/self/fd'], cwd: ground.dir, env: envOf(ground, 'lister') };
  await runToEnd(host, request);
  const text = (await host.output('lister'))?.bytes.toString() ?? '';
  const terminals = text.match(/-> \S*(pts|ptmx|tty)\S*/g) ?? [];
  // standard input, output, error
  expect(terminals, text).toHaveLength(3);
  expect(new Set(terminals).size).toBe(1);
  await running.stop();
});
