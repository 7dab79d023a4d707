import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { type Being, isAlive, myself } from './process.ts';

/** Which process a pid file names, or undefined when there is no such file, or none that can be read. */
export function readPidFile(path: string): Being | undefined {
  try {
    const { pid, born } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Being>;
    return typeof pid === 'number' && typeof born === 'string' ? { pid, born } : undefined;
  } catch {
    return undefined;
  }
}

/** The process that a pid file names, if that very process still runs. */
export function liveIn(path: string): Being | undefined {
  const being = readPidFile(path);
  return being && isAlive(being) ? being : undefined;
}

let drafts = 0;

function draft(path: string, being: Being): string {
  const temporary = `${path}.${process.pid}-${drafts++}.new`;
  writeFileSync(temporary, JSON.stringify(being));
  return temporary;
}

/** Writes a pid file, whole or not at all. */
export function writePidFile(path: string, being: Being): void {
  renameSync(draft(path, being), path);
}

/** Removes a pid file, if it (still) names that process. */
export function dropPidFile(path: string, being: Being): void {
  const named = readPidFile(path);
  if (named?.pid === being.pid && named.born === being.born) rmSync(path, { force: true });
}

/**
 * Takes a pid file for this process: of all who try at once, one gets it. Answers undefined when it is ours now, else the live process that has it.
 *
 * The file of a dead process is taken over under a second claim that is named after the dead one: whoever holds that claim, and still sees the dead one
 * in the file, is the only one who may replace it.
 */
export function claimPidFile(path: string, me: Being = myself()): Being | undefined {
  for (;;) {
    const mine = draft(path, me);
    try {
      linkSync(mine, path);
      return undefined;
    } catch (fault) {
      if ((fault as NodeJS.ErrnoException).code !== 'EEXIST') throw fault;
    } finally {
      rmSync(mine, { force: true });
    }
    const holder = readPidFile(path);
    if (holder && isAlive(holder)) return holder;
    const turn = `${path}.after-${holder ? `${holder.pid}-${holder.born.replace(/\W/g, '')}` : 'none'}`;
    const other = claimPidFile(turn, me);
    if (other) return other;
    try {
      const now = readPidFile(path);
      if (now?.pid === holder?.pid && now?.born === holder?.born) {
        writePidFile(path, me);
        return undefined;
      }
    } finally {
      rmSync(turn, { force: true });
    }
  }
}

const LOCK_WAIT_MS = 5000;

/** Runs `change` while no other process holds the lock of `path`; the lock of a dead process holds nobody up. Throws after `waitMs` (5 s) of waiting for a live one. */
export async function withFileLock<T>(path: string, change: () => T | Promise<T>, waitMs = LOCK_WAIT_MS): Promise<T> {
  const lock = `${path}.lock`;
  const me = myself();
  const deadline = performance.now() + waitMs;
  for (let holder = claimPidFile(lock, me); holder; holder = claimPidFile(lock, me)) {
    if (performance.now() > deadline) throw new Error(`${lock} is held by process ${holder.pid}`);
    await pause(20);
  }
  try {
    return await change();
  } finally {
    dropPidFile(lock, me);
  }
}
