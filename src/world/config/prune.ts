import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { TownLayout } from './layout.ts';

/** Files that pile up beside the books: logs and verdicts of checks, evidence of what came back, texts too long for a first prompt. */
const FOLDERS = ['checks', 'evidence', 'assignments'];

/** Removes what nobody has touched since `before` (ms). @returns how many files went */
export async function prune(layout: TownLayout, before: number): Promise<number> {
  let gone = 0;
  for (const folder of FOLDERS)
    for (const entry of await readdir(join(layout.runtime, folder), { recursive: true, withFileTypes: true }).catch(() => [])) {
      const path = join(entry.parentPath, entry.name);
      if (!entry.isFile() || (await stat(path)).mtimeMs >= before) continue;
      await rm(path, { force: true });
      gone++;
    }
  return gone;
}
