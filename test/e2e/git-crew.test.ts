import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commit, dropRig, makeRig, type Rig, sh, write } from '../support/repo.ts';

let rig: Rig;
let dir: string;
beforeAll(async () => {
  rig = await makeRig();
  dir = join(rig.root, 'crew', 'ann', 'rig');
  await rig.git.cloneForCrew({ repo: rig.repo, dir, branch: 'crew/ann', at: rig.base, target: 'main' });
});
afterAll(() => dropRig(rig));

test('a crew member has a clone on a branch of its own; its branches reach the rig, the target is closed to its pushes', async () => {
  expect(sh(dir, 'symbolic-ref', 'HEAD')).toBe('refs/heads/crew/ann');
  const head = commit(dir, { 'b.txt': 'two\n' });
  expect(await rig.git.onlyHere(dir)).toBe('1 commit not pushed');
  expect(() => sh(dir, 'push', '-q', '-f', 'origin', 'HEAD:main')).toThrow(/hidden ref/);
  expect(() => sh(dir, 'push', '-q', 'origin', 'HEAD:refs/refinery/mr/x')).toThrow(/hidden ref/);
  sh(dir, 'push', '-q', 'origin', 'HEAD');
  expect(await rig.git.resolve(rig.repo, 'refs/heads/crew/ann')).toBe(head);
  expect(await rig.git.resolve(rig.repo, 'refs/heads/main')).toBe(rig.base);
  expect(await rig.git.onlyHere(dir)).toBeUndefined();
  // gt itself lands as ever
  expect(await rig.git.land({ repo: rig.repo, target: 'main', base: rig.base, tip: head, reason: 'landed' })).toEqual({
    kind: 'landed',
  });
});

test('cloned again, what is there is left as it is', async () => {
  write(dir, { 'mine.txt': 'mine\n' });
  await rig.git.cloneForCrew({ repo: rig.repo, dir, branch: 'other', at: rig.base, target: 'main' });
  expect(readFileSync(join(dir, 'mine.txt'), 'utf8')).toBe('mine\n');
  expect(sh(dir, 'symbolic-ref', 'HEAD')).toBe('refs/heads/crew/ann');
});

test('what a clone holds and nobody else is kept in the rig: what is not committed, branches, and a stash', async () => {
  const ref = 'refs/gt/snap/sh-crew-ann/one';
  expect(await rig.git.onlyHere(dir)).toBe('1 file not committed');
  const kept = await rig.git.snapshotClone({ repo: rig.repo, dir, ref, message: 'kept', who: 'ann' });
  expect(kept).toMatch(/^[0-9a-f]{40}$/);
  expect(sh(rig.repo, 'show', `${ref}:mine.txt`)).toBe('mine');
  write(dir, { 'a.txt': 'changed\n' });
  sh(dir, 'stash', 'push', '-q');
  commit(dir, { 'c.txt': 'three\n' });
  await rig.git.snapshotClone({ repo: rig.repo, dir, ref: `${ref}2`, message: 'kept', who: 'ann' });
  expect(sh(rig.repo, 'show', 'refs/gt/crew/ann/crew/ann:c.txt')).toBe('three');
  expect(sh(rig.repo, 'show', 'refs/gt/crew-stash/ann:a.txt')).toBe('changed');
  expect(sh(dir, 'status', '--porcelain')).toBe('');
});

test("the refinery's worktree holds no branch, and moves with the target while nothing in it is changed", async () => {
  const own = join(rig.root, 'refinery', 'rig');
  await rig.git.addDetached({ repo: rig.repo, dir: own, at: rig.base });
  expect(sh(own, 'rev-parse', 'HEAD')).toBe(rig.base);
  const tip = (await rig.git.resolve(rig.repo, 'refs/heads/main')) ?? '';
  await rig.git.addDetached({ repo: rig.repo, dir: own, at: tip });
  expect([sh(own, 'rev-parse', 'HEAD'), sh(own, 'branch', '--show-current')]).toEqual([tip, '']);
  write(own, { 'a.txt': 'somebody looks at something\n' });
  await rig.git.addDetached({ repo: rig.repo, dir: own, at: rig.base });
  expect(sh(own, 'rev-parse', 'HEAD')).toBe(tip);
  expect(existsSync(join(own, 'b.txt'))).toBe(true);
});

test('every branch that a clone had is kept, also when a later one cannot stand beside it', async () => {
  const { repo, git, base } = rig;
  const own = join(rig.root, 'crew', 'bob', 'rig');
  await git.cloneForCrew({ repo, dir: own, branch: 'crew/bob', at: base, target: 'main' });
  const keep = (n: number) =>
    git.snapshotClone({ repo, dir: own, ref: `refs/gt/snap/sh-crew-bob/s${n}`, message: 'what was left', who: 'bob' });
  const isKept = (sha: string) => sh(repo, 'for-each-ref', '--contains', sha, '--format=%(refname)', 'refs/gt') !== '';

  sh(own, 'checkout', '-q', '-b', 'topic');
  const first = commit(own, { 'b.txt': '1' });
  await keep(1);
  // A folder where a branch stood, and the other way round.
  sh(own, 'checkout', '-q', '-b', 'next/one', 'crew/bob');
  sh(own, 'branch', '-q', '-D', 'topic');
  sh(own, 'checkout', '-q', '-b', 'topic/parser');
  const second = commit(own, { 'c.txt': '2' });
  await keep(2);
  sh(own, 'branch', '-q', '-D', 'next/one');
  sh(own, 'checkout', '-q', '-b', 'next');
  const third = commit(own, { 'd.txt': '3' });
  await keep(3);
  expect([first, second, third].map(isKept)).toEqual([true, true, true]);
});

test("the mayor's clone shows what lands while nothing in it is changed, and is left alone when somebody has", async () => {
  const own = join(rig.root, 'mayor', 'rig');
  const tip = async () => (await rig.git.resolve(rig.repo, 'refs/heads/main')) ?? '';
  const follows = async () => rig.git.followTarget({ repo: rig.repo, dir: own, target: 'main', at: await tip() });
  const lands = async (files: Record<string, string>) => {
    const base = await tip();
    sh(dir, 'fetch', '-q', 'origin');
    sh(dir, 'checkout', '-q', '-f', '--detach', base);
    const head = commit(dir, files);
    sh(dir, 'push', '-q', '-f', 'origin', 'HEAD:refs/heads/ann-lands');
    return rig.git.land({ repo: rig.repo, target: 'main', base, tip: head, reason: 'landed' });
  };
  expect(await follows()).toBe(true);
  expect(await follows()).toBe(false);
  await lands({ 'new.txt': 'landed\n' });
  write(own, { 'untracked.txt': 'seen by nobody\n' });
  expect(await follows()).toBe(true);
  expect([sh(own, 'rev-parse', 'HEAD'), sh(own, 'branch', '--show-current'), sh(own, 'show', 'HEAD:new.txt')]).toEqual([
    await tip(),
    'main',
    'landed',
  ]);
  write(own, { 'new.txt': 'changed by hand\n' });
  await lands({ 'newer.txt': 'landed\n' });
  expect(await follows()).toBe(false);
  expect(readFileSync(join(own, 'new.txt'), 'utf8')).toBe('changed by hand\n');
  sh(own, 'commit', '-q', '-am', 'kept');
  expect(await follows()).toBe(false);
  expect(sh(own, 'log', '-1', '--format=%s')).toBe('kept');
});
