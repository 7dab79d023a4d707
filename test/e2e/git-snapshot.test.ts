import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { commit, dropRig, makeRig, now, type Rig, sh, write } from '../support/repo.ts';

const WHO = {
  GIT_AUTHOR_NAME: 'p',
  GIT_AUTHOR_EMAIL: 'p@example.org',
  GIT_COMMITTER_NAME: 'p',
  GIT_COMMITTER_EMAIL: 'p@example.org',
};
let rig: Rig;
beforeAll(async () => {
  rig = await makeRig({
    'a.txt': 'aaaa\n',
    'b.txt': 'b\n',
    '.gitignore': 'out/\n*.log\n',
    'CLAUDE.md': 'theirs\n',
    '.claude/settings.json': '{}\n',
  });
});
afterAll(() => dropRig(rig));
afterEach(() => vi.unstubAllEnvs());

let count = 0;
async function polecat(sparse?: string[]): Promise<{ dir: string; keep: () => Promise<string | undefined>; ref: string }> {
  const name = `s${++count}`;
  const dir = join(rig.root, name);
  await rig.git.addWorktree({ repo: rig.repo, dir, branch: name, at: rig.base, ...(sparse && { sparse }) });
  const ref = `refs/gt/snapshots/${name}`;
  return { dir, ref, keep: () => rig.git.snapshot({ repo: rig.repo, dir, ref, message: `snapshot of ${name}` }) };
}
const names = (sha: string) => sh(rig.repo, 'ls-tree', '-r', '--name-only', sha).split('\n');

/** Each file of a worktree and its index, with content and time. */
function print(dir: string): string {
  const admin = readFileSync(join(dir, '.git'), 'utf8').replace('gitdir: ', '').trim();
  const hash = createHash('sha256');
  for (const root of [dir, admin]) {
    for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      hash.update(`${path} ${statSync(path).mtimeMs}\n`);
      if (entry.isFile()) hash.update(readFileSync(path));
    }
  }
  return hash.digest('hex');
}

test('a clean worktree has nothing to keep', async () => {
  const { keep, ref } = await polecat();
  expect(await keep()).toBeUndefined();
  expect(await rig.git.resolve(rig.repo, ref)).toBeUndefined();
});

test('a snapshot holds changed, staged, deleted and untracked files, not ignored ones, and changes no byte of the worktree', async () => {
  const { dir, keep, ref } = await polecat();
  write(dir, { 'a.txt': 'changed\n', 'new/file': 'n', 'staged.txt': 's', 'out/built': 'x', 'x.log': 'x' });
  sh(dir, 'add', 'staged.txt');
  unlinkSync(join(dir, 'b.txt'));
  const before = print(dir);
  const sha = (await keep()) ?? '';
  expect(print(dir)).toBe(before);
  expect(names(sha)).toEqual(['.claude/settings.json', '.gitignore', 'CLAUDE.md', 'a.txt', 'new/file', 'staged.txt']);
  expect(sh(rig.repo, 'show', `${sha}:a.txt`)).toBe('changed');
  expect(sh(rig.repo, 'rev-parse', ref, `${sha}^`).split('\n')).toEqual([sha, rig.base]);
});

test('the same state twice is one snapshot; a later one keeps the earlier as its parent', async () => {
  const { dir, keep } = await polecat();
  write(dir, { one: '1' });
  const first = await keep();
  expect(await keep()).toBe(first);
  unlinkSync(join(dir, 'one'));
  write(dir, { two: '2' });
  const second = (await keep()) ?? '';
  expect(names(second)).toContain('two');
  expect(sh(rig.repo, 'rev-parse', `${second}^1`, `${second}^2`).split('\n')).toEqual([rig.base, first]);
});

test('a change of equal length in the same moment as a commit is not overlooked', async () => {
  const { dir, keep } = await polecat();
  // As on a file system that counts seconds: only the time of the index tells git to look into the file.
  sh(rig.repo, 'config', 'core.trustctime', 'false');
  const moment = Math.floor(now() / 1000) - 100;
  const index = join(readFileSync(join(dir, '.git'), 'utf8').replace('gitdir: ', '').trim(), 'index');
  write(dir, { 'a.txt': 'bbbb\n' });
  utimesSync(join(dir, 'a.txt'), moment, moment);
  sh(dir, 'commit', '-qam', 'b');
  writeFileSync(join(dir, 'a.txt'), 'cccc\n');
  for (const path of [join(dir, 'a.txt'), index]) utimesSync(path, moment, moment);
  expect(sh(rig.repo, 'show', `${await keep()}:a.txt`)).toBe('cccc');
  sh(rig.repo, 'config', '--unset', 'core.trustctime');
});

test('a snapshot works in the middle of a merge with conflicts, and the merge goes on afterwards', async () => {
  const { dir, keep } = await polecat();
  commit(dir, { 'a.txt': 'mine\n' });
  const theirs = rig.work('theirs', { 'a.txt': 'theirs\n' });
  await rig.git.mergeInto({ dir, commit: theirs, message: 'm', env: WHO });
  const before = print(dir);
  expect(sh(rig.repo, 'show', `${await keep()}:a.txt`)).toContain('<<<<<<<');
  expect(print(dir)).toBe(before);
  expect(await rig.git.facts(dir)).toMatchObject({ merging: true, dirty: ['a.txt'] });
});

test('what a sparse checkout leaves out is neither deleted by a snapshot, nor is what gt wrote in its place kept', async () => {
  const { dir, keep } = await polecat(['/*', '!/.claude/', '!/CLAUDE.md']);
  write(dir, { '.claude/settings.json': '{"written":"by gt"}', 'CLAUDE.md': 'by gt', 'mine.txt': 'm' });
  const sha = (await keep()) ?? '';
  expect(sh(rig.repo, 'diff', '--name-status', rig.base, sha)).toBe('A\tmine.txt');
});

test.each<[deed: string, does: (dir: string) => void]>([
  ['began a history of its own', (dir) => sh(dir, 'checkout', '-q', '--orphan', 'anew')],
  ['deleted its .git', (dir) => unlinkSync(join(dir, '.git'))],
  [
    'made a repository of its worktree',
    (dir) => {
      unlinkSync(join(dir, '.git'));
      sh(dir, 'init', '-q');
    },
  ],
])('the files of an agent that %s are kept, so that its run can go on or end', async (_, does) => {
  const { dir, keep, ref } = await polecat();
  write(dir, { 'mine.txt': 'm' });
  does(dir);
  const sha = (await keep()) ?? '';
  expect(sh(rig.repo, 'show', `${sha}:mine.txt`)).toBe('m');
  expect(await rig.git.resolve(rig.repo, ref)).toBe(sha);
});

test('no temporary index stays behind', async () => {
  const { dir, keep } = await polecat();
  write(dir, { x: '1' });
  // a folder of its own: in the system's, other files keep snapshots at the same time
  const temporary = join(rig.root, 'temporary');
  vi.stubEnv('TMPDIR', join(temporary, 'none'));
  await expect(keep()).rejects.toThrow('ENOENT');
  vi.stubEnv('TMPDIR', temporary);
  mkdirSync(temporary);
  expect(await keep()).toBeDefined();
  expect(readdirSync(temporary)).toEqual([]);
});
