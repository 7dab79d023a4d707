import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findAdmin, gitDirOf } from './admin.ts';
import { type Context, NOTHING } from './context.ts';
import { GitFault } from './fault.ts';
import { identity } from './identity.ts';
import { readRef, treeOf } from './refs.ts';
import type { RunOptions } from './run.ts';

/**
 * Keeps what is not committed as a commit on HEAD, through a copy of the index: it knows which paths a sparse checkout leaves out, and it may be in the
 * middle of a merge. A worktree that is gone has nothing to keep. Where `ref` holds an earlier snapshot, the new one has it as its second parent: none is lost.
 * What an agent did to its `.git` or its HEAD does not matter: the rig knows where the worktree's git directory is, and a HEAD without a commit is no parent.
 */
export async function snapshot(
  context: Context,
  { repo, dir, ref, message }: { repo: string; dir: string; ref: string; message: string },
): Promise<string | undefined> {
  const { run, now } = context;
  if (!existsSync(dir)) return undefined;
  const gitDir = (await findAdmin(repo, dir)) ?? (await gitDirOf(dir));
  if (gitDir === undefined) throw new GitFault(['write-tree'], null, `error: ${dir} is no worktree`);
  const there = { dir, env: { GIT_DIR: gitDir, GIT_WORK_TREE: dir } };
  const head = (await run(['rev-parse', '--verify', '--quiet', 'HEAD'], { ...there, ok: [0, 1] })).out.trim();
  const tree = await treeOfWorktree(context, there, gitDir);
  if (head !== '' && tree === (await treeOf(context, repo, head))) return undefined;
  const before = await readRef(context, repo, ref);
  if (before !== undefined && (await treeOf(context, repo, before)) === tree) return before;
  const parents = [head, before ?? ''].flatMap((sha) => (sha === '' ? [] : ['-p', sha]));
  const made = await run(['commit-tree', tree, ...parents, '-F', '-'], {
    repo,
    input: message,
    env: identity('gt snapshot', now()),
  });
  const sha = made.out.trim();
  await run(['update-ref', '-m', 'gt: snapshot', ref, sha, before ?? NOTHING], { repo });
  return sha;
}

type There = Required<Pick<RunOptions, 'dir' | 'env'>>;

async function treeOfWorktree({ run }: Context, there: There, gitDir: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gt-index-'));
  try {
    const index = join(folder, 'index');
    await copyIndex(join(gitDir, 'index'), index);
    const options = { ...there, env: { ...there.env, GIT_INDEX_FILE: index } };
    // In a sparse checkout code 1 only says that untracked files outside of it were left out, as they should be.
    const added = await run(['-c', 'advice.updateSparsePath=false', '-c', 'core.safecrlf=false', 'add', '-A'], {
      ...options,
      settings: 'personal',
      ok: [0, 1],
    });
    if (added.code === 1 && !(await isSparse(run, there))) throw new GitFault(['add', '-A'], 1, added.err);
    return (await run(['write-tree'], options)).out.trim();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Copies an index with its time, rounded down to the second. git compares the time of the index with those of the files to know which entries it must
 * read again: with a later time it would miss a change of equal size that was made right after the index was written.
 */
async function copyIndex(from: string, to: string): Promise<void> {
  const found = await stat(from).catch(() => undefined);
  if (found === undefined) return;
  await copyFile(from, to);
  const second = Math.floor(found.mtimeMs / 1000);
  await utimes(to, second, second);
}

async function isSparse(run: Context['run'], there: There): Promise<boolean> {
  return (await run(['config', '--type=bool', 'core.sparseCheckout'], { ...there, ok: [0, 1] })).out.trim() === 'true';
}
