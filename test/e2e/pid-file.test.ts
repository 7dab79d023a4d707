import { linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { claimPidFile, readPidFile } from '#world/processes/pid-file';
import { myself } from '#world/processes/process';
import { ensureToken } from '#world/pty/access';
import { built } from '../support/built.ts';
import { Interleaved } from '../support/interleaved.ts';

const SEED = Number(process.env['GT_SEED'] ?? Math.floor(Math.random() * 1e9));
const STORIES = Number(process.env['GT_ROUNDS'] ?? 300);

let base: string;
let interleaved: Interleaved;
beforeAll(async () => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'gt-')));
  interleaved = await Interleaved.open(join(base, 'in'), pathToFileURL(await built('src/world/processes/pid-file.js')).href);
});
afterAll(async () => {
  await interleaved?.close();
  rmSync(base, { recursive: true, force: true });
});

test(`in whatever order processes take their steps, and wherever they die, one has the lock, and the next one gets it (GT_SEED=${SEED})`, () => {
  const wrong = [];
  for (let seed = SEED; seed < SEED + STORIES; seed++) {
    const { counted, stands, free } = interleaved.round(seed);
    if (counted !== stands || !free) wrong.push({ seed, counted, stands, free });
  }
  expect(wrong).toEqual([]);
});

const NOBODY = 999_999_999;
const dead = JSON.stringify({ pid: NOBODY, born: '1' });
/** The names of the first drafts of a process with the id of this one. */
const drafts = (path: string) => Array.from({ length: 10 }, (_, n) => `${path}.${process.pid}-${n}.new`);
/** The code as a new process has it, which has made no draft yet. */
const fresh = async () => {
  vi.resetModules();
  return { ...(await import('#world/processes/pid-file')), ...(await import('#world/config/json-file')) };
};
const place = (name: string) => {
  mkdirSync(join(base, name));
  return join(base, name, 'it.lock');
};

test('a draft that a killed process of the same id had linked already is not written into', async () => {
  const { claimPidFile } = await fresh();
  const lock = place('linked');
  writeFileSync(lock, dead);
  for (const file of drafts(lock)) linkSync(lock, file);
  expect(claimPidFile(lock)).toBeUndefined();
  expect(readPidFile(lock)).toEqual(myself());
});

test('whoever takes over from a dead process clears away what killed claimants have left, and nothing else', () => {
  const lock = place('left');
  const left = ['', '.after-1-2', '.after-1-2.after-3-4', `.after-none.${NOBODY}-0.new`, `.${NOBODY}-7.new`];
  for (const name of left) writeFileSync(`${lock}${name}`, dead);
  const others = ['', `.${process.pid}-100000.new`, '.bak', 'ed.json'];
  for (const name of others.slice(1)) writeFileSync(`${lock}${name}`, '');
  expect(claimPidFile(lock)).toBeUndefined();
  expect(readdirSync(join(base, 'left')).sort()).toEqual(others.map((name) => `it.lock${name}`).sort());
});

test('a lock that nobody can read is taken by one, a directory in its place by none', () => {
  const lock = place('unreadable');
  writeFileSync(lock, '');
  expect(claimPidFile(lock)).toBeUndefined();
  expect(claimPidFile(lock)).toEqual(myself());
  mkdirSync(`${lock}.dir`);
  expect(() => claimPidFile(`${lock}.dir`)).toThrow('EISDIR');
});

test('a file is written whole beside the drafts that killed processes of the same id have left', async () => {
  const { writeWhole } = await fresh();
  const file = place('whole');
  for (const name of drafts(file)) writeFileSync(name, 'half');
  writeWhole(file, 'whole');
  expect(readFileSync(file, 'utf8')).toBe('whole');
});

test('a file that is there is not written over by who makes it where there is none', async () => {
  const { writeNew } = await fresh();
  const file = place('new');
  expect(writeNew(file, 'first')).toBe(true);
  for (const name of drafts(file)) linkSync(file, name);
  expect(writeNew(file, 'second')).toBe(false);
  expect(readFileSync(file, 'utf8')).toBe('first');
});

test('the token of the host stays what it is, also where a killed process of the same id had just linked it', () => {
  const file = place('token');
  const token = ensureToken(file);
  linkSync(file, `${file}.${process.pid}`);
  expect(ensureToken(file)).toBe(token);
});
