import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
// @ts-expect-error a script has no types
import { placeParts } from '../../scripts/place-parts.mjs';

let bin: string;
beforeEach(() => {
  bin = join(mkdtempSync(join(tmpdir(), 'gt-parts-')), 'bin');
});
afterEach(() => rmSync(join(bin, '..'), { recursive: true }));

const place = (name: string, more: Array<[string, string]> = []) =>
  placeParts(bin, name, [['gt.js', `import './${name}/hot.js';\n`], [`${name}/hot.js`, `${name}\n`], ...more]);
const read = (path: string) => readFileSync(join(bin, path), 'utf8');
/** Puts a build so many minutes back. */
const ago = (name: string, minutes: number) => {
  const at = new Date(Date.parse('2026-01-01T12:00:00Z') - minutes * 60_000);
  utimesSync(join(bin, name), at, at);
};

test('a program names the parts of its build, and whoever began with those of before finds them still', () => {
  place('one');
  expect(statSync(join(bin, 'gt.js')).mode & 0o777).toBe(0o755);
  place('two');
  expect(read('gt.js')).toContain('./two/hot.js');
  expect(read('two/hot.js')).toBe('two\n');
  expect(read('one/hot.js')).toBe('one\n');
});

test('a build that is cut leaves the program of before, with all of its parts', () => {
  place('one');
  expect(() => place('two', [[`two/hot.js/below`, 'a file is no folder']])).toThrow();
  expect(read('gt.js')).toContain('./one/hot.js');
  expect(read('one/hot.js')).toBe('one\n');
  expect(existsSync(join(bin, 'two'))).toBe(false);
});

test('the same build again rewrites no part', () => {
  place('one');
  const before = statSync(join(bin, 'one/hot.js')).ino;
  place('one');
  expect(statSync(join(bin, 'one/hot.js')).ino).toBe(before);
});

test('parts of the last builds stay, older ones and what a build has left half-written go, that of one under way does not', () => {
  const names = ['one', 'two', 'three', 'four', 'five'];
  for (const [at, name] of names.entries()) {
    place(name);
    ago(name, 60 - at);
  }
  writeFileSync(join(bin, 'flat.js'), '');
  mkdirSync(join(bin, '.left.1'));
  ago('.left.1', 0);
  mkdirSync(join(bin, '.begun.1'));
  place('six');
  expect([...names, 'six'].filter((name) => existsSync(join(bin, name)))).toEqual(['three', 'four', 'five', 'six']);
  expect(['flat.js', '.left.1', '.begun.1'].filter((name) => existsSync(join(bin, name)))).toEqual(['.begun.1']);
});

test('what another build takes away while this one clears up stops it from nothing', () => {
  place('one');
  // Listed, and not there when it is looked at.
  for (const name of ['gt.js.1.new', '.two.1', 'flat.js']) symlinkSync('/nowhere', join(bin, name));
  place('two');
  expect(read('gt.js')).toContain('./two/hot.js');
  expect(existsSync(join(bin, 'one'))).toBe(true);
});
