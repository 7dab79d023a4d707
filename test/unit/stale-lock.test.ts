import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { breakStaleLock } from '#world/git/locks';

const { readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } = fs;
const LATER = 1_000_000;

let repo: string;
let lock: string;
beforeEach(() => {
  repo = fs.mkdtempSync(join(tmpdir(), 'gt-lock-'));
  lock = join(repo, 'main.lock');
});
afterEach(() => rmSync(repo, { recursive: true, force: true }));

/** The lock of a git that was killed long ago. */
function stale(): void {
  rmSync(lock, { force: true });
  writeFileSync(lock, 'of the dead');
  utimesSync(lock, LATER / 1000 - 60, LATER / 1000 - 60);
}

/** Somebody else takes the lock away, or gives it back, and a living git takes it anew. */
function taken(name: string): void {
  rmSync(lock, { force: true });
  writeFileSync(lock, name, { flag: 'wx' });
}

const broken = () => breakStaleLock(lock, { repo, paths: [], now: LATER });
type Door = Record<string, (path: unknown, ...rest: unknown[]) => unknown>;
const NAMES = ['stat', 'lstat', 'open', 'readFile', 'readdir', 'writeFile', 'link', 'rename', 'unlink', 'rm'];
const CALLS = [
  ...NAMES.map((name) => [fs.promises as unknown as Door, name] as const),
  ...NAMES.map((name) => [fs as unknown as Door, `${name}Sync`] as const),
];

/** Calls `before(n)` before the n-th call that touches the repository, while `during` runs; answers how many there were. */
async function stepped(before: (step: number) => void, during: () => Promise<unknown>): Promise<number> {
  let step = 0;
  let inside = false;
  const real = CALLS.map(([door, name]) => door[name]);
  for (const [at, [door, name]] of CALLS.entries())
    door[name] = (path, ...rest) => {
      if (String(path).startsWith(repo) && !inside) {
        inside = true; // what is done there is no step
        before(step++);
        inside = false;
      }
      return real[at]?.call(door, path, ...rest);
    };
  syncBuiltinESMExports();
  try {
    await during();
  } finally {
    for (const [at, [door, name]] of CALLS.entries()) Object.assign(door, { [name]: real[at] });
    syncBuiltinESMExports();
  }
  return step;
}

test('the lock of a dead git is taken away, one that is young is not, and of many who take it away at once each finds it gone', async () => {
  stale();
  expect(await breakStaleLock(lock, { repo, paths: [], now: LATER - 55_000 })).toBe(false);
  expect(await Promise.all([broken(), broken(), broken()])).toEqual([true, true, true]);
  expect(readdirSync(repo)).toEqual([]);
  expect(await broken()).toBe(false);
});

/** How many steps it takes when nobody comes between. */
async function undisturbed(): Promise<number> {
  stale();
  const steps = await stepped(() => undefined, broken);
  expect(readdirSync(repo)).toEqual([]);
  return steps;
}

test('at whatever moment a living git takes the lock anew, it keeps it', async () => {
  const steps = await undisturbed();
  for (let at = 0; at < steps; at++) {
    stale();
    let mine = 0;
    await stepped((n) => {
      if (n !== at) return;
      taken('of the living');
      mine = statSync(lock).ino;
    }, broken);
    const left = [readdirSync(repo), readFileSync(lock, 'utf8'), statSync(lock).ino];
    expect([at, ...left]).toEqual([at, ['main.lock'], 'of the living', mine]);
  }
});

test('should two living ones take it one after the other meanwhile, the later one keeps it', async () => {
  const steps = await undisturbed();
  for (let first = 0; first < steps; first++)
    for (let second = first + 1; ; second++) {
      stale();
      const took = await stepped((n) => (n === first ? taken('of the first') : n === second && taken('of the second')), broken);
      if (second >= took) break;
      const left = [readdirSync(repo), readFileSync(lock, 'utf8')];
      expect([first, second, ...left]).toEqual([first, second, ['main.lock'], 'of the second']);
    }
});
