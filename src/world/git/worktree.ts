import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { findAdmin, gitDirOf, realPath } from './admin.ts';
import type { Context } from './context.ts';
import { GitFault } from './fault.ts';
import { gitAtWork, isOld, removeSeen, seen } from './locks.ts';
import { OWNER } from './proof.ts';
import { isHeld, pin, resolve } from './refs.ts';
import { clearAway, removeTree } from './remove-tree.ts';
import { snapshot } from './snapshot.ts';
import { hide, writeSparse } from './sparse.ts';

/** Settings of ours for whatever writes a worktree: the person's hooks are not for a robot's checkouts. */
export const NO_HOOKS = ['-c', 'core.hooksPath=/dev/null'];

/** Written into the worktree's git directory when its files are out: from then on they may be an agent's, and are never reset. */
const READY = 'gt-ready';

export type NewWorktree = {
  readonly repo: string;
  readonly dir: string;
  readonly branch: string;
  readonly at: string;
  /** The work item that it is for: written beside it, as proof for books that have forgotten. */
  readonly owner?: string;
  /** Patterns of a sparse checkout (not cone mode), written into the worktree's own config; an empty list brings back what was left out. */
  readonly sparse?: readonly string[];
};

/**
 * Makes, finishes or finds the worktree of `branch`. Each step looks at what is there, so that a kill between any two is healed by calling again:
 * register without files (`--no-checkout`: a lock named "initializing" stays when that was cut), check out, mark as ready.
 */
export async function addWorktree(context: Context, input: NewWorktree): Promise<void> {
  await context.alone(input.repo, async () => {
    await context.fence();
    await removeTree(`${input.dir}.gone`);
    await clearHalfMade(context, input.repo, input.dir);
    const admin = (await findAdmin(input.repo, input.dir)) ?? (await register(context, input));
    await clearLocks(context, input.repo, admin, input.dir);
    await checkOut(context, input, admin);
    await ensureBranch(context, input);
    if (input.owner !== undefined) await writeFile(join(admin, OWNER), `${input.owner}\n`);
  });
}

/** Removes a worktree and what git knows of it; its branch stays. What only its HEAD held is kept in a ref first. */
export async function removeWorktree(context: Context, { repo, dir }: { repo: string; dir: string }): Promise<void> {
  await context.alone(repo, async () => {
    const admin = await findAdmin(repo, dir);
    if (admin !== undefined) {
      const head = await headOf(context, repo, admin);
      if (head !== undefined && !(await isHeld(context, repo, head))) await keep(context, repo, head);
    } else if (existsSync(dir) && (await gitDirOf(dir)) === undefined) {
      throw new GitFault(['worktree', 'remove', dir], null, `error: ${dir} is no worktree`);
    }
    await removeTree(`${dir}.gone`);
    await context.fence();
    await clearAway(dir);
    // That took its time: the place may be another worktree's by now.
    await context.fence();
    if (admin !== undefined) await removeTree(admin);
  });
}

/** Sha that a worktree's HEAD stands on, read through its git directory; undefined on an unborn branch, or where HEAD was never written. */
async function headOf(context: Context, repo: string, admin: string): Promise<string | undefined> {
  const head = (await readFile(join(admin, 'HEAD'), 'utf8').catch(() => '')).trim();
  return resolve(context, repo, head.startsWith('ref: ') ? head.slice(5) : head);
}

/** Takes away what a killed `git worktree add` left (nothing was checked out yet), and the registration of a folder that is gone. */
async function clearHalfMade(context: Context, repo: string, dir: string): Promise<void> {
  const admin = await findAdmin(repo, dir);
  const inside = await readdir(dir).catch(() => undefined);
  if (admin === undefined) {
    await clearUnnamed(context, repo);
    const stray = await gitDirOf(dir);
    // A .git file that leads nowhere, alone in its folder, is half of a registration; with other files it is somebody's work.
    if (inside?.length === 1 && stray !== undefined && !existsSync(stray)) await rm(join(dir, '.git'));
    return;
  }
  const locked = await readFile(join(admin, 'locked'), 'utf8').catch(() => undefined);
  const unfinished =
    locked?.trim() === 'initializing' || !existsSync(join(admin, 'HEAD')) || !existsSync(join(admin, 'commondir'));
  const bare = inside === undefined || inside.every((name) => name === '.git');
  if (inside?.includes('.git') && !(unfinished && bare)) return;
  if (inside?.includes('.git') === false && !bare) {
    if (!existsSync(join(admin, READY))) throw inTheWay(dir);
    // An agent deleted its .git, not its files: they are led back to what git knows of them.
    return writeFile(join(dir, '.git'), `gitdir: ${admin}\n`);
  }
  const head = await headOf(context, repo, admin);
  if (head !== undefined && !(await isHeld(context, repo, head))) await keep(context, repo, head);
  if (inside !== undefined) await rm(join(dir, '.git'), { force: true });
  await removeTree(admin);
}

/** Registrations that were cut before they said where their worktree is belong to nobody, unless another process is just making one. */
async function clearUnnamed({ now }: Context, repo: string): Promise<void> {
  const folder = join(repo, 'worktrees');
  for (const name of await readdir(folder).catch(() => [])) {
    const gitdir = await readFile(join(folder, name, 'gitdir'), 'utf8').catch(() => '');
    if (gitdir.trim() !== '') continue;
    const busy = (await gitAtWork(await realPath(repo))) ?? !(await isOld(join(folder, name), now()));
    if (!busy) await removeTree(join(folder, name));
  }
}

async function register(context: Context, { repo, dir, branch, at }: NewWorktree): Promise<string> {
  const inside = await readdir(dir).catch(() => undefined);
  if (inside !== undefined && inside.length > 0) throw inTheWay(dir);
  if (inside !== undefined) await rmdir(dir);
  await mkdir(dirname(dir), { recursive: true });
  const known = await resolve(context, repo, `refs/heads/${branch}`);
  // git takes --no-track only together with a new branch.
  const which = known === undefined ? ['--no-track', '-b', branch, dir, at] : [dir, branch];
  await context.run([...NO_HOOKS, 'worktree', 'add', '--no-checkout', '-q', ...which], { repo, settings: 'personal' });
  const admin = await findAdmin(repo, dir);
  if (admin === undefined) throw new GitFault(['worktree', 'add', dir], null, 'error: the new worktree is not registered');
  return admin;
}

function inTheWay(dir: string): GitFault {
  return new GitFault(['worktree', 'add', dir], null, `error: ${dir} holds files, and is no worktree of this repository`);
}

/**
 * Takes away the locks that a git which was killed has left in a worktree and on its branch: the next git there would refuse to begin. A worktree that git
 * does not know has none. Throws GitFault while a git is at work in it.
 */
export async function unlock(context: Context, { repo, dir }: { repo: string; dir: string }): Promise<void> {
  await context.alone(repo, async () => {
    await context.fence();
    const admin = await findAdmin(repo, dir);
    if (admin !== undefined) await clearLocks(context, repo, admin, dir);
  });
}

/** Locks of a dead git: nobody is at work in the worktree, and its branch is nobody else's. Where the system cannot say, only old ones. */
async function clearLocks({ now }: Context, repo: string, admin: string, dir: string): Promise<void> {
  const head = (await readFile(join(admin, 'HEAD'), 'utf8').catch(() => '')).trim();
  const branch = head.startsWith('ref: refs/heads/') ? [join(repo, `${head.slice('ref: '.length)}.lock`)] : [];
  const here = (await readdir(admin)).filter((name) => name.endsWith('.lock')).map((name) => join(admin, name));
  const locks = [...here, ...branch.filter((lock) => existsSync(lock))];
  const looked = await Promise.all(locks.map(async (lock) => ({ lock, was: await seen(lock) })));
  if (locks.length === 0) return;
  const busy = (await gitAtWork(await realPath(dir))) ?? !(await isOld(locks[0] ?? '', now()));
  if (busy) throw new GitFault(['worktree', 'add', dir], null, `error: git is at work in ${dir}`);
  for (const { lock, was } of looked) if (was) await removeSeen(repo, lock, was);
}

async function checkOut(context: Context, { dir, sparse }: NewWorktree, admin: string): Promise<void> {
  const { run } = context;
  const options = { dir, settings: 'personal' as const };
  const ready = join(admin, READY);
  // The index is written last, by rename: where it is missing, a checkout was cut.
  if (existsSync(join(admin, 'index'))) {
    if (!existsSync(ready)) await writeFile(ready, '');
    if (sparse !== undefined) await hide(context, dir, sparse);
    return;
  }
  if (existsSync(ready)) {
    // Somebody deleted the index: make it again without touching a file.
    await run([...NO_HOOKS, 'reset', '-q'], options);
    return;
  }
  if (sparse !== undefined && sparse.length > 0) await writeSparse(context, dir, admin, sparse);
  await run([...NO_HOOKS, 'reset', '-q', '--hard'], options);
  await writeFile(ready, '');
}

/** An agent may have left its worktree on another branch, or on none; what only that HEAD held is kept in a ref first. */
async function ensureBranch(context: Context, { repo, dir, branch }: NewWorktree): Promise<void> {
  const { code, out } = await context.run(['symbolic-ref', '--quiet', 'HEAD'], { dir, ok: [0, 1] });
  if (code === 0 && out.trim() === `refs/heads/${branch}`) return;
  const head = (await context.run(['rev-parse', '--verify', '--quiet', 'HEAD'], { dir, ok: [0, 1] })).out.trim();
  if (head !== '' && !(await isHeld(context, repo, head))) await keep(context, repo, head);
  // What was left uncommitted there is kept too: it may be in the way, and the branch's own files must come.
  const ref = `refs/gt/strays/left-${branch.replaceAll('/', '-')}`;
  await snapshot(context, { repo, dir, ref, message: `what was left off ${branch} in ${dir}` });
  await context.run([...NO_HOOKS, 'checkout', '-q', '-f', branch, '--'], { dir, settings: 'personal' });
}

/** Keeps a commit that no ref has in its history. */
async function keep(context: Context, repo: string, sha: string): Promise<void> {
  await pin(context, repo, `refs/gt/strays/${sha}`, sha);
}
