import { lstat, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Context } from './context.ts';
import { GitFault } from './fault.ts';
import { removeLocks } from './locks.ts';
import { resolve } from './refs.ts';
import { removeTree } from './remove-tree.ts';
import { NO_HOOKS } from './worktree.ts';

export type SlotInput = {
  readonly repo: string;
  readonly slot: string;
  readonly commit: string;
  readonly keep: readonly string[];
};

/** The whole config of a slot, written anew each time: what a check set is gone, and no remote leads back to the rig. */
const CONFIG =
  '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n\tlogallrefupdates = false\n[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n';

/** What a check may leave in its git directory, and what is written anew. `commondir` would make another repository's refs those of the slot. */
const LEFTOVERS = [
  ...['config', 'config.worktree', 'HEAD', 'commondir', 'gitdir', 'info', 'hooks', 'refs', 'logs', 'worktrees', 'modules'],
  ...['MERGE_HEAD', 'CHERRY_PICK_HEAD', 'REVERT_HEAD', 'BISECT_LOG', 'rebase-merge', 'rebase-apply', 'sequencer'],
];

/**
 * Makes `slot` a clean checkout of `commit`: a private clone that borrows the rig's objects, so that nothing a check does with git reaches the rig.
 * Ignored build outputs named in `keep` (patterns of .gitignore) stay. A slot that cannot be cleaned is deleted and made anew, once.
 */
export async function prepareSlot(context: Context, input: SlotInput): Promise<void> {
  // Also a link that leads nowhere is there.
  if (await lstat(input.slot).catch(() => undefined)) {
    try {
      return await clean(context, input);
    } catch (fault) {
      if ((await resolve(context, input.repo, input.commit)) === undefined) throw fault;
      // Whatever a check did to it: a fresh one costs less than finding out.
      await removeTree(input.slot);
    }
  }
  await create(context, input);
  await clean(context, input);
}

async function create({ run }: Context, { repo, slot }: SlotInput): Promise<void> {
  const making = `${slot}.making`;
  await removeTree(making);
  await mkdir(dirname(slot), { recursive: true });
  try {
    await run(['clone', '--shared', '-n', '-q', '--template=', '--', repo, making]);
    await rename(making, slot);
  } finally {
    await removeTree(making);
  }
}

async function clean({ run }: Context, { slot, commit, keep }: SlotInput): Promise<void> {
  const git = join(slot, '.git');
  await refuseLinks(slot, git);
  // No check is at work here: the one before was killed with all that it started, and what it locked is nobody's.
  await removeLocks(git, false);
  for (const name of LEFTOVERS) await rm(join(git, name), { recursive: true, force: true });
  await mkdir(join(git, 'refs', 'heads'), { recursive: true });
  await writeFile(join(git, 'config'), CONFIG, { flag: 'wx' });
  await writeFile(join(git, 'HEAD'), `${commit}\n`, { flag: 'wx' });
  const options = { dir: slot, settings: 'personal' } as const;
  if (await hidesChanges(run, slot)) await rm(join(git, 'index'));
  await run([...NO_HOOKS, 'checkout', '-q', '--detach', '-f', commit], options);
  const kept = keep.flatMap((pattern) => ['-e', pattern]);
  await run(['clean', '-ffdxq', ...kept], options);
  const dirty = (await run(['status', '--porcelain', '--untracked-files=no'], options)).out;
  if (dirty !== '') throw new GitFault(['checkout', commit], null, `error: the slot is not clean: ${dirty.split('\n')[0]}`);
}

/** A check may have put a link where the slot's git directory was: what is deleted or written there would be deleted or written in the rig. */
async function refuseLinks(slot: string, git: string): Promise<void> {
  for (const path of [slot, git]) {
    if (!(await lstat(path)).isDirectory()) throw new GitFault(['checkout'], null, `error: ${path} is no folder`);
  }
}

/** Whether a check marked files as unchanged (assume-unchanged, skip-worktree): git then no longer looks at them. */
async function hidesChanges(run: Context['run'], dir: string): Promise<boolean> {
  return /^[a-zS]/m.test((await run(['ls-files', '-v'], { dir })).out);
}
