import { execFileSync } from 'node:child_process';
import { chmodSync, closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeBin } from '#world/agents/bin';

let dir: string;
beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), 'gt-bin-')), 'bin');
});
afterEach(() => rmSync(join(dir, '..'), { recursive: true, force: true }));

test('a worker that starts leaves the gt of agents alone when it is right already', () => {
  const gt = writeBin(dir, '/bin/echo', 'it');
  const long = new Date(1000);
  utimesSync(gt, long, long);
  const { ino, ctimeMs } = statSync(gt);
  expect(writeBin(dir, '/bin/echo', 'it')).toBe(gt);
  expect(statSync(gt)).toMatchObject({ ino, mtimeMs: 1000, ctimeMs });
});

test('another gt takes its place as a whole: who has the old one open reads it to its end, and nobody meets half of one', () => {
  const gt = writeBin(dir, '/bin/echo', 'old');
  const open = openSync(gt, 'r');
  try {
    writeBin(dir, '/bin/echo', 'new');
    expect(readFileSync(open, 'utf8')).toContain("'old'");
  } finally {
    closeSync(open);
  }
  expect(execFileSync(gt, ['words'], { encoding: 'utf8' })).toBe('new words\n');
  expect(execFileSync(join(dir, 'gtr'), { encoding: 'utf8' })).toBe('new\n');
  expect(readdirSync(dir).sort()).toEqual(['gt', 'gtr']);
});

test('one that may not be run is mended', () => {
  const gt = writeBin(dir, '/bin/echo', 'it');
  chmodSync(gt, 0o644);
  writeBin(dir, '/bin/echo', 'it');
  expect(execFileSync(gt, { encoding: 'utf8' })).toBe('it\n');
});
