import { once } from 'node:events';
import { mkdirSync, readdirSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CloneFault } from '#world/git/fault';
import { holders } from '../support/kill-tree.ts';
import { commit, dropRig, makeRig, type Rig, sh } from '../support/repo.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await makeRig();
});
afterAll(() => dropRig(rig));

async function failure(from: string, folder: string): Promise<unknown> {
  const fault = await rig.git
    .cloneBare({ from, repo: join(rig.root, folder, '.repo.git'), timeoutMs: 60_000 })
    .catch((error: unknown) => error);
  expect(readdirSync(join(rig.root, folder))).toEqual([]);
  return fault;
}

test('a rig gets a bare repository with its own settings, and HEAD on no branch', async () => {
  const { repo, git } = rig;
  expect(sh(repo, 'rev-parse', '--is-bare-repository')).toBe('true');
  expect(sh(repo, 'symbolic-ref', 'HEAD')).toBe('refs/heads/gt-none');
  expect(
    ['gc.auto', 'maintenance.auto', 'gc.worktreePruneExpire', 'core.packedRefsTimeout'].map((key) => sh(repo, 'config', key)),
  ).toEqual(['0', 'false', 'never', '10000']);
  expect(
    ['core.filesRefLockTimeout', 'branch.autoSetupMerge', 'core.logAllRefUpdates'].map((key) => sh(repo, 'config', key)),
  ).toEqual(['5000', 'false', 'true']);
  expect(sh(repo, 'config', 'core.fsync')).toBe('committed,loose-object,reference');
  expect(await git.originOf(repo)).toBe(rig.origin);
  expect(await git.resolve(repo, 'refs/heads/main')).toBe(rig.base);
  expect(await git.resolve(repo, 'nobody')).toBeUndefined();
  expect(await git.version()).toMatch(/^\d+\.\d+/);
});

test('a repository can be marked as a rig of one town', async () => {
  expect(await rig.git.rigOf(rig.repo)).toBeUndefined();
  await rig.git.markRig(rig.repo, 'tt/greenplace');
  expect(await rig.git.rigOf(rig.repo)).toBe('tt/greenplace');
});

test('the default branch is the one that the repository stands on, also when that is not main', async () => {
  const other = join(rig.root, 'other');
  mkdirSync(other);
  sh(other, 'init', '-q', '-b', 'trunk');
  commit(other, { x: '1' });
  sh(other, 'branch', 'main');
  expect(await rig.git.cloneBare({ from: other, repo: join(rig.root, 'c1', '.repo.git'), timeoutMs: 60_000 })).toEqual({
    defaultBranch: 'trunk',
  });
  sh(other, 'checkout', '-q', '--detach');
  commit(other, { x: '2' });
  expect(await rig.git.cloneBare({ from: other, repo: join(rig.root, 'c2', '.repo.git'), timeoutMs: 60_000 })).toEqual({
    defaultBranch: 'main',
  });
});

test('what is no repository, is out of reach or has no branch is told apart, and leaves nothing behind', async () => {
  mkdirSync(join(rig.root, 'plain'));
  mkdirSync(join(rig.root, 'hollow'));
  sh(join(rig.root, 'hollow'), 'init', '-q');
  for (const name of ['f0', 'f1', 'f2', 'f3']) mkdirSync(join(rig.root, name));
  expect(await failure(join(rig.root, 'nowhere'), 'f0')).toMatchObject({ name: 'CloneFault', kind: 'not-a-repository' });
  expect(await failure(join(rig.root, 'plain'), 'f1')).toMatchObject({ name: 'CloneFault', kind: 'not-a-repository' });
  expect(await failure(join(rig.root, 'hollow'), 'f2')).toMatchObject({ name: 'CloneFault', kind: 'empty' });
  const fault = await failure('https://127.0.0.1:1/x.git', 'f3');
  expect(fault).toBeInstanceOf(CloneFault);
  // at once, and not when its time was over
  expect(fault).toMatchObject({ kind: 'unreachable', why: expect.not.stringContaining('no end after') });
});

test('a clone that takes too long, or is called off, is ended with all its processes and leaves nothing behind', async () => {
  mkdirSync(join(rig.root, 'slow'));
  const abort = new AbortController();
  const clone = rig.git.cloneBare({
    from: rig.origin,
    repo: join(rig.root, 'slow', '.repo.git'),
    timeoutMs: 60_000,
    signal: abort.signal,
  });
  abort.abort();
  await expect(clone).rejects.toThrow('aborted');
  expect(readdirSync(join(rig.root, 'slow'))).toEqual([]);
  const deaf = createServer(() => {}).listen(0, '127.0.0.1');
  await once(deaf, 'listening');
  const from = `http://127.0.0.1:${(deaf.address() as AddressInfo).port}/x.git`;
  const fault = await rig.git
    .cloneBare({ from, repo: join(rig.root, 'slow', '.repo.git'), timeoutMs: 400 })
    .catch((error: unknown) => error);
  expect(fault).toMatchObject({ name: 'CloneFault', kind: 'unreachable', why: 'no end after 400 ms' });
  expect(readdirSync(join(rig.root, 'slow'))).toEqual([]);
  expect(await holders([`GT_WORKER=${rig.worker}`])).toEqual([]);
  deaf.close();
});
