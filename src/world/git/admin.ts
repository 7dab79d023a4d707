import { readdir, readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

/** Where git keeps what belongs to one worktree: `<repo>/worktrees/<name>`. Read from the files themselves, so that half-made ones are seen too. */
export async function findAdmin(repo: string, dir: string): Promise<string | undefined> {
  const wanted = await realPath(dir);
  const folder = join(repo, 'worktrees');
  for (const name of await readdir(folder).catch(() => [])) {
    const admin = join(folder, name);
    const gitdir = (await readFile(join(admin, 'gitdir'), 'utf8').catch(() => '')).trim();
    if (gitdir !== '' && (await realPath(dirname(resolve(admin, gitdir)))) === wanted) return admin;
  }
  return undefined;
}

/** The git directory of a worktree or of a plain checkout, as its `.git` says; undefined when there is none. */
export async function gitDirOf(dir: string): Promise<string | undefined> {
  const dotGit = join(dir, '.git');
  try {
    const text = await readFile(dotGit, 'utf8');
    const found = /^gitdir: (.+)$/m.exec(text)?.[1];
    return found === undefined ? undefined : resolve(dir, found);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EISDIR' ? dotGit : undefined;
  }
}

/** The real path, also of something that does not exist yet in a folder that does. */
export async function realPath(path: string): Promise<string> {
  const whole = resolve(path);
  const real = await realpath(whole).catch(() => undefined);
  if (real !== undefined) return real;
  const parent = await realpath(dirname(whole)).catch(() => dirname(whole));
  return join(parent, basename(whole));
}
