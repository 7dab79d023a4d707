import { execFileSync } from 'node:child_process';
import { chmodSync, closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeBin } from '#world/agents/bin';

let dir: string;
/** What a worker does at its start, when its gt is this one. @returns the path of gt */
const starts = (program: string) => join(writeBin(dir, '/bin/echo', { gt: program, bd: `${program} bd` }), 'gt');
beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), 'gt-bin-')), 'bin');
});
afterEach(() => rmSync(join(dir, '..'), { recursive: true, force: true }));

test('a worker that starts leaves the gt of agents alone when it is right already', () => {
  const gt = starts('it');
  const long = new Date(1000);
  utimesSync(gt, long, long);
  const { ino, ctimeMs } = statSync(gt);
  expect(starts('it')).toBe(gt);
  expect(statSync(gt)).toMatchObject({ ino, mtimeMs: 1000, ctimeMs });
});

test('another gt takes its place as a whole: who has the old one open reads it to its end, and nobody meets half of one', () => {
  const gt = starts('old');
  const open = openSync(gt, 'r');
  try {
    starts('new');
    expect(readFileSync(open, 'utf8')).toContain("'old'");
  } finally {
    closeSync(open);
  }
  expect(execFileSync(gt, ['words'], { encoding: 'utf8' })).toBe('new words\n');
  expect(execFileSync(join(dir, 'bd'), { encoding: 'utf8' })).toBe('new bd\n');
  expect(readdirSync(dir).sort()).toEqual(['bd', 'gt']);
});

test('one that may not be run is mended', () => {
  const gt = starts('it');
  chmodSync(gt, 0o644);
  starts('it');
  expect(execFileSync(gt, { encoding: 'utf8' })).toBe('it\n');
});
