import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isHidden } from '#core/context-files';
import { gitDirOf } from './admin.ts';
import type { Context } from './context.ts';
import { GitFault } from './fault.ts';
import type { WorktreeFacts } from './git.ts';
import { bringConflictsBack, patternsIn } from './sparse.ts';
import { NO_HOOKS } from './worktree.ts';

const MOST_PATHS = 20;

/** A worktree as it stands, from one `git status`; neither its index nor a file is touched. */
export async function facts({ run }: Context, dir: string): Promise<WorktreeFacts> {
  const { out } = await run(['status', '--porcelain=v2', '-z', '--branch', '--untracked-files=normal'], {
    dir,
    settings: 'personal',
  });
  const words = out.split('\0');
  const patterns = await patternsIn(await gitDirOf(dir));
  const dirty: string[] = [];
  let head = '';
  let branch: string | undefined;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word.startsWith('# branch.oid ')) head = word.slice(13);
    else if (word.startsWith('# branch.head ')) branch = word.slice(14) === '(detached)' ? undefined : word.slice(14);
    else if (/^[12u?] /.test(word)) {
      const path = pathOf(word);
      // What an agent program writes at a hidden place is no work of anybody, unless somebody took it into the index.
      const ignored = /^(\?|[12] \.)/.test(word) && isHidden(path, patterns);
      if (dirty.length < MOST_PATHS && !ignored) dirty.push(path);
      // A rename says its old path in a word of its own.
      if (word.startsWith('2 ')) at++;
    }
  }
  return { head, ...(branch !== undefined && { branch }), dirty, merging: await isMerging(dir) };
}

// Fields before the path, per kind of line (git-status, "Porcelain Format Version 2").
const FIELDS: Record<string, number> = { '1': 8, '2': 9, u: 10, '?': 1 };

function pathOf(line: string): string {
  return line
    .split(' ')
    .slice(FIELDS[line.charAt(0)] ?? 1)
    .join(' ');
}

async function isMerging(dir: string): Promise<boolean> {
  const gitDir = await gitDirOf(dir);
  return gitDir !== undefined && existsSync(join(gitDir, 'MERGE_HEAD'));
}

/** Merges a commit into what is checked out in `dir`. Throws GitFault when git could not even try (changes in the way, no common history). */
export async function mergeInto(
  context: Context,
  input: { dir: string; commit: string; message: string; env: Readonly<Record<string, string>> },
): Promise<'merged' | 'up-to-date' | 'conflict'> {
  const { run } = context;
  const { dir, commit } = input;
  if (await isMerging(dir)) {
    await bringConflictsBack(context, dir);
    return 'conflict';
  }
  if ((await run(['merge-base', '--is-ancestor', commit, 'HEAD'], { dir, ok: [0, 1] })).code === 0) return 'up-to-date';
  const argv = [
    ...NO_HOOKS,
    '-c',
    'commit.gpgSign=false',
    'merge',
    '-q',
    '--ff',
    '--no-edit',
    '--no-stat',
    '--no-verify-signatures',
    '-m',
    input.message,
    commit,
  ];
  const { code, err, out } = await run(argv, { dir, settings: 'personal', env: input.env, ok: [0, 1] });
  if (code === 0) return 'merged';
  // With code 1 git also says that changes are in the way; then no merge is open.
  if (await isMerging(dir)) {
    await bringConflictsBack(context, dir);
    return 'conflict';
  }
  throw new GitFault(argv, code, err || out);
}
