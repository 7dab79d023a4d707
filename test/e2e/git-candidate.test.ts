import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Candidate } from '#world/git/git';
import { commit, dropRig, makeRig, type Rig, sh } from '../support/repo.ts';

let rig: Rig;
const LINES = 'one\ntwo\nthree\nfour\nfive\nsix\nseven\n';
beforeAll(async () => {
  rig = await makeRig({ 'a.txt': LINES, 'b.txt': 'b\n' });
});
afterAll(() => dropRig(rig));

const AT = Date.UTC(2026, 0, 5);
const build = (base: string, head: string): Promise<Candidate> =>
  rig.git.candidate({ repo: rig.repo, base, head, message: 'Merge it\n\nGt-MR: m1\n', at: AT });
async function built(base: string, head: string): Promise<{ tip: string; tree: string }> {
  const made = await build(base, head);
  if (made.kind !== 'built') throw new Error(`not built but ${made.kind}`);
  return made;
}

test('the same base, head and date give the same commit, whoever asks and whenever', async () => {
  const head = rig.work('m1', { 'b.txt': 'better\n' });
  const first = await built(rig.base, head);
  expect(await built(rig.base, head)).toEqual(first);
  expect(await rig.git.treeOf(rig.repo, first.tip)).toBe(first.tree);
  expect(sh(rig.repo, 'log', '-1', '--format=%P|%an|%cn|%at|%ct|%B', first.tip).trim()).toBe(
    `${rig.base} ${head}|gt refinery|gt refinery|${AT / 1000}|${AT / 1000}|Merge it\n\nGt-MR: m1`,
  );
  expect(await rig.git.countAhead(rig.repo, rig.base, first.tip)).toBe(2);
});

test('a head that is in the base already is contained; the same patch again is empty, and so is an empty commit', async () => {
  const head = rig.work('m2', { 'b.txt': 'best\n' });
  const twin = rig.work('m2-twin', { 'b.txt': 'best\n' });
  const { tip } = await built(rig.base, head);
  expect(await build(tip, head)).toEqual({ kind: 'contained' });
  expect(await build(tip, twin === head ? rig.work('m2-later', {}, head) : twin)).toEqual({ kind: 'empty' });
  expect(await build(rig.base, rig.work('nothing', {}))).toEqual({ kind: 'empty' });
});

test('a conflict names its files and says why; it is never a fault', async () => {
  const ours = rig.work('ours', { 'a.txt': LINES.replace('four', 'FOUR'), 'sub dir/ü.txt': 'x\n' });
  const theirs = rig.work('theirs', { 'a.txt': LINES.replace('four', 'vier'), 'sub dir/ü.txt': 'y\n' });
  const made = await build(ours, theirs);
  expect(made).toMatchObject({ kind: 'conflict', files: ['a.txt', 'sub dir/ü.txt'] });
  expect(made.kind === 'conflict' && made.messages).toContain('CONFLICT (content): Merge conflict in a.txt');
});

test('a head with another history is unrelated; one that does not exist is a fault', async () => {
  const tree = sh(rig.repo, 'mktree', '--missing');
  const island = await rig.git.commitTree({ repo: rig.repo, tree, parents: [], message: 'island', at: AT });
  expect(await build(rig.base, island)).toEqual({ kind: 'unrelated' });
  await expect(build(rig.base, '1'.repeat(40))).rejects.toMatchObject({ name: 'GitFault' });
});

test('a commit that landed as a patch, followed by work on top of it, loses nothing of that work', async () => {
  const first = rig.work('stack', { 'a.txt': LINES.replace('two', 'TWO') });
  const second = rig.work('stack', { 'a.txt': LINES.replace('two', 'TWO!').replace('three', 'THREE') }, first);
  const landed = rig.work('squashed', { 'a.txt': LINES.replace('two', 'TWO'), other: '1\n' });
  const { tip } = await built(landed, rig.work('stack-2', { more: '2\n' }, first));
  expect(sh(rig.repo, 'show', `${tip}:a.txt`)).toContain('TWO');
  const made = await build(landed, second);
  // A three-way merge sees both changes to the line: it conflicts or merges, but never drops the later one in silence.
  expect(made.kind).toBe('conflict');
});

test('merge drivers that a repository asks for in .gitattributes are used', async () => {
  const base = rig.work('attr', {
    '.gitattributes': 'CHANGES merge=union\n',
    'docs/.gitattributes': '*.log merge=union\n',
    CHANGES: 'start\n',
    'docs/x.log': 's\n',
  });
  const one = rig.work('attr-1', { CHANGES: 'start\none\n', 'docs/x.log': 's\n1\n' }, base);
  const two = rig.work('attr-2', { CHANGES: 'start\ntwo\n', 'docs/x.log': 's\n2\n' }, base);
  const { tip } = await built(one, two);
  expect(sh(rig.repo, 'show', `${tip}:CHANGES`)).toBe('start\none\ntwo');
  expect(sh(rig.repo, 'show', `${tip}:docs/x.log`)).toBe('s\n1\n2');
  // The attributes are those of each base: without them the same change conflicts.
  const plain = rig.work('plain', { CHANGES: 'start\n' });
  const third = rig.work('plain-1', { CHANGES: 'start\none\n' }, plain);
  const fourth = rig.work('plain-2', { CHANGES: 'start\ntwo\n' }, plain);
  expect([(await build(third, fourth)).kind, (await build(one, two)).kind]).toEqual(['conflict', 'built']);
});

test('renames, modes, links and a folder in place of a file merge as git merges them', async () => {
  const ours = rig.work('r1', { 'a.txt': LINES.replace('one', 'ONE') });
  const scratch = join(rig.root, 'scratch');
  sh(scratch, 'checkout', '-q', '-B', 'r2', rig.base);
  sh(scratch, 'mv', 'a.txt', 'A.txt');
  sh(scratch, 'update-index', '--chmod=+x', 'b.txt');
  sh(scratch, 'commit', '-q', '-m', 'rename');
  sh(scratch, 'push', '-q', '-f', 'origin', 'r2');
  sh(scratch, 'reset', '-q', '--hard');
  const { tip } = await built(ours, sh(scratch, 'rev-parse', 'r2'));
  expect(sh(rig.repo, 'show', `${tip}:A.txt`)).toContain('ONE');
  expect(sh(rig.repo, 'ls-tree', tip, 'b.txt')).toMatch(/^100755/);
  sh(scratch, 'checkout', '-q', '-B', 'r3', rig.base);
  sh(scratch, 'rm', '-q', 'b.txt');
  const folder = commit(scratch, { 'b.txt/now': 'a folder' });
  sh(scratch, 'push', '-q', '-f', 'origin', 'r3');
  expect((await build(tip, folder)).kind).toBe('conflict');
});

test('a head whose branch was deleted or went on is still built from its pin, and the branch that went on stays', async () => {
  const head = rig.work('gone', { g: '1\n' });
  await rig.git.pin(rig.repo, 'refs/refinery/mr/m9', head);
  await rig.git.pin(rig.repo, 'refs/refinery/mr/m9', head);
  await expect(rig.git.pin(rig.repo, 'refs/refinery/mr/m9', rig.base)).rejects.toMatchObject({ name: 'GitFault' });
  const later = rig.work('gone', { g: '2\n' }, head);
  await rig.git.unpin(rig.repo, 'refs/heads/gone', head);
  expect(await rig.git.resolve(rig.repo, 'gone')).toBe(later);
  await rig.git.unpin(rig.repo, 'refs/heads/gone');
  sh(rig.repo, 'reflog', 'expire', '--expire=now', '--all');
  sh(rig.repo, 'gc', '-q', '--prune=now');
  expect((await build(rig.base, head)).kind).toBe('built');
  expect(await rig.git.refs(rig.repo, 'refs/refinery/')).toEqual([{ ref: 'refs/refinery/mr/m9', sha: head }]);
  await rig.git.unpin(rig.repo, 'refs/refinery/mr/m9', head);
  await rig.git.unpin(rig.repo, 'refs/refinery/mr/m9', head);
  expect(await rig.git.refs(rig.repo, 'refs/refinery/')).toEqual([]);
});

test('variables and settings of whoever starts gt do not reach a merge', async () => {
  const head = rig.work('env', { e: '1\n' });
  const clean = await built(rig.base, head);
  const { makeGit } = await import('#world/git/make');
  appendFileSync(
    join(rig.root, 'gitconfig'),
    '[user]\n\tname = somebody\n[i18n]\n\tcommitEncoding = latin1\n[merge]\n\trenames = false\n',
  );
  const env = {
    ...process.env,
    GIT_DIR: '/nowhere',
    GIT_INDEX_FILE: '/nowhere/index',
    GIT_AUTHOR_DATE: '0 +0000',
    GIT_CONFIG_GLOBAL: join(rig.root, 'gitconfig'),
  };
  const other = makeGit({ now: () => 0, env });
  expect(await other.candidate({ repo: rig.repo, base: rig.base, head, message: 'Merge it\n\nGt-MR: m1\n', at: AT })).toEqual({
    kind: 'built',
    ...clean,
  });
  expect(commit(rig.origin, {})).not.toBe('');
});
