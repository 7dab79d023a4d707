import type { Context } from './context.ts';
import { identity } from './identity.ts';

/** Facts that are kept in a repository: each is the message of an empty commit on the commit that it is about, under a ref of its own. */
export type Kept = { readonly ref: string; readonly commit: string; readonly message: string };

/** Keeps `message` about `commit` under `ref`, in the place of what was kept there. `at` is in ms since 1970. */
export async function keep(
  { run }: Context,
  { repo, ref, commit, message, at }: Kept & { repo: string; at: number },
): Promise<void> {
  const made = await run(['commit-tree', `${commit}^{tree}`, '-p', commit, '-F', '-'], {
    repo,
    input: message,
    env: identity('gt', at),
  });
  await run(['update-ref', '-m', 'gt: kept', ref, made.out.trim()], { repo });
}

/** What is kept under a prefix (whole path components). */
export async function kept({ run }: Context, repo: string, prefix: string): Promise<Kept[]> {
  const { out } = await run(['for-each-ref', '--format=%(refname)%00%(parent)%00%(contents)%00', prefix], { repo });
  const words = out.split('\0');
  const found: Kept[] = [];
  for (let at = 0; at + 2 < words.length; at += 3)
    found.push({ ref: (words[at] ?? '').trimStart(), commit: words[at + 1] ?? '', message: words[at + 2] ?? '' });
  return found;
}

/** Deletes refs, at once: those that were moved or deleted meanwhile make it fail as a whole. */
export async function drop(
  { run, alone }: Context,
  repo: string,
  refs: ReadonlyArray<{ ref: string; sha: string }>,
): Promise<void> {
  if (refs.length === 0) return;
  const input = refs.map(({ ref, sha }) => `delete ${ref} ${sha}\n`).join('');
  await alone(repo, () => run(['update-ref', '--stdin'], { repo, input }));
}
