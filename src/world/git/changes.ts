import type { Context } from './context.ts';

/** A file that two commits have different; lines of a binary one are not counted. */
export type ChangedFile = { readonly path: string; readonly additions: number; readonly deletions: number };

/** What `head` has changed since it left `base`. Throws GitFault when one of them is not there, or they have no history in common. */
export async function changedFiles({ run }: Context, repo: string, base: string, head: string): Promise<ChangedFile[]> {
  const { out } = await run(['diff', '--numstat', '-z', '--no-renames', '--no-ext-diff', `${base}...${head}`, '--'], { repo });
  return out
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => {
      const [added = '', deleted = '', ...path] = line.split('\t');
      return { path: path.join('\t'), additions: Number(added) || 0, deletions: Number(deleted) || 0 };
    });
}
