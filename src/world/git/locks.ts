import { link, readdir, readFile, readlink, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { withFileLock } from '#world/processes/pid-file';

const OLD_MS = 10_000;

/**
 * Whether a git process is at work on `path`: it holds a file under it open, stands in it, or names it in its arguments.
 * Undefined where the system does not say (no /proc).
 */
export async function gitAtWork(path: string): Promise<boolean | undefined> {
  const pids = await readdir('/proc').catch(() => undefined);
  if (pids === undefined) return undefined;
  const inside = (name: string) => name === path || name.startsWith(`${path}/`);
  for (const pid of pids) {
    if (!/^\d+$/.test(pid)) continue;
    const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
    if (!name.startsWith('git')) continue;
    if (inside(await readlink(`/proc/${pid}/cwd`).catch(() => ''))) return true;
    if ((await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split(/[\0=]/).some(inside)) return true;
    for (const fd of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
      if (inside(await readlink(`/proc/${pid}/fd/${fd}`).catch(() => ''))) return true;
    }
  }
  return false;
}

/** Whether a lock file is older than 10 s (`now` in ms since 1970). A lock that is gone is not old. */
export async function isOld(lock: string, now: number): Promise<boolean> {
  const found = await stat(lock).catch(() => undefined);
  return found !== undefined && now - found.mtimeMs > OLD_MS;
}

/** Which lock file it was that was looked at: one that is made anew is another, though it may be given the same number. */
export type Seen = { readonly ino: bigint; readonly mtimeNs: bigint };

/** The lock file as it is now; undefined when there is none. */
export async function seen(lock: string): Promise<Seen | undefined> {
  return await stat(lock, { bigint: true }).catch(() => undefined);
}

const isSame = (one: Seen | undefined, other: Seen): boolean => one?.ino === other.ino && one.mtimeNs === other.mtimeNs;

/**
 * Takes a lock file away, if it is still the one that was seen and judged. All of gt who do so in a repository take turns, so nobody removes what a git has
 * taken after another of them had cleared the way. Should the owner itself, which was held for dead, give it back at this very moment, and another git take
 * it, that one's lock is put back.
 */
export async function removeSeen(repo: string, lock: string, was: Seen): Promise<void> {
  const aside = join(repo, 'gt-stale-lock');
  await withFileLock(join(repo, 'gt-stale'), async () => {
    if (!isSame(await seen(lock), was)) return;
    await unlessIts('ENOENT', rename(lock, aside));
    const taken = await seen(aside);
    // A link never replaces what somebody made there meanwhile.
    if (taken && !isSame(taken, was)) await unlessIts('EEXIST', link(aside, lock));
    await rm(aside, { force: true });
  });
}

async function unlessIts(code: string, doing: Promise<void>): Promise<void> {
  await doing.catch((fault: NodeJS.ErrnoException) => {
    if (fault.code !== code) throw fault;
  });
}

type Breaking = { readonly repo: string; readonly paths: readonly string[]; readonly now: number };

/** Removes a lock file that no git process can still own: older than 10 s, and no git at work on any of `paths`. Says whether there was such a one. */
export async function breakStaleLock(lock: string, { repo, paths, now }: Breaking): Promise<boolean> {
  const was = await seen(lock);
  if (was === undefined || now - Number(was.mtimeNs / 1_000_000n) <= OLD_MS) return false;
  for (const path of paths) if (await gitAtWork(path)) return false;
  await removeSeen(repo, lock, was);
  return true;
}

/** Removes every `*.lock` in `folder`, and below it when `deep`. Only for a folder whose owners are known to be dead. */
export async function removeLocks(folder: string, deep: boolean): Promise<void> {
  for (const entry of await readdir(folder, { recursive: deep, withFileTypes: true }).catch(() => [])) {
    if (entry.isFile() && entry.name.endsWith('.lock'))
      await rm(join(entry.parentPath ?? entry.path, entry.name), { force: true });
  }
}
