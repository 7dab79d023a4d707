import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { resolve as absolute, dirname, join } from 'node:path';
import { realPath } from './admin.ts';
import type { Context } from './context.ts';
import type { Landing, Tree } from './git.ts';
import { resolve } from './refs.ts';

/** Written into a worktree's git directory: whose work it holds. */
export const OWNER = 'gt-owner';

/** What git can tell of work that the books have forgotten. */

/** The worktrees of a bare repository that are there, as their files say. */
export async function worktrees(repo: string): Promise<Tree[]> {
  const folder = join(repo, 'worktrees');
  const found: Tree[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    const admin = join(folder, name);
    const text = async (file: string) => (await readFile(join(admin, file), 'utf8').catch(() => '')).trim();
    const [gitdir, head, owner] = [await text('gitdir'), await text('HEAD'), await text(OWNER)];
    if (gitdir === '' || !existsSync(absolute(admin, gitdir))) continue;
    const branch = head.startsWith('ref: refs/heads/') ? head.slice('ref: refs/heads/'.length) : undefined;
    found.push({
      dir: await realPath(dirname(absolute(admin, gitdir))),
      ...(branch ? { branch } : {}),
      ...(owner ? { owner } : {}),
    });
  }
  return found;
}

const MOST = 10_000;
const FIELDS =
  '%H%x00%P%x00%(trailers:key=Gt-Work,valueonly,separator=)%x00%(trailers:key=Gt-MR,valueonly,separator=)%x00%(trailers:key=Gt-Head,valueonly,separator=)';

/** What the refinery has landed on the target after `since` (everything, when that is unknown), newest first: its commits say for whom they were made. */
export async function landings(context: Context, repo: string, target: string, since?: string): Promise<Landing[]> {
  const after = since && (await resolve(context, repo, since)) ? [`^${since}`] : [];
  const words = ['log', `-n${MOST}`, '--grep=^Gt-MR: ', `--format=${FIELDS}`, `refs/heads/${target}`, ...after, '--'];
  const { out } = await context.run(words, { repo });
  return out.split('\n').flatMap((line) => {
    const [tip = '', parents = '', work = '', merge = '', head = ''] = line.split('\0');
    // A merge of this very head: a message that somebody copied proves nothing.
    return work && merge && parents.split(' ').includes(head) ? [{ tip, work, merge, head }] : [];
  });
}
