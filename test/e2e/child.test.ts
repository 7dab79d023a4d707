import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Child, TIMINGS } from '../../src/daemon/child.ts';
import { until } from '../support/until.ts';

const folder = mkdtempSync(join(tmpdir(), 'gt-child-'));
let child: Child;
afterEach(async () => {
  await child.release();
  if (child.record.pid !== undefined) process.kill(child.record.pid, 'SIGKILL');
  rmSync(folder, { recursive: true });
});

test('a process that says that it is still at work has its whole time again, and is not killed when it then falls silent for a moment', async () => {
  const timings = { ...TIMINGS, startPoll: 1, startLimit: 0 };
  const looks = [
    async () => {
      timings.startLimit = 1e9;
      return 'loading' as const;
    },
    () => Promise.reject(new Error('silent')),
    async () => 'ready' as const,
  ];
  const plan = {
    name: 'worker' as const,
    argv: [process.execPath, '-e', 'setInterval(() => {}, 1e6)'],
    cwd: folder,
    env: {},
    log: join(folder, 'log'),
    pidFile: join(folder, 'pid'),
    prepare: () => {},
    probe: () => (looks.length > 1 ? looks.shift() : looks[0])?.() ?? Promise.reject(new Error('no look')),
    behind: async () => undefined,
  };
  child = new Child(plan, { timings, now: () => 1, changed: () => {}, say: () => {} });
  child.keep();
  await child.ready;
  expect(child.record).toMatchObject({ state: 'running', restarts: 0 });
  // It names itself, before it becomes the program: when that is, these looks do not tell.
  await until('its pid file', () => existsSync(plan.pidFile));
});
