import { withAttributes } from './attributes.ts';
import type { Context } from './context.ts';
import { GitFault } from './fault.ts';
import type { Candidate } from './git.ts';
import { identity } from './identity.ts';
import { isAncestor, treeOf } from './refs.ts';

export type CandidateInput = {
  readonly repo: string;
  readonly base: string;
  readonly head: string;
  readonly message: string;
  readonly at: number;
};

/**
 * Merges `head` onto `base` without a working tree: `git merge-tree --write-tree`, then a commit of both parents with the request's date.
 * Code 1 of merge-tree is a conflict; every other code but 0 is git's own trouble and throws GitFault, unless the two share no history.
 */
export async function candidate(context: Context, { repo, base, head, message, at }: CandidateInput): Promise<Candidate> {
  const attributes = await withAttributes(context, repo, base);
  const argv = ['merge-tree', '--write-tree', '--name-only', '--messages', '-z', base, head];
  const merged = await context.run(argv, { repo, ...attributes, ok: [0, 1, 128] });
  if (merged.code === 128) {
    if (await areUnrelated(context, repo, base, head)) return { kind: 'unrelated' };
    throw new GitFault(argv, 128, merged.err);
  }
  if (merged.code === 1) return conflict(merged.out, argv, merged.err);
  const tree = merged.out.slice(0, merged.out.indexOf('\0'));
  if (tree === (await treeOf(context, repo, base))) {
    return { kind: (await isAncestor(context, repo, head, base)) ? 'contained' : 'empty' };
  }
  return { kind: 'built', tip: await commitTree(context, { repo, tree, parents: [base, head], message, at }), tree };
}

/** Makes a commit as `gt refinery`, dated `at` (ms since 1970). The same input makes the same sha. */
export async function commitTree(
  { run }: Context,
  input: { repo: string; tree: string; parents: readonly string[]; message: string; at: number },
): Promise<string> {
  const parents = input.parents.flatMap((parent) => ['-p', parent]);
  const made = await run(['commit-tree', input.tree, ...parents, '-F', '-'], {
    repo: input.repo,
    input: input.message,
    env: identity('gt refinery', input.at),
  });
  return made.out.trim();
}

/** Reads `-z` output of a conflict: tree, the paths, an empty word, then per message: count, that many paths, kind, text (git-merge-tree, OUTPUT). */
function conflict(out: string, argv: readonly string[], err: string): Candidate {
  const words = out.split('\0');
  const end = words.indexOf('', 1);
  // Code 1 without a tree and a file is no conflict that we can read: never blame a head for it.
  if (end < 2 || !/^[0-9a-f]{40,64}$/.test(words[0] ?? '')) throw new GitFault(argv, 1, err);
  const files = [...new Set(words.slice(1, end))];
  const messages: string[] = [];
  for (let at = end + 1; at < words.length && words[at] !== ''; ) {
    const text = at + Number(words[at]) + 2;
    if (!(text < words.length)) break;
    messages.push((words[text] ?? '').trim());
    at = text + 1;
  }
  return { kind: 'conflict', files, messages: messages.join('\n') };
}

async function areUnrelated({ run }: Context, repo: string, base: string, head: string): Promise<boolean> {
  return (await run(['merge-base', base, head], { repo, ok: [0, 1] })).code === 1;
}
