import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gitDirOf } from './admin.ts';
import { type Context, NOTHING } from './context.ts';
import { GitFault } from './fault.ts';
import { identity } from './identity.ts';
import { readRef, treeOf } from './refs.ts';

/**
 * Keeps what is not committed as a commit on HEAD, through a copy of the index: it knows which paths a sparse checkout leaves out, and it may be in the
 * middle of a merge. A worktree that is gone has nothing to keep. Where `ref` holds an earlier snapshot, the new one has it as its second parent: none is lost.
 */
export async function snapshot(
  context: Context,
  { repo, dir, ref, message }: { repo: string; dir: string; ref: string; message: string },
): Promise<string | undefined> {
  const { run, now } = context;
  if (!existsSync(dir)) return undefined;
  const head = (await run(['rev-parse', '--verify', 'HEAD'], { dir })).out.trim();
  const tree = await treeOfWorktree(context, dir);
  if (tree === (await treeOf(context, repo, head))) return undefined;
  const before = await readRef(context, repo, ref);
  if (before !== undefined && (await treeOf(context, repo, before)) === tree) return before;
  const parents = before === undefined ? ['-p', head] : ['-p', head, '-p', before];
  const made = await run(['commit-tree', tree, ...parents, '-F', '-'], {
    repo,
    input: message,
    env: identity('gt snapshot', now()),
  });
  const sha = made.out.trim();
  await run(['update-ref', '-m', 'gt: snapshot', ref, sha, before ?? NOTHING], { repo });
  return sha;
}

async function treeOfWorktree({ run }: Context, dir: string): Promise<string> {
  const gitDir = await gitDirOf(dir);
  if (gitDir === undefined) throw new GitFault(['write-tree'], null, `error: ${dir} is no worktree`);
  const folder = await mkdtemp(join(tmpdir(), 'gt-index-'));
  try {
    const index = join(folder, 'index');
    await copyIndex(join(gitDir, 'index'), index);
    const options = { dir, env: { GIT_INDEX_FILE: index } };
    // In a sparse checkout code 1 only says that untracked files outside of it were left out, as they should be.
    const added = await run(['-c', 'advice.updateSparsePath=false', '-c', 'core.safecrlf=false', 'add', '-A'], {
      ...options,
      settings: 'personal',
      ok: [0, 1],
    });
    if (added.code === 1 && !(await isSparse(run, dir))) throw new GitFault(['add', '-A'], 1, added.err);
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

async function isSparse(run: Context['run'], dir: string): Promise<boolean> {
  return (await run(['config', '--type=bool', 'core.sparseCheckout'], { dir, ok: [0, 1] })).out.trim() === 'true';
}
