import type { Context } from './context.ts';
import { identity } from './identity.ts';
import { refs } from './refs.ts';

/** Facts that are kept in a repository: each is the message of an empty commit on the commit that it is about, under a ref of its own. */
export type Kept = { readonly ref: string; readonly commit: string; readonly message: string };

/** Keeps `message` about `commit` under `ref`, in the place of what was kept there. `at` is in ms since 1970. @returns what the ref points to */
export async function keep(
  { run }: Context,
  { repo, ref, commit, message, at }: Kept & { repo: string; at: number },
): Promise<string> {
  const made = await run(['commit-tree', `${commit}^{tree}`, '-p', commit, '-F', '-'], {
    repo,
    input: message,
    env: identity('gt', at),
  });
  const sha = made.out.trim();
  await run(['update-ref', '-m', 'gt: kept', ref, sha], { repo });
  return sha;
}

/** Messages that are read at once: what one call of git says has a bound, and a message may be a megabyte. */
const PAGE = 50;

/** What is kept under a prefix (whole path components). */
export async function kept(context: Context, repo: string, prefix: string): Promise<Kept[]> {
  const named = await refs(context, repo, prefix);
  const found: Kept[] = [];
  for (let from = 0; from < named.length; from += PAGE) {
    const page = named.slice(from, from + PAGE).map(({ ref }) => ref);
    const { out } = await context.run(['for-each-ref', '--format=%(refname)%00%(parent)%00%(contents)%00', ...page], { repo });
    const words = out.split('\0');
    for (let at = 0; at + 2 < words.length; at += 3)
      found.push({ ref: (words[at] ?? '').trimStart(), commit: words[at + 1] ?? '', message: words[at + 2] ?? '' });
  }
  return found;
}

/** Deletes refs, at once: those that were moved or deleted meanwhile make it fail as a whole. */
export async function drop(
  { run, alone }: Context,
  repo: string,
  which: ReadonlyArray<{ ref: string; sha: string }>,
): Promise<void> {
  if (which.length === 0) return;
  const input = which.map(({ ref, sha }) => `delete ${ref} ${sha}\n`).join('');
  await alone(repo, () => run(['update-ref', '--stdin'], { repo, input }));
}
