import { join } from 'node:path';
import { realPath } from './admin.ts';
import type { Context } from './context.ts';
import { GitFault } from './fault.ts';
import { breakStaleLock } from './locks.ts';
import { isAncestor, readRef } from './refs.ts';

export type LandInput = {
  readonly repo: string;
  readonly target: string;
  readonly base: string;
  readonly tip: string;
  readonly reason: string;
};

/**
 * Moves the target from `base` to `tip` in one `git update-ref`, the only commit point of the refinery. What it answers is read from the ref, never from an
 * exit code: a lander that was killed after its move finds that it landed. Throws GitFault when `tip` does not come after `base`, when the target is gone, or
 * when git fails while the target still stands on `base`.
 */
export async function land(
  context: Context,
  { repo, target, base, tip, reason }: LandInput,
): Promise<{ kind: 'landed' } | { kind: 'moved'; to: string }> {
  const { run, now } = context;
  const ref = `refs/heads/${target}`;
  const argv = ['update-ref', '-m', reason, ref, tip, base];
  if (!(await isAncestor(context, repo, base, tip))) throw new GitFault(argv, null, `error: ${tip} does not come after ${base}`);
  for (let attempt = 1; ; attempt++) {
    const moved = await run(argv, { repo, ok: [0, 1, 128] });
    if (moved.code === 0) return { kind: 'landed' };
    const there = await readRef(context, repo, ref);
    if (there === undefined) throw new GitFault(argv, moved.code, moved.err);
    if (there === tip || (await isAncestor(context, repo, tip, there))) return { kind: 'landed' };
    if (there !== base) return { kind: 'moved', to: there };
    const paths = [repo, await realPath(repo)];
    const mended = attempt === 1 && (await breakStaleLock(join(repo, `${ref}.lock`), { repo, paths, now: now() }));
    if (!mended) throw new GitFault(argv, moved.code, moved.err);
  }
}
