import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { commit, dropRig, makeRig, type Rig, sh, write } from '../support/repo.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await makeRig();
});
afterEach(() => dropRig(rig));

const mirror = (target = 'main') => rig.git.mirror({ repo: rig.repo, target, timeoutMs: 20_000 });
const tip = (dir: string, ref = 'main') => sh(dir, 'rev-parse', `refs/heads/${ref}`);

/** Makes the rig's origin a bare repository. */
function bareOrigin(url = ''): string {
  const bare = join(rig.root, 'bare.git');
  sh(rig.root, 'clone', '-q', '--bare', rig.origin, bare);
  sh(rig.repo, 'config', 'remote.origin.url', url || bare);
  return bare;
}

test('a bare origin gets the target pushed, by its path and by its url', async () => {
  const bare = bareOrigin();
  const landed = rig.work('main', { x: '1' });
  expect(await mirror()).toEqual({ state: 'pushed' });
  expect(await mirror()).toEqual({ state: 'pushed' });
  expect(tip(bare)).toBe(landed);
  sh(rig.repo, 'config', 'remote.origin.url', `file://${bare}`);
  const more = rig.work('main', { x: '2' });
  expect([await mirror(), tip(bare)]).toEqual([{ state: 'pushed' }, more]);
  const fresh = rig.work('integration/i1', { i: '1' });
  expect([await mirror('integration/i1'), tip(bare, 'integration/i1')]).toEqual([{ state: 'pushed' }, fresh]);
});

test('an origin with commits of its own is never overwritten, and told so', async () => {
  const bare = bareOrigin();
  rig.work('main', { x: '1' });
  const other = join(rig.root, 'ann');
  sh(rig.root, 'clone', '-q', bare, other);
  const hers = commit(other, { hers: '1' });
  sh(other, 'push', '-q', 'origin', 'main');
  expect(await mirror()).toEqual({ state: 'left', why: 'main has commits there that the rig does not have' });
  expect(tip(bare)).toBe(hers);
});

test('a refused push and an origin out of reach leave the landing as it is, with a why', async () => {
  const bare = bareOrigin();
  mkdirSync(join(bare, 'hooks'), { recursive: true });
  writeFileSync(join(bare, 'hooks/pre-receive'), '#!/bin/sh\nexit 1\n');
  chmodSync(join(bare, 'hooks/pre-receive'), 0o755);
  const landed = rig.work('main', { x: '1' });
  expect(await mirror()).toEqual({ state: 'left', why: 'the push was refused: pre-receive hook declined' });
  sh(rig.repo, 'config', 'remote.origin.url', 'https://127.0.0.1:1/x.git');
  expect(await mirror()).toMatchObject({ state: 'left', why: expect.stringContaining('127.0.0.1') });
  sh(rig.repo, 'config', 'remote.origin.url', join(rig.root, 'nowhere'));
  expect(await mirror()).toMatchObject({ state: 'left' });
  expect(tip(rig.repo)).toBe(landed);
});

test('an origin that has the target checked out and clean is fast-forwarded there, its other files untouched', async () => {
  const landed = rig.work('main', { 'a.txt': 'new\n' });
  write(rig.origin, { 'notes.txt': 'mine' });
  expect(await mirror()).toEqual({ state: 'fast-forwarded' });
  expect(await mirror()).toEqual({ state: 'fast-forwarded' });
  expect([
    sh(rig.origin, 'rev-parse', 'HEAD'),
    readFileSync(join(rig.origin, 'a.txt'), 'utf8'),
    readFileSync(join(rig.origin, 'notes.txt'), 'utf8'),
  ]).toEqual([landed, 'new\n', 'mine']);
  expect([sh(rig.origin, 'status', '--porcelain'), existsSync(join(rig.origin, '.git/FETCH_HEAD'))]).toEqual([
    '?? notes.txt',
    false,
  ]);
});

test('an origin with uncommitted changes, or a file in the way, is left untouched', async () => {
  rig.work('main', { 'a.txt': 'new\n', fresh: 'theirs' });
  write(rig.origin, { 'a.txt': 'typing…' });
  expect(await mirror()).toMatchObject({ state: 'left', why: expect.stringContaining('not committed') });
  sh(rig.origin, 'checkout', '-q', '--', 'a.txt');
  write(rig.origin, { fresh: 'mine' });
  expect(await mirror()).toMatchObject({ state: 'left' });
  expect([tip(rig.origin), readFileSync(join(rig.origin, 'fresh'), 'utf8')]).toEqual([rig.base, 'mine']);
});

test('an origin that diverged from the rig is left untouched', async () => {
  rig.work('main', { x: '1' });
  const hers = commit(rig.origin, { y: '1' });
  expect(await mirror()).toEqual({ state: 'left', why: 'main has commits there that the rig does not have' });
  expect(sh(rig.origin, 'rev-parse', 'HEAD')).toBe(hers);
});

test('an origin that stands on another branch gets the target pushed, and keeps its files', async () => {
  sh(rig.origin, 'checkout', '-q', '-b', 'feature');
  write(rig.origin, { 'a.txt': 'typing…' });
  const landed = rig.work('main', { x: '1' });
  expect(await mirror()).toEqual({ state: 'pushed' });
  expect([tip(rig.origin), readFileSync(join(rig.origin, 'a.txt'), 'utf8')]).toEqual([landed, 'typing…']);
});

test('the target in another worktree of the origin is fast-forwarded there; one that is being rebased is left', async () => {
  sh(rig.origin, 'checkout', '-q', '-b', 'feature');
  const side = join(rig.root, 'side');
  sh(rig.origin, 'worktree', 'add', '-q', side, 'main');
  const landed = rig.work('main', { x: '1' });
  expect(await mirror()).toEqual({ state: 'fast-forwarded' });
  expect([sh(side, 'rev-parse', 'HEAD'), existsSync(join(side, 'x'))]).toEqual([landed, true]);
  commit(side, { 'a.txt': 'side\n' });
  sh(rig.origin, 'reset', '-q', '--hard', commit(rig.origin, { 'a.txt': 'feature\n' }));
  expect(() => sh(side, 'rebase', '-q', 'feature')).toThrow();
  rig.work('main', { x: '2' });
  expect(await mirror()).toEqual({ state: 'left', why: 'it is being rebased there' });
  rmSync(side, { recursive: true });
});
