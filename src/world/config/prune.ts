import { readdir, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { TownLayout } from './layout.ts';

/** Files that pile up beside the books: logs and ends of checks and commands, evidence of what came back, texts too long for a first prompt, recordings. */
const FOLDERS = ['checks', 'commands', 'evidence', 'assignments', 'recordings'];

/** Removes what nobody has touched since `before` (ms), and what of `recordings` is empty since then. @returns how many files went */
export async function prune(layout: TownLayout, before: number): Promise<number> {
  let gone = 0;
  for (const folder of FOLDERS)
    for (const entry of await readdir(join(layout.runtime, folder), { recursive: true, withFileTypes: true }).catch(() => [])) {
      const path = join(entry.parentPath, entry.name);
      if (!entry.isFile() || (await stat(path)).mtimeMs >= before) continue;
      await rm(path, { force: true });
      gone++;
    }
  await removeEmpty(join(layout.runtime, 'recordings'), before);
  return gone;
}

/** A directory that was changed later may be that of a session which begins. */
async function removeEmpty(folder: string, before: number): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    const { mtimeMs } = await stat(path);
    if (mtimeMs < before) await rmdir(path).catch(() => undefined); // not empty
  }
}
