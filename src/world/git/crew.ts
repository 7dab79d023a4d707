import { existsSync } from 'node:fs';
import { mkdir, readdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { findAdmin } from './admin.ts';
import type { Context } from './context.ts';
import { removeTree } from './remove-tree.ts';
import { snapshot } from './snapshot.ts';
import { NO_HOOKS } from './worktree.ts';

/**
 * Clones a rig's repository for somebody who stays: `origin` is the rig's repository, which takes their branches, and refuses its target and what gt keeps
 * there, for only the refinery moves those. Whole or not at all; one that is there is left as it is. A branch that the rig does not have begins at `at`.
 */
export async function cloneForCrew(
  context: Context,
  { repo, dir, branch, at, target }: { repo: string; dir: string; branch: string; at: string; target: string },
): Promise<void> {
  await context.alone(repo, async () => {
    await closeRefs(context, repo, target);
    if (existsSync(join(dir, '.git'))) return;
    const making = `${dir}.making`;
    await removeTree(making);
    await mkdir(dirname(dir), { recursive: true });
    try {
      const clone = [...NO_HOOKS, 'clone', '-q', '--template=', '--no-checkout', '--', repo, making];
      await context.run(clone, { settings: 'personal' });
      const options = { dir: making, settings: 'personal' as const };
      const known = (await context.run(['rev-parse', '--verify', '--quiet', `origin/${branch}`], { ...options, ok: [0, 1] })).out;
      await context.run(
        [...NO_HOOKS, 'checkout', '-q', '-B', branch, known.trim() === '' ? at : `origin/${branch}`, '--'],
        options,
      );
      await context.fence();
      if ((await readdir(dir).catch(() => [])).length === 0) await removeTree(dir);
      await rename(making, dir);
    } finally {
      await removeTree(making);
    }
  });
}

/** Refs of a rig's repository that nobody moves by a push. */
async function closeRefs({ run }: Context, repo: string, target: string): Promise<void> {
  const closed = [`refs/heads/${target}`, 'refs/refinery', 'refs/gt'];
  const known = await run(['config', '--get-all', 'receive.hideRefs'], { repo, ok: [0, 1] });
  if (known.out.trim() === closed.join('\n')) return;
  await run(['config', '--unset-all', 'receive.hideRefs'], { repo, ok: [0, 5] });
  for (const ref of closed) await run(['config', '--add', 'receive.hideRefs', ref], { repo });
}

/**
 * Keeps what a clone holds and its rig does not: what is not committed as a snapshot in `ref`, and every branch below `refs/gt/crew/`. @returns the
 * snapshot's commit; undefined when all was committed, or there is no clone
 */
export async function snapshotClone(
  context: Context,
  { repo, dir, ref, message, who }: { repo: string; dir: string; ref: string; message: string; who: string },
): Promise<string | undefined> {
  const own = join(dir, '.git');
  if (!existsSync(own)) return undefined;
  const kept = await snapshot(context, { repo: own, dir, ref, message });
  const stash = (await context.run(['rev-parse', '--verify', '--quiet', 'refs/stash'], { repo: own, ok: [0, 1] })).out.trim();
  const refs = [
    `+refs/heads/*:refs/gt/crew/${who}/*`,
    ...(stash === '' ? [] : [`+refs/stash:refs/gt/crew-stash/${who}`]),
    ...(kept === undefined ? [] : [`+${ref}:${ref}`]),
  ];
  await makeRoom(context, { repo, dir, who });
  await context.run(['fetch', '-q', '--no-tags', '--no-write-fetch-head', '--', dir, ...refs], { repo });
  return kept;
}

/** A branch that is no more may stand where a folder of branches is now, or the other way round: what was kept of it moves aside, under its commit. */
async function makeRoom({ run }: Context, { repo, dir, who }: { repo: string; dir: string; who: string }): Promise<void> {
  const folder = `refs/gt/crew/${who}/`;
  const list = async (of: object, prefix: string) => {
    const { out } = await run(['for-each-ref', '--format=%(objectname) %(refname)', prefix], of);
    const rows = out.split('\n').filter((row) => row !== '');
    return rows.map((row) => ({ sha: row.split(' ')[0] ?? '', name: row.slice(row.indexOf(' ') + 1 + prefix.length) }));
  };
  const now = await list({ dir, settings: 'personal' }, 'refs/heads/');
  for (const { sha, name } of await list({ repo }, folder)) {
    if (!now.some((one) => one.name.startsWith(`${name}/`) || name.startsWith(`${one.name}/`))) continue;
    await run(['update-ref', `refs/gt/crew-was/${who}/${sha}`, sha], { repo });
    await run(['update-ref', '-d', `${folder}${name}`, sha], { repo });
  }
}

/** A detached worktree at a commit, which holds no branch: made, found, or, while nothing in it is changed, moved there. */
export async function addDetached(context: Context, { repo, dir, at }: { repo: string; dir: string; at: string }): Promise<void> {
  await context.alone(repo, async () => {
    await context.fence();
    const options = { dir, settings: 'personal' as const };
    if ((await findAdmin(repo, dir)) !== undefined && existsSync(join(dir, '.git'))) {
      const changed = (await context.run(['status', '--porcelain', '--untracked-files=no'], options)).out.trim();
      if (changed === '') await context.run([...NO_HOOKS, 'checkout', '-q', '--detach', at, '--'], options);
      return;
    }
    await mkdir(dirname(dir), { recursive: true });
    await context.run([...NO_HOOKS, 'worktree', 'add', '-q', '-f', '--detach', dir, at], { repo, settings: 'personal' });
  });
}

/**
 * Lets a clone that is only looked at show the target's tip: clones it, if need be, or moves it while it stands on the target and nothing in it is changed.
 * @returns whether it shows something new
 */
export async function followTarget(
  context: Context,
  { repo, dir, target, at }: { repo: string; dir: string; target: string; at: string },
): Promise<boolean> {
  if (!existsSync(join(dir, '.git'))) {
    await cloneForCrew(context, { repo, dir, branch: target, at, target });
    return true;
  }
  return context.alone(repo, async () => {
    const ask = async (...words: string[]) => (await context.run(words, { dir, settings: 'personal' })).out.trim();
    if ((await ask('rev-parse', 'HEAD')) === at) return false;
    if ((await ask('branch', '--show-current')) !== target) return false;
    if ((await ask('status', '--porcelain', '--untracked-files=no')) !== '') return false;
    await ask('fetch', '-q', 'origin', `+refs/heads/${target}:refs/remotes/origin/${target}`);
    const moved = await context.run([...NO_HOOKS, 'merge', '-q', '--ff-only', at], {
      dir,
      settings: 'personal',
      ok: [0, 1, 128],
    });
    return moved.code === 0;
  });
}

/** What a clone holds that its origin does not, in words; undefined when that is nothing. */
export async function onlyHere({ run }: Context, dir: string): Promise<string | undefined> {
  const options = { dir, settings: 'personal' as const };
  const changed = (await run(['status', '--porcelain'], options)).out.split('\n').filter((line) => line !== '').length;
  const ahead = (await run(['rev-list', '--count', '--branches', '--not', '--remotes=origin'], options)).out.trim();
  const stashed = (await run(['rev-parse', '--verify', '--quiet', 'refs/stash'], { ...options, ok: [0, 1] })).out.trim();
  const parts = [
    ...(changed > 0 ? [`${changed} ${changed === 1 ? 'file' : 'files'} not committed`] : []),
    ...(ahead !== '0' ? [`${ahead} ${ahead === '1' ? 'commit' : 'commits'} not pushed`] : []),
    ...(stashed !== '' ? ['a stash'] : []),
  ];
  return parts.length > 0 ? parts.join(', ') : undefined;
}
