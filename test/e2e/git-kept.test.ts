import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commit, dropRig, makeRig, type Rig, sh, write } from '../support/repo.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await makeRig();
});
afterAll(() => dropRig(rig));

test('a snapshot or a proof of a step does not hold such commits: it is dropped one day', async () => {
  const dir = join(rig.root, 'polecats', 'w1', 'rig');
  const input = { repo: rig.repo, dir, branch: 'polecat/w1', at: rig.base };
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
