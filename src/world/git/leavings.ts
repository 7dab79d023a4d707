import { isHidden } from '#core/context-files';
import { gitDirOf } from './admin.ts';
import type { Context } from './context.ts';
import type { Leavings } from './git.ts';
import { patternsIn } from './sparse.ts';

const MOST = 20;
const COMMITS = 5;

/** What else lies about a worktree: files that git does not know, stashes of its branch, and its newest commits. Touches nothing. */
export async function leavings({ run }: Context, dir: string): Promise<Leavings> {
  const personal = { dir, settings: 'personal' as const };
  const others = await run(['ls-files', '--others', '--exclude-standard', '--directory', '-z'], personal);
  const patterns = await patternsIn(await gitDirOf(dir));
  const untracked = others.out.split('\0').filter((path) => path !== '' && !isHidden(path, patterns));
  const named = await run(['symbolic-ref', '--quiet', '--short', 'HEAD'], { ...personal, ok: [0, 1] });
  const branch = named.out.trim();
  // All worktrees of a repository share its stashes; each says on which branch it was made.
  const stashed = await run(['stash', 'list', '--format=%gs'], { ...personal, ok: [0, 1, 128] });
  const stashes = stashed.out.split('\n').filter((line) => branch !== '' && ON_BRANCH.exec(line)?.[1] === branch);
  const log = await run(['log', `-${COMMITS}`, '--format=%h %s'], { ...personal, ok: [0, 128] });
  const commits = log.out.split('\n').filter((line) => line !== '');
  return { untracked: untracked.slice(0, MOST), stashes: stashes.slice(0, MOST), commits };
}

const ON_BRANCH = /^(?:WIP on|On) ([^:]+):/;
