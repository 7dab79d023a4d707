import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { isHidden } from '#core/context-files';
import { gitDirOf } from './admin.ts';
import { allowWorktreeConfig } from './clone.ts';
import type { Context } from './context.ts';

/**
 * What a worktree, or a clone, leaves out: files of the repository that would speak to an agent in gt's place. They stay in every commit; they are only not checked out.
 * Two files of the worktree's own git directory say it, never the shared repository: the patterns of a sparse checkout (not cone mode), and the same as
 * ignored paths, or whatever an agent program writes there (`.claude/settings.local.json`) would make `git add -A` fail.
 */
const patternsFile = (admin: string) => join(admin, 'info', 'sparse-checkout');

/** The patterns of a worktree; undefined when it leaves nothing out. */
export async function sparseOf({ run }: Context, dir: string): Promise<readonly string[] | undefined> {
  const admin = await gitDirOf(dir);
  if (admin === undefined || !existsSync(patternsFile(admin))) return undefined;
  const on = (await run(['config', '--type=bool', 'core.sparseCheckout'], { dir, ok: [0, 1] })).out.trim() === 'true';
  return on ? await patternsIn(admin) : undefined;
}

/** The patterns in a worktree's git directory; none when there are none. */
export async function patternsIn(admin: string | undefined): Promise<string[]> {
  const text = admin === undefined ? '' : await readFile(patternsFile(admin), 'utf8').catch(() => '');
  return text.split('\n').filter((line) => line !== '');
}

/** Says what a worktree leaves out, before its files are checked out. */
export async function writeSparse(context: Context, dir: string, admin: string, patterns: readonly string[]): Promise<void> {
  await ignore(context, dir, admin, patterns);
  await writeFile(patternsFile(admin), `${patterns.join('\n')}\n`);
  await context.run(['config', '--worktree', 'core.sparseCheckout', 'true'], { dir });
}

/** Makes ignored in a worktree what it leaves out. */
async function ignore(context: Context, dir: string, admin: string, patterns: readonly string[]): Promise<void> {
  const { run } = context;
  // A clone has its git directory, and so its settings, for itself.
  const shared = basename(dirname(admin)) === 'worktrees' ? dirname(dirname(admin)) : undefined;
  const own = await run(['config', '--type=bool', 'extensions.worktreeConfig'], { dir, ok: [0, 1] });
  if (shared !== undefined && own.out.trim() !== 'true') await allowWorktreeConfig(context, shared);
  const ignored = patterns.filter((one) => one.startsWith('!')).map((one) => one.slice(1));
  const excludes = join(admin, 'info', 'gt-exclude');
  await mkdir(dirname(excludes), { recursive: true });
  await writeFile(excludes, `${await personalIgnores(context)}${ignored.join('\n')}\n`);
  await run(['config', '--worktree', 'core.excludesFile', excludes], { dir });
}

/**
 * Lets a worktree that is checked out leave out exactly this; nothing for an empty list. What was brought back for a conflict stays, and so does a hidden file
 * that somebody has changed. @returns whether anything had to be done
 */
export async function hide(context: Context, dir: string, patterns: readonly string[]): Promise<boolean> {
  const { run } = context;
  const admin = await gitDirOf(dir);
  const now = await sparseOf(context, dir);
  if (admin === undefined || (patterns.length === 0 && now === undefined)) return false;
  if (patterns.length === 0) {
    await run(['config', '--worktree', '--unset', 'core.excludesFile'], { dir, ok: [0, 5] });
    await run(['sparse-checkout', 'disable'], { dir, settings: 'personal' });
    return true;
  }
  const brought = (now ?? []).filter((one) => one !== '/*' && !one.startsWith('!'));
  const wanted = [...patterns, ...brought];
  if (now !== undefined && now.join('\n') === wanted.join('\n')) return false;
  await ignore(context, dir, admin, wanted);
  // git writes the patterns when the files are gone: a call that is killed before is done again by the next one.
  const set = ['sparse-checkout', 'set', '--no-cone', '--stdin'];
  await run(set, { dir, settings: 'personal', input: `${wanted.join('\n')}\n` });
  return true;
}

/**
 * A merge conflicts in a hidden file: git leaves it away, and takes no solution of it either. It is brought back, with its conflict markers, and is an
 * ordinary file of this worktree from now on.
 */
export async function bringConflictsBack({ run }: Context, dir: string): Promise<void> {
  const admin = await gitDirOf(dir);
  const patterns = await patternsIn(admin);
  if (admin === undefined || patterns.length === 0) return;
  const { out } = await run(['diff', '--name-only', '--diff-filter=U', '-z'], { dir });
  const lost = [...new Set(out.split('\0'))].filter((path) => path !== '' && isHidden(path, patterns));
  if (lost.length === 0) return;
  const back = lost.map((path) => `/${path.replace(/[\\*?[\]! ]/g, '\\$&')}`);
  await writeFile(patternsFile(admin), `${[...patterns, ...back].join('\n')}\n`);
  for (const path of lost) {
    if (existsSync(join(dir, path))) continue;
    // Where one side deleted it there is nothing to merge: the side that has it is shown.
    for (const which of ['--merge', '--ours', '--theirs'])
      if ((await run(['checkout', '-q', which, '--', path], { dir, settings: 'personal', ok: [0, 1] })).code === 0) break;
  }
}

/** What the person ignores everywhere: a worktree's own list takes the place of theirs, and so begins with it. */
async function personalIgnores({ run }: Context): Promise<string> {
  const asked = await run(['config', '--global', '--type=path', '--get', 'core.excludesFile'], {
    settings: 'personal',
    ok: [0, 1, 128],
  });
  const file = asked.out.trim() || join(process.env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'git', 'ignore');
  const text = await readFile(file, 'utf8').catch(() => '');
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
