/** Processes that work in a town's worktrees and that no kill would find: told of, never touched. */
import { readlink } from 'node:fs/promises';
import { sep } from 'node:path';
import type { Proc } from './scan.ts';
import { isDead, scan } from './scan.ts';
import { targets } from './targets.ts';

/** A process, and the folder in which it works. */
export type Stray = { readonly pid: number; readonly command: string; readonly cwd: string };

/** Where it works; undefined for another user's, or one that has ended. */
async function cwdOf({ pid }: Proc): Promise<string | undefined> {
  return readlink(`/proc/${pid}/cwd`).catch(() => undefined);
}

/** This process and those above it: the shell in which somebody asks. */
function asking(procs: readonly Proc[]): Set<number> {
  const parents = new Map(procs.map(({ pid, ppid }) => [pid, ppid]));
  const found = new Set<number>();
  for (let pid: number | undefined = process.pid; pid !== undefined && !found.has(pid); pid = parents.get(pid)) found.add(pid);
  return found;
}

/**
 * Processes whose working directory is in one of the folders (absolute, without links), and that neither carry a token of this town's sessions or workers
 * nor descend from one that does: a daemon with a scrubbed environment, say, or a person's editor.
 */
export async function straysIn(folders: readonly string[], townId: string): Promise<Stray[]> {
  const procs = await scan();
  const tokens = ['GT_SESSION', 'GT_WORKER'].map((name) => ({ prefix: `${name}=${townId}.` }));
  const hunt = { leader: undefined, tokens, seen: new Map<number, string>(), sessions: new Set<number>() };
  const known = new Set([...targets(procs, hunt, process.pid).map(({ pid }) => pid), ...asking(procs)]);
  const found = await Promise.all(
    procs
      .filter((proc) => !known.has(proc.pid) && !isDead(proc))
      .map(async (proc) => ({ pid: proc.pid, command: proc.command, cwd: (await cwdOf(proc)) ?? '' })),
  );
  return found.filter(({ cwd }) => folders.some((folder) => cwd === folder || cwd.startsWith(folder + sep)));
}
