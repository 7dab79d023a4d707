import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cleanEnv, dropRig, makeRig, type Rig, sh, write } from '../support/repo.ts';

let rig: Rig;
let next: string;
beforeAll(async () => {
  rig = await makeRig({ 'a.txt': 'a\n', 'keep.txt': 'k\n', '.gitignore': 'node_modules/\nout/\n' });
  next = rig.work('next', { 'a.txt': 'b\n' });
});
afterAll(() => dropRig(rig));

let count = 0;
const newSlot = () => join(rig.root, 'slots', String(++count));
const prepare = (slot: string, commit = rig.base) =>
  rig.git.prepareSlot({ repo: rig.repo, slot, commit, keep: ['node_modules'] });
const read = (...path: string[]) => readFileSync(join(...path), 'utf8');

/** What a check may do to its slot, as a shell does it. */
function check(slot: string, script: string): void {
  execFileSync('sh', ['-c', script], { cwd: slot, env: { ...cleanEnv(), REPO: rig.repo }, stdio: 'ignore' });
}
const rigAsItIs = () =>
  [
    sh(rig.repo, 'for-each-ref'),
    sh(rig.repo, 'count-objects', '-v'),
    read(rig.repo, 'config'),
    read(rig.repo, 'HEAD'),
    sh(rig.repo, 'fsck'),
  ].join('\n');

test('a slot is a clean checkout of the commit, and sees a new commit without a fetch', async () => {
  const slot = newSlot();
  await prepare(slot);
  expect([sh(slot, 'rev-parse', 'HEAD'), read(slot, 'a.txt'), sh(slot, 'status', '--porcelain')]).toEqual([rig.base, 'a\n', '']);
  const before = statSync(join(slot, 'keep.txt')).mtimeMs;
  const fresh = rig.work('fresh', { 'new.txt': 'n\n' });
  await prepare(slot, fresh);
  expect([read(slot, 'new.txt'), statSync(join(slot, 'keep.txt')).mtimeMs]).toEqual(['n\n', before]);
});

test('whatever a check leaves behind, the next one starts clean; only the kept folders stay', async () => {
  const slot = newSlot();
  await prepare(slot);
  write(slot, { 'a.txt': 'spoiled', loose: 'x', 'out/built': 'x', 'node_modules/p/index.js': 'p', 'nested/.git/HEAD': 'x' });
  rmSync(join(slot, 'keep.txt'));
  sh(slot, 'add', 'loose');
  await prepare(slot, next);
  expect([read(slot, 'a.txt'), read(slot, 'keep.txt'), read(slot, 'node_modules/p/index.js')]).toEqual(['b\n', 'k\n', 'p']);
  expect(['loose', 'out', 'nested'].filter((name) => existsSync(join(slot, name)))).toEqual([]);
});

test.each([
  ['hides a change from git', 'git update-index --assume-unchanged keep.txt a.txt; echo x > keep.txt; echo x > a.txt'],
  ['hides a deletion from git', 'git update-index --skip-worktree keep.txt a.txt; rm keep.txt a.txt'],
  [
    'sets line ends',
    'git config core.autocrlf true; mkdir -p .git/info; echo "* text eol=crlf" > .git/info/attributes; rm keep.txt',
  ],
  ['sets a monitor', `git config core.fsmonitor 'touch "$PLANTED"; false'`],
  [
    'plants a hook',
    `mkdir -p .git/hooks; printf '#!/bin/sh\ntouch "$PLANTED"\n' > .git/hooks/post-checkout; chmod +x .git/hooks/post-checkout`,
  ],
  ['dies with locks', ': > .git/index.lock; : > .git/HEAD.lock; : > .git/config.lock; : > .git/refs/heads/x.lock'],
  [
    'stops in a merge',
    'git config user.name x; git config user.email x; echo x > a.txt; git commit -qam x; git merge "$NEXT" || true',
  ],
])('a check that %s does not reach the next one, and costs no cache', async (_, script) => {
  const slot = newSlot();
  const planted = join(rig.root, `planted-${count}`);
  await prepare(slot);
  write(slot, { 'node_modules/p': 'cached' });
  check(slot, `PLANTED=${planted}; NEXT=${next}; ${script.replaceAll('"$PLANTED"', planted)}`);
  await prepare(slot, next);
  expect([read(slot, 'a.txt'), read(slot, 'keep.txt'), sh(slot, 'status', '--porcelain')]).toEqual(['b\n', 'k\n', '']);
  expect([read(slot, 'node_modules/p'), existsSync(planted)]).toEqual(['cached', false]);
});

test('a check that configures, commits, stashes, moves main, collects or pushes leaves the repository of the rig as it was', async () => {
  const slot = newSlot();
  await prepare(slot);
  const before = rigAsItIs();
  check(
    slot,
    'git config user.name evil; echo x >> a.txt; git stash; git stash pop; git commit -qam x; git update-ref refs/heads/main HEAD; git branch -f next HEAD; git tag evil',
  );
  check(
    slot,
    'git gc -q --prune=now; git reflog expire --expire=now --all; git repack -adq; git push -q origin HEAD:main || git push -q || true; git worktree add -q ../w HEAD || true',
  );
  expect(rigAsItIs()).toBe(before);
  await prepare(slot, next);
  expect([sh(slot, 'rev-parse', 'HEAD'), read(slot, '.git/config').includes('evil'), sh(slot, 'stash', 'list')]).toEqual([
    next,
    false,
    '',
  ]);
});

test.each([
  ['its git directory is a link to the rig', 'rm -rf .git; ln -s "$REPO" .git'],
  ['its git directory is a file that names the rig', 'rm -rf .git; echo "gitdir: $REPO" > .git'],
  ['its git directory shares the refs of the rig', 'echo "$REPO" > .git/commondir'],
  [
    'its files are links into the rig',
    'rm -rf .git/refs .git/config .git/HEAD; for f in refs config HEAD; do ln -s "$REPO/$f" .git/$f; done',
  ],
  ['it is a link to nowhere', 'cd ..; rm -rf "$OLDPWD"; ln -s /nowhere "$OLDPWD"'],
  ['it is a link to the rig itself', 'cd ..; rm -rf "$OLDPWD"; ln -s "$REPO" "$OLDPWD"'],
])('a slot comes back, and the rig is as it was, when %s', async (_, script) => {
  const slot = newSlot();
  await prepare(slot);
  const before = rigAsItIs();
  check(slot, script);
  await prepare(slot, next);
  expect(rigAsItIs()).toBe(before);
  expect([sh(slot, 'rev-parse', 'HEAD'), sh(slot, 'rev-parse', '--git-dir'), sh(slot, 'status', '--porcelain')]).toEqual([
    next,
    '.git',
    '',
  ]);
});

test.each([
  ['its index is broken', (slot: string) => truncateSync(join(slot, '.git/index'), 20)],
  [
    'its checkout was cut',
    (slot: string) => [
      rmSync(join(slot, '.git/index')),
      rmSync(join(slot, 'a.txt')),
      writeFileSync(join(slot, '.git/index.lock'), 'DIRC'),
    ],
  ],
  ['its git directory is gone', (slot: string) => rmSync(join(slot, '.git'), { recursive: true })],
  ['its alternates are gone', (slot: string) => rmSync(join(slot, '.git/objects/info/alternates'))],
  ['it is a file', (slot: string) => [rmSync(slot, { recursive: true }), writeFileSync(slot, '')]],
  ['it is half made', (slot: string) => [rmSync(slot, { recursive: true }), mkdirSync(`${slot}.making`), mkdirSync(slot)]],
  [
    'a folder in it may not be written',
    (slot: string) => [
      mkdirSync(join(slot, 'out/ro'), { recursive: true }),
      writeFileSync(join(slot, 'out/ro/f'), ''),
      chmodSync(join(slot, 'out/ro'), 0o500),
    ],
  ],
])('a slot comes back whole and clean when %s', async (_, spoil) => {
  const slot = newSlot();
  await prepare(slot);
  spoil(slot);
  await prepare(slot, next);
  expect([sh(slot, 'rev-parse', 'HEAD'), read(slot, 'a.txt'), sh(slot, 'status', '--porcelain')]).toEqual([next, 'b\n', '']);
});

test('a commit that does not exist is a fault, and costs no slot', async () => {
  const slot = newSlot();
  await prepare(slot);
  write(slot, { 'node_modules/p': 'cached' });
  await expect(prepare(slot, '1'.repeat(40))).rejects.toMatchObject({ name: 'GitFault' });
  expect(read(slot, 'node_modules/p')).toBe('cached');
});
