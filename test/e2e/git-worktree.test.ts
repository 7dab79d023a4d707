import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cleanEnv, commit, dropRig, makeRig, type Rig, sh, write } from '../support/repo.ts';
import { until } from '../support/until.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await makeRig({ 'a.txt': 'one\ntwo\nthree\n', 'b/c.txt': 'c\n', 'd.txt': 'd\n' });
});
afterAll(() => dropRig(rig));

const WHO = {
  GIT_AUTHOR_NAME: 'p',
  GIT_AUTHOR_EMAIL: 'p@example.org',
  GIT_COMMITTER_NAME: 'p',
  GIT_COMMITTER_EMAIL: 'p@example.org',
};
let count = 0;
function place(): { repo: string; dir: string; branch: string; at: string } {
  const name = `w${++count}`;
  return { repo: rig.repo, dir: join(rig.root, 'polecats', name, 'rig'), branch: `polecat/${name}`, at: rig.base };
}
const adminOf = (dir: string) => readFileSync(join(dir, '.git'), 'utf8').replace('gitdir: ', '').trim();

async function whole(input: ReturnType<typeof place>): Promise<void> {
  await rig.git.addWorktree(input);
  expect(await rig.git.facts(input.dir)).toEqual({ head: rig.base, branch: input.branch, dirty: [], merging: false });
  expect(readFileSync(join(input.dir, 'b/c.txt'), 'utf8')).toBe('c\n');
  commit(input.dir, { mine: 'yes' });
}

test('a polecat gets a worktree on a branch of its own, and asking again changes nothing', async () => {
  const input = place();
  await whole(input);
  write(input.dir, { 'a.txt': 'changed', loose: 'new' });
  const before = await rig.git.facts(input.dir);
  await rig.git.addWorktree(input);
  expect(await rig.git.facts(input.dir)).toEqual(before);
  expect(before.dirty).toEqual(['a.txt', 'loose']);
  expect(sh(rig.repo, 'config', '--get-regexp', '^branch\\.').split('\n')).toEqual(['branch.autosetupmerge false']);
});

test('thirty worktrees asked for at once are all made, and none fails for a lock', async () => {
  const inputs = Array.from({ length: 30 }, place);
  await Promise.all(inputs.map((input) => rig.git.addWorktree(input)));
  for (const input of inputs) expect(existsSync(join(input.dir, 'a.txt'))).toBe(true);
  await Promise.all(inputs.map((input) => rig.git.removeWorktree(input)));
  expect(inputs.filter((input) => existsSync(input.dir))).toEqual([]);
});

// What `git worktree add` makes, in turn: git is killed as soon as each is seen.
test.each(['', 'locked', 'gitdir', 'HEAD', 'commondir', '.git', 'refs', 'logs'])(
  'a git killed while it made %s of a worktree leaves nothing that the next call cannot finish',
  async (stage) => {
    const input = place();
    mkdirSync(join(input.dir, '..'), { recursive: true });
    const admin = () => readdirSync(join(rig.repo, 'worktrees')).filter((name) => !before.has(name));
    mkdirSync(join(rig.repo, 'worktrees'), { recursive: true });
    const before = new Set(readdirSync(join(rig.repo, 'worktrees')));
    const child = spawn(
      'git',
      [`--git-dir=${rig.repo}`, 'worktree', 'add', '--no-track', '-q', '-b', input.branch, input.dir, input.at],
      { env: cleanEnv(), stdio: 'ignore', detached: true },
    );
    const ended = once(child, 'exit');
    const seen = () =>
      stage === '.git'
        ? existsSync(join(input.dir, '.git'))
        : admin().some((name) => existsSync(join(rig.repo, 'worktrees', name, stage)));
    while (!seen() && !existsSync(join(input.dir, 'd.txt'))) {}
    process.kill(-(child.pid ?? 0), 'SIGKILL');
    await ended;
    await whole(input);
  },
);

test('a git killed in the middle of a checkout is healed, and its index lock taken away', async () => {
  const input = place();
  const once_ = join(rig.root, 'killed-once');
  const base = rig.work('filtered', { '.gitattributes': 'd.txt filter=deadly\n' });
  sh(rig.repo, 'config', 'filter.deadly.smudge', `if mkdir ${once_} 2>/dev/null; then kill -9 $PPID; fi; cat`);
  const cut = { ...input, at: base };
  await expect(rig.git.addWorktree(cut)).rejects.toThrow(/killed|died|git reset/);
  expect(existsSync(join(adminOf(input.dir), 'index.lock'))).toBe(true);
  await rig.git.addWorktree(cut);
  expect(await rig.git.facts(input.dir)).toEqual({ head: base, branch: input.branch, dirty: [], merging: false });
  expect(readFileSync(join(input.dir, 'd.txt'), 'utf8')).toBe('d\n');
  sh(rig.repo, 'config', '--remove-section', 'filter.deadly');
});

test('a worktree whose folder is gone is made again on its branch, with the commits it had', async () => {
  const input = place();
  await rig.git.addWorktree(input);
  const head = commit(input.dir, { mine: '1' });
  rmSync(input.dir, { recursive: true });
  await rig.git.addWorktree(input);
  expect(await rig.git.facts(input.dir)).toMatchObject({ head, branch: input.branch, dirty: [] });
});

test('a folder with files that are no worktree is never overwritten', async () => {
  const input = place();
  write(input.dir, { precious: 'x' });
  await expect(rig.git.addWorktree(input)).rejects.toThrow('is no worktree');
  await expect(rig.git.removeWorktree(input)).rejects.toThrow('is no worktree');
  expect(readFileSync(join(input.dir, 'precious'), 'utf8')).toBe('x');
});

test('a worktree whose .git was deleted is led back to its branch, and none of its files is touched', async () => {
  const input = place();
  await rig.git.addWorktree(input);
  const head = commit(input.dir, { mine: '1' });
  write(input.dir, { mine: '2', more: 'm' });
  unlinkSync(join(input.dir, '.git'));
  await rig.git.addWorktree(input);
  expect(await rig.git.facts(input.dir)).toMatchObject({ head, branch: input.branch, dirty: ['mine', 'more'] });
});

test('stale locks in a worktree are taken away, and a deleted index costs no file', async () => {
  const input = place();
  await rig.git.addWorktree(input);
  write(input.dir, { 'a.txt': 'mine' });
  const admin = adminOf(input.dir);
  for (const name of ['index.lock', 'HEAD.lock']) writeFileSync(join(admin, name), '');
  unlinkSync(join(admin, 'index'));
  await rig.git.addWorktree(input);
  expect(readdirSync(admin).filter((name) => name.endsWith('.lock'))).toEqual([]);
  expect(await rig.git.facts(input.dir)).toMatchObject({ dirty: ['a.txt'], head: rig.base });
  commit(input.dir, {});
});

test('the locks that a killed git has left in a worktree and on its branch are taken away, and not before it is dead', async () => {
  const input = place();
  await rig.git.addWorktree(input);
  write(input.dir, { 'a.txt': 'changed' });
  const begun = join(rig.root, 'hook-has-begun');
  const hooks = join(rig.root, 'slow-hooks');
  write(hooks, { 'pre-commit': `#!/bin/sh\ntouch '${begun}'\nexec sleep 600\n` });
  chmodSync(join(hooks, 'pre-commit'), 0o755);
  const argv = ['-C', input.dir, '-c', `core.hooksPath=${hooks}`, 'commit', '-q', '-a', '-m', 'cut'];
  const child = spawn('git', argv, { env: cleanEnv(), detached: true, stdio: 'ignore' });
  const ended = once(child, 'exit');
  try {
    await until('its hook runs', () => existsSync(begun));
    await expect(rig.git.unlock(input)).rejects.toThrow('git is at work');
  } finally {
    process.kill(-(child.pid ?? 0), 'SIGKILL');
    await ended;
  }
  const locks = [join(adminOf(input.dir), 'index.lock'), join(rig.repo, `refs/heads/${input.branch}.lock`)];
  writeFileSync(locks[1] ?? '', '');
  expect(locks.map((lock) => existsSync(lock))).toEqual([true, true]);
  await rig.git.unlock(input);
  expect(locks.map((lock) => existsSync(lock))).toEqual([false, false]);
  commit(input.dir, {});
  await rig.git.unlock({ ...input, dir: join(rig.root, 'nowhere') });
});

test('an agent that left its worktree on another branch or commit finds it back on its own, and its commits are kept', async () => {
  const input = place();
  await rig.git.addWorktree(input);
  sh(input.dir, 'checkout', '-q', '--detach');
  const stray = commit(input.dir, { stray: '1' });
  await rig.git.addWorktree(input);
  expect(await rig.git.facts(input.dir)).toMatchObject({ branch: input.branch, head: rig.base });
  expect(await rig.git.refs(rig.repo, 'refs/gt/strays')).toContainEqual({ ref: `refs/gt/strays/${stray}`, sha: stray });
});

test('what an agent left uncommitted off its branch is kept in a ref, and does not bar the way back', async () => {
  const input = place();
  await rig.git.addWorktree(input);
  sh(input.dir, 'checkout', '-q', '-b', `${input.branch}-aside`);
  commit(input.dir, { 'a.txt': 'aside\n' });
  write(input.dir, { 'a.txt': 'unsaved\n' });
  await rig.git.addWorktree(input);
  expect(await rig.git.facts(input.dir)).toMatchObject({ branch: input.branch, head: rig.base, dirty: [] });
  const kept = (await rig.git.refs(rig.repo, 'refs/gt/strays')).map(({ sha }) => sh(rig.repo, 'show', `${sha}:a.txt`));
  expect(kept).toContain('unsaved');
});

test('commits that only the HEAD of a worktree holds are kept in a ref when it is removed', async () => {
  const input = place();
  await rig.git.addWorktree(input);
  sh(input.dir, 'checkout', '-q', '--detach');
  const stray = commit(input.dir, { stray: '2' });
  await rig.git.removeWorktree(input);
  expect(existsSync(input.dir)).toBe(false);
  expect(await rig.git.resolve(rig.repo, `refs/gt/strays/${stray}`)).toBe(stray);
});

test('a snapshot or a proof of a step does not hold such commits: it is dropped one day', async () => {
  const input = place();
  await rig.git.addWorktree(input);
  sh(input.dir, 'checkout', '-q', '--detach');
  const stray = commit(input.dir, { stray: '3' });
  await rig.git.keep({ repo: rig.repo, ref: 'refs/gt/steps/gp-1/x', commit: stray, message: 'done', at: 1e12 });
  write(input.dir, { unsaved: '1' });
  await rig.git.snapshot({ ...input, ref: 'refs/gt/snap/gp-1/last', message: 'what was left' });
  await rig.git.removeWorktree(input);
  for (const prefix of ['refs/gt/steps', 'refs/gt/snap']) await rig.git.drop(rig.repo, await rig.git.refs(rig.repo, prefix));
  expect(await rig.git.resolve(rig.repo, `refs/gt/strays/${stray}`)).toBe(stray);
});

test('all that is kept is read, however much it is', async () => {
  const sha = await rig.git.keep({ repo: rig.repo, ref: 'refs/gt/steps/gp-2/x', commit: rig.base, message: 'done\n', at: 1e12 });
  const refs = Array.from({ length: 120 }, (_, i) => ({ ref: `refs/gt/steps/gp-2/${i}`, sha }));
  for (const { ref } of refs) sh(rig.repo, 'update-ref', ref, sha);
  const kept = await rig.git.kept(rig.repo, 'refs/gt/steps/gp-2');
  expect(new Set(kept.map(({ ref }) => ref)).size).toBe(121);
  expect(kept.every(({ commit: on, message }) => on === rig.base && message === 'done\n')).toBe(true);
});

test('removing a worktree twice, or one that was half removed, is fine; its branch stays', async () => {
  const input = place();
  await rig.git.addWorktree(input);
  const head = commit(input.dir, { mine: '1' });
  const admin = adminOf(input.dir);
  renameSync(input.dir, `${input.dir}.gone`);
  await rig.git.removeWorktree(input);
  await rig.git.removeWorktree(input);
  expect([input.dir, `${input.dir}.gone`, admin].filter((path) => existsSync(path))).toEqual([]);
  expect(await rig.git.resolve(rig.repo, `refs/heads/${input.branch}`)).toBe(head);
});

test('a sparse worktree leaves out what gt would hide, in settings of its own', async () => {
  const base = rig.work('with-claude', { 'CLAUDE.md': 'theirs', '.claude/settings.json': '{}' });
  const input = { ...place(), at: base, sparse: ['/*', '!/.claude/', '!/CLAUDE.md'] };
  await rig.git.addWorktree(input);
  expect(['CLAUDE.md', '.claude', 'a.txt'].map((name) => existsSync(join(input.dir, name)))).toEqual([false, false, true]);
  expect(await rig.git.facts(input.dir)).toMatchObject({ dirty: [] });
  const plain = { ...place(), at: base };
  await rig.git.addWorktree(plain);
  expect(existsSync(join(plain.dir, 'CLAUDE.md'))).toBe(true);
});

test('the target is merged into a polecat branch as that polecat; conflict markers stay where it conflicts', async () => {
  const input = place();
  await rig.git.addWorktree(input);
  commit(input.dir, { 'a.txt': 'mine\ntwo\nthree\n' });
  const fine = rig.work('fine', { 'b/c.txt': 'theirs\n' });
  const merge = (sha: string) => rig.git.mergeInto({ dir: input.dir, commit: sha, message: 'bring main in', env: WHO });
  expect([await merge(fine), await merge(fine)]).toEqual(['merged', 'up-to-date']);
  expect(sh(input.dir, 'log', '-1', '--format=%an %cn %s')).toBe('p p bring main in');
  const clash = rig.work('clash', { 'a.txt': 'theirs\ntwo\nthree\n' });
  expect([await merge(clash), await merge(clash)]).toEqual(['conflict', 'conflict']);
  expect(await rig.git.facts(input.dir)).toMatchObject({ dirty: ['a.txt'], merging: true });
  expect(readFileSync(join(input.dir, 'a.txt'), 'utf8')).toContain('<<<<<<<');
});

test('a merge that git cannot even try is a fault, not a conflict', async () => {
  const input = place();
  await rig.git.addWorktree(input);
  write(input.dir, { 'd.txt': 'not committed' });
  const touches = rig.work('touches', { 'd.txt': 'theirs' });
  await expect(rig.git.mergeInto({ dir: input.dir, commit: touches, message: 'm', env: WHO })).rejects.toMatchObject({
    name: 'GitFault',
  });
  expect(readFileSync(join(input.dir, 'd.txt'), 'utf8')).toBe('not committed');
});
