import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { townLayout } from '#world/config/layout';
import { prune } from '#world/config/prune';

test('logs, evidence and recordings of long ago are removed, those of now and all else are kept', async () => {
  const layout = townLayout(mkdtempSync(join(tmpdir(), 'gt-prune-')));
  const file = (name: string, at: number) => {
    const path = join(layout.runtime, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '');
    utimesSync(path, at, at);
    return path;
  };
  const old = [
    file('checks/alpha/ck-1.log', 1000),
    file('evidence/al-1.r2.txt', 1000),
    file('recordings/al-1.r2.s1/1.cast', 1000),
  ];
  const kept = [
    file('checks/alpha/ck-2.log', 3000),
    file('recordings/al-1.r2.s1/2.cast', 3000),
    file('recordings/al-2.r1.s1/1.cast', 3000),
    file('redis-data/appendonly.aof', 1000),
    file('secret', 1000),
  ];
  expect(await prune(layout, 2_000_000)).toBe(3);
  expect(old.filter(existsSync)).toEqual([]);
  expect(kept.filter(existsSync)).toEqual(kept);
  const empty = join(layout.runtime, 'recordings', 'al-0.r1.s1');
  mkdirSync(empty);
  utimesSync(empty, 1000, 1000);
  expect(await prune(layout, 2_000_000)).toBe(0);
  expect(existsSync(empty)).toBe(false);
  expect(await prune(townLayout(join(layout.root, 'no-town')), 2_000_000)).toBe(0);
  rmSync(layout.root, { recursive: true });
});
