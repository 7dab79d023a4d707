import { existsSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CONTEXT_FILES, isHidden } from '#core/context-files';
import { commit, dropRig, makeRig, type Rig, sh, write } from '../support/repo.ts';

const WHO = {
  GIT_AUTHOR_NAME: 'p',
  GIT_AUTHOR_EMAIL: 'p@example.org',
  GIT_COMMITTER_NAME: 'p',
  GIT_COMMITTER_EMAIL: 'p@example.org',
};
const HIDDEN = { '.claude/settings.json': '{}\n', 'CLAUDE.md': 'theirs\n', 'AGENTS.md': 'all\n', '.mcp.json': '{}\n' };
const PATTERNS = ['/*', ...CONTEXT_FILES, '!/AGENTS.md'];

let rig: Rig;
beforeAll(async () => {
  rig = await makeRig({ 'a.txt': 'a\n', 'docs/CLAUDE.md': 'of the docs\n', ...HIDDEN });
});
afterAll(() => dropRig(rig));

let count = 0;
async function polecat(sparse: readonly string[] = PATTERNS): Promise<string> {
  const dir = join(rig.root, `p${++count}`);
  await rig.git.addWorktree({ repo: rig.repo, dir, branch: `p${count}`, at: rig.base, sparse });
  return dir;
}
const there = (dir: string) => Object.keys(HIDDEN).filter((name) => existsSync(join(dir, name)));
const changed = (dir: string, from = rig.base) => sh(dir, 'diff', '--name-status', from, 'HEAD');

test('what speaks to agents is left out of a worktree, and of no commit', async () => {
  const dir = await polecat();
  expect(there(dir)).toEqual([]);
  expect(existsSync(join(dir, 'docs/CLAUDE.md'))).toBe(true);
  expect(sh(rig.repo, 'config', '--get-all', 'core.bare')).toBe('true');
  write(dir, { 'mine.txt': 'm' });
  sh(dir, 'add', '-A');
  sh(dir, 'commit', '-q', '-m', 'one');
  expect(changed(dir)).toBe('A\tmine.txt');
  write(dir, { 'a.txt': 'changed\n' });
  sh(dir, 'commit', '-q', '-am', 'two');
  expect(changed(dir)).toBe('M\ta.txt\nA\tmine.txt');
});

test('what an agent program writes at a hidden place is nobody’s change: not of a commit, a stash, a snapshot or a hand-in', async () => {
  const dir = await polecat();
  write(dir, {
    '.claude/settings.local.json': 'l',
    'CLAUDE.local.md': 'l',
    '.claude/settings.json': 'by the program',
    'u.txt': 'u',
  });
  expect(await rig.git.facts(dir)).toMatchObject({ dirty: ['u.txt'] });
  const ref = 'refs/gt/snap/hidden';
  const snap = (await rig.git.snapshot({ repo: rig.repo, dir, ref, message: 's' })) ?? '';
  expect(sh(rig.repo, 'diff', '--name-status', rig.base, snap)).toBe('A\tu.txt');
  sh(dir, 'stash', '-q', '-u');
  expect(sh(dir, 'show', '--name-status', '--format=', 'stash@{0}')).not.toMatch(/^D/m);
  expect(sh(dir, 'show', '--name-only', '--format=', 'stash@{0}^3')).toBe('u.txt');
  sh(dir, 'stash', 'pop', '-q');
  // git add ends well: an agent whose `git add -A && git commit` fails would be at a loss.
  sh(dir, 'add', '-A');
  sh(dir, 'commit', '-q', '-m', 'one');
  expect(changed(dir)).toBe('A\tu.txt');
  expect(await rig.git.facts(dir)).toMatchObject({ dirty: [] });
});

test('a merge takes what changed in hidden files, and shows none of them', async () => {
  const dir = await polecat();
  commit(dir, { 'mine.txt': 'm' });
  const theirs = rig.work('theirs', { 'CLAUDE.md': 'newer\n', '.claude/more.md': 'more\n' });
  expect(await rig.git.mergeInto({ dir, commit: theirs, message: 'm', env: WHO })).toBe('merged');
  expect(there(dir)).toEqual([]);
  expect(sh(dir, 'show', 'HEAD:CLAUDE.md')).toBe('newer');
  expect(changed(dir, theirs)).toBe('A\tmine.txt');
});

test('a conflict in a hidden file is brought back with its markers, and is solved like any other', async () => {
  const dir = await polecat();
  write(dir, { 'CLAUDE.md': 'mine\n' });
  sh(dir, 'add', '--sparse', 'CLAUDE.md');
  sh(dir, 'rm', '-q', '--sparse', '--cached', 'AGENTS.md');
  sh(dir, 'commit', '-q', '-m', 'mine');
  const clash = rig.work('clash', { 'CLAUDE.md': 'others\n', 'AGENTS.md': 'changed\n', '.mcp.json': '{"x":1}\n' });
  const merge = () => rig.git.mergeInto({ dir, commit: clash, message: 'm', env: WHO });
  expect([await merge(), await merge()]).toEqual(['conflict', 'conflict']);
  expect(readFileSync(join(dir, 'CLAUDE.md'), 'utf8')).toMatch(/<<<<<<<[\s\S]*mine[\s\S]*others/);
  expect(readFileSync(join(dir, 'AGENTS.md'), 'utf8')).toBe('changed\n');
  expect((await rig.git.facts(dir)).dirty).toEqual(expect.arrayContaining(['CLAUDE.md', 'AGENTS.md']));
  write(dir, { 'CLAUDE.md': 'both\n' });
  sh(dir, 'add', '-A');
  sh(dir, 'commit', '-q', '-m', 'merged');
  expect(await rig.git.facts(dir)).toMatchObject({ dirty: [], merging: false });
  expect(sh(dir, 'diff', '--name-status', clash, 'HEAD')).toBe('M\tCLAUDE.md');
  expect(there(dir)).toEqual(['CLAUDE.md', 'AGENTS.md']);
  // Made ready again for the next run, it keeps what was brought back.
  await rig.git.addWorktree({ repo: rig.repo, dir, branch: `p${count}`, at: rig.base, sparse: PATTERNS });
  expect(there(dir)).toEqual(['CLAUDE.md', 'AGENTS.md']);
});

test('what is to be hidden may change under a worktree: more, nothing, all again', async () => {
  const dir = await polecat(['/*', '!/.claude/']);
  expect(there(dir)).toHaveLength(3);
  expect([await rig.git.hide(dir, PATTERNS), await rig.git.hide(dir, PATTERNS)]).toEqual([true, false]);
  expect(there(dir)).toEqual([]);
  expect(await rig.git.sparseOf(dir)).toEqual(PATTERNS);
  expect(await rig.git.hide(dir, [])).toBe(true);
  expect(there(dir)).toHaveLength(4);
  expect([await rig.git.sparseOf(dir), await rig.git.hide(dir, [])]).toEqual([undefined, false]);
  expect(await rig.git.facts(dir)).toMatchObject({ dirty: [] });
});

test('a worktree whose index somebody deleted deletes nothing that is hidden', async () => {
  const dir = await polecat();
  unlinkSync(join(sh(dir, 'rev-parse', '--absolute-git-dir').trim(), 'index'));
  await rig.git.addWorktree({ repo: rig.repo, dir, branch: `p${count}`, at: rig.base, sparse: PATTERNS });
  expect([there(dir), (await rig.git.facts(dir)).dirty]).toEqual([[], []]);
  commit(dir, { 'new.txt': 'n\n' });
  expect(changed(dir)).toBe('A\tnew.txt');
});

test('a hidden file that somebody has changed stays with the change when it is to be hidden', async () => {
  const dir = await polecat([]);
  write(dir, { 'CLAUDE.md': 'mine\n' });
  expect(await rig.git.hide(dir, PATTERNS)).toBe(true);
  expect([there(dir), readFileSync(join(dir, 'CLAUDE.md'), 'utf8')]).toEqual([['CLAUDE.md'], 'mine\n']);
});

test('hiding that was killed before git had taken the files away is finished by the next call', async () => {
  const dir = await polecat([]);
  expect(there(dir)).toHaveLength(4);
  // A git that cannot: as one that is killed, it takes no file away.
  const lock = join(sh(dir, 'rev-parse', '--absolute-git-dir').trim(), 'index.lock');
  writeFileSync(lock, '');
  await expect(rig.git.hide(dir, PATTERNS)).rejects.toThrow('index.lock');
  unlinkSync(lock);
  expect(there(dir)).toHaveLength(4);
  expect(await rig.git.hide(dir, PATTERNS)).toBe(true);
  expect(there(dir)).toEqual([]);
});

test('patterns are read as gt writes them: whole names from the root, the last that fits', () => {
  const hidden = ['CLAUDE.md', '.claude', '.claude/', '.claude/a/b', '.mcp.json', 'AGENTS.md'];
  const shown = ['docs/CLAUDE.md', 'CLAUDE.mdx', '.claudette', 'a'];
  expect(hidden.filter((path) => !isHidden(path, PATTERNS))).toEqual([]);
  expect(shown.filter((path) => isHidden(path, PATTERNS))).toEqual([]);
  expect(isHidden('.claude/a b', [...PATTERNS, '/.claude/a\\ b'])).toBe(false);
  expect(isHidden('CLAUDE.md', [])).toBe(false);
});

test('a clone of its own leaves out the same, and the repository that it came from knows nothing of it', async () => {
  const dir = join(rig.root, 'clone');
  sh(rig.root, 'clone', '-q', rig.repo, dir);
  const before = sh(rig.repo, 'config', '--list');
  sh(dir, 'checkout', '-q', '-B', 'mine', rig.base);
  expect(there(dir)).toHaveLength(4);
  expect([await rig.git.hide(dir, PATTERNS), await rig.git.hide(dir, PATTERNS)]).toEqual([true, false]);
  expect([there(dir), await rig.git.sparseOf(dir)]).toEqual([[], PATTERNS]);
  write(dir, { '.claude/settings.local.json': 'l', 'CLAUDE.local.md': 'l' });
  commit(dir, { 'mine.txt': 'm' });
  expect(changed(dir)).toBe('A\tmine.txt');
  expect(sh(dir, 'rev-parse', '--is-bare-repository')).toBe('false');
  expect(sh(rig.repo, 'config', '--list')).toBe(before);
  expect([await rig.git.hide(dir, []), there(dir).length]).toEqual([true, 4]);
});
