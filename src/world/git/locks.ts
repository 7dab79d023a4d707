import { readdir, readFile, readlink, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

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

/** Removes a lock file that no git process can still own: older than 10 s, and no git at work on any of `paths`. Says whether it did. */
export async function breakStaleLock(lock: string, paths: readonly string[], now: number): Promise<boolean> {
  if (!(await isOld(lock, now))) return false;
  for (const path of paths) if (await gitAtWork(path)) return false;
  await rm(lock, { force: true });
  return true;
}

/** Removes every `*.lock` in `folder`, and below it when `deep`. Only for a folder whose owners are known to be dead. */
export async function removeLocks(folder: string, deep: boolean): Promise<void> {
  for (const entry of await readdir(folder, { recursive: deep, withFileTypes: true }).catch(() => [])) {
    if (entry.isFile() && entry.name.endsWith('.lock'))
      await rm(join(entry.parentPath ?? entry.path, entry.name), { force: true });
  }
}
