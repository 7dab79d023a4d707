import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { townLayout } from '#world/config/layout';
import { untilDown, writeSupervisorRecord } from '#world/processes/supervisor-record';

const dir = mkdtempSync(join(tmpdir(), 'gt-until-down-'));
afterAll(() => rmSync(dir, { recursive: true }));
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(dir, 'town-'));
});

const runs = (isStopping: boolean) => {
  mkdirSync(townLayout(root).runtime, { recursive: true });
  writeSupervisorRecord(root, { pid: 1, born: 'b', startedAt: 1, stopping: isStopping, children: {} } as never);
};

test('a town whose folder of processes is gone is down: nothing waits for it, and nothing fails', async () => {
  await untilDown(root, new AbortController().signal);
  expect(true).toBe(true);
});

test('a town goes down when its supervisor says so, or its record is gone', async () => {
  runs(false);
  const over = new AbortController();
  let isOver = false;
  const down = untilDown(root, over.signal).then(() => {
    isOver = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(isOver).toBe(false);
  runs(true);
  await down;
  expect(isOver).toBe(true);
});

test('whoever no longer wants to know is let go', async () => {
  runs(false);
  await untilDown(root, AbortSignal.abort());
  const over = new AbortController();
  const down = untilDown(root, over.signal);
  over.abort();
  await expect(down).resolves.toBeUndefined();
});
