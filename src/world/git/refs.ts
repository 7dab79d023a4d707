import type { Context } from './context.ts';
import { NOTHING } from './context.ts';
import { GitFault } from './fault.ts';

/** Sha of the commit that `name` (ref, branch, sha) leads to, or undefined. */
export async function resolve({ run }: Context, repo: string, name: string): Promise<string | undefined> {
  if (name === '' || name.startsWith('-')) return undefined;
  const { code, out } = await run(['rev-parse', '--verify', '--quiet', `${name}^{commit}`], { repo, ok: [0, 1] });
  return code === 0 ? out.trim() : undefined;
}

/** Sha of a commit's tree. */
export async function treeOf({ run }: Context, repo: string, commit: string): Promise<string> {
  return (await run(['rev-parse', '--verify', '--quiet', `${commit}^{tree}`], { repo })).out.trim();
}

/** Whether `ancestor` is `descendant` or one of its ancestors. Throws GitFault when one of them is not there. */
export async function isAncestor({ run }: Context, repo: string, ancestor: string, descendant: string): Promise<boolean> {
  return (await run(['merge-base', '--is-ancestor', ancestor, descendant], { repo, ok: [0, 1] })).code === 0;
}

/** Whether two commits have an ancestor in common. */
export async function isRelated({ run }: Context, repo: string, one: string, other: string): Promise<boolean> {
  return (await run(['merge-base', one, other], { repo, ok: [0, 1] })).code === 0;
}

/** Number of commits that `head` has and `base` has not. */
export async function countAhead({ run }: Context, repo: string, base: string, head: string): Promise<number> {
  return Number((await run(['rev-list', '--count', `${base}..${head}`], { repo })).out);
}

/** Creates `ref` at `sha` by compare-and-swap on "does not exist". */
export async function pin(context: Context, repo: string, ref: string, sha: string): Promise<void> {
  const made = await context.run(['update-ref', ref, sha, NOTHING], { repo, ok: [0, 1, 128] });
  if (made.code === 0) return;
  const there = await readRef(context, repo, ref);
  if (there !== sha)
    throw new GitFault(
      ['update-ref', ref, sha],
      made.code,
      there === undefined ? made.err : `error: ${ref} is at ${there}, not at ${sha}`,
    );
}

/** Deletes `ref` when it points to `sha` (or at all, without `sha`); one that is gone or was moved by others is left alone. */
export async function unpin(context: Context, repo: string, ref: string, sha?: string): Promise<void> {
  await context.alone(repo, async () => {
    const there = await readRef(context, repo, ref);
    if (there === undefined || (sha !== undefined && there !== sha)) return;
    const gone = await context.run(['update-ref', '-d', ref, there], { repo, ok: [0, 1, 128] });
    // Moved or deleted between the look and the swap: not ours any more.
    if (gone.code !== 0 && (await readRef(context, repo, ref)) === there)
      throw new GitFault(['update-ref', '-d', ref], gone.code, gone.err);
  });
}

/** All refs under `prefix` (whole path components) with what they point to. */
export async function refs({ run }: Context, repo: string, prefix: string): Promise<Array<{ ref: string; sha: string }>> {
  const { out } = await run(['for-each-ref', '--format=%(objectname) %(refname)', prefix], { repo });
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({ sha: line.slice(0, line.indexOf(' ')), ref: line.slice(line.indexOf(' ') + 1) }));
}

/** What a full ref name points to (not peeled), or undefined. */
export async function readRef({ run }: Context, repo: string, ref: string): Promise<string | undefined> {
  const { code, out } = await run(['rev-parse', '--verify', '--quiet', ref], { repo, ok: [0, 1] });
  return code === 0 ? out.trim() : undefined;
}

/** Refs that stay: all others (snapshots, proofs of steps, frozen heads) are dropped one day, and what only they hold with them. */
const LASTING = ['refs/heads', 'refs/tags', 'refs/remotes', 'refs/gt/strays'];

/** Whether a ref that stays (HEADs of worktrees do not) has `commit` in its history: what has none, would be lost with its worktree. */
export async function isHeld({ run }: Context, repo: string, commit: string): Promise<boolean> {
  const words = ['for-each-ref', '--count=1', '--format=%(refname)', '--contains', commit, ...LASTING];
  return (await run(words, { repo })).out !== '';
}
