import { execFile } from 'node:child_process';
import { rename, rm } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Deletes a folder whatever is in it. Tests and package caches leave folders that may not be written: those are opened first. */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true, maxRetries: 2 });
  } catch {
    await promisify(execFile)('chmod', ['-R', 'u+rwX', path]).catch(() => {});
    await rm(path, { recursive: true, force: true, maxRetries: 2 });
  }
}

/** Deletes a folder in two steps, so that a kill between them leaves its place free: out of the way by rename, then away. */
export async function clearAway(path: string): Promise<void> {
  const aside = `${path}.gone`;
  await removeTree(aside);
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  await removeTree(aside);
}
