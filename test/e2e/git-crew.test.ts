import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commit, dropRig, makeRig, type Rig, sh } from '../support/repo.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await makeRig();
});
afterAll(() => dropRig(rig));

test('every branch that a clone had is kept, also when a later one cannot stand beside it', async () => {
  const { repo, git } = rig;
  const dir = join(rig.root, 'rig', 'crew', 'ann');
  await git.cloneForCrew({ repo, dir, branch: 'main', at: rig.base, target: 'main' });
  const keep = (n: number) =>
    git.snapshotClone({ repo, dir, ref: `refs/gt/snap/gp-crew-ann/s${n}`, message: 'what was left', who: 'ann' });
  const isKept = (sha: string) => sh(repo, 'for-each-ref', '--contains', sha, '--format=%(refname)', 'refs/gt') !== '';

  sh(dir, 'checkout', '-q', '-b', 'topic');
  const first = commit(dir, { 'b.txt': '1' });
  await keep(1);
  expect(isKept(first)).toBe(true);

  // A folder where a branch stood, and the other way round.
  sh(dir, 'checkout', '-q', '-b', 'next/one', 'main');
  sh(dir, 'branch', '-q', '-D', 'topic');
  sh(dir, 'checkout', '-q', '-b', 'topic/parser');
  const second = commit(dir, { 'c.txt': '2' });
  await keep(2);
  sh(dir, 'branch', '-q', '-D', 'next/one');
  sh(dir, 'checkout', '-q', '-b', 'next');
  const third = commit(dir, { 'd.txt': '3' });
  await keep(3);
  expect([first, second, third].map(isKept)).toEqual([true, true, true]);
});
