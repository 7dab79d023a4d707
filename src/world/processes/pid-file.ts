import { linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Being, bornOf, isAlive, myself } from './process.ts';

/** What a pid file says, or undefined when there is none. One that is there and cannot be read is a fault: it may be somebody's. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fault;
  }
}

function beingIn(text: string): Being | undefined {
  try {
    const { pid, born } = JSON.parse(text) as Partial<Being>;
    return typeof pid === 'number' && typeof born === 'string' ? { pid, born } : undefined;
  } catch {
    return undefined;
  }
}

/** Which process a pid file names, or undefined when there is no such file, or none that can be read. */
export function readPidFile(path: string): Being | undefined {
  try {
    return beingIn(textOf(path) ?? '');
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
  // A process of the same id may have been killed when it had linked its own: written into, it would change the pid file itself.
  rmSync(temporary, { force: true });
  writeFileSync(temporary, JSON.stringify(being), { flag: 'wx' });
  return temporary;
}

/** Writes a pid file, whole or not at all. */
export function writePidFile(path: string, being: Being): void {
  renameSync(draft(path, being), path);
}

/** Removes a pid file, if it (still) names that process. */
export function dropPidFile(path: string, being: Being): void {
  const named = beingIn(textOf(path) ?? '');
  if (named?.pid === being.pid && named.born === being.born) rmSync(path, { force: true });
}

const TRIES = 1000;

/**
 * Takes a pid file for this process: of all who try at once, one gets it. Answers undefined when it is ours now, else the live process that has it.
 *
 * Where there is no file, it is made by a link, which fails for all but one. Only the file of a dead process is ever written over, by who holds a second claim
 * that is named after the dead one, and still sees the dead one in the file: nobody else may replace it then, and the dead one does not come back.
 */
export function claimPidFile(path: string, me: Being = myself()): Being | undefined {
  for (let left = TRIES; left > 0; left--) {
    if (isLinked(path, me)) return undefined;
    const text = textOf(path);
    // Its owner has let go meanwhile: whoever links it next has it.
    if (text === undefined) continue;
    const holder = beingIn(text);
    if (holder && isAlive(holder)) return holder;
    const other = takeOver(
      path,
      { text, turn: `${path}.after-${holder ? `${holder.pid}-${holder.born.replace(/\W/g, '')}` : 'none'}` },
      me,
    );
    if (other !== 'changed') return other;
  }
  throw new Error(`it changes all the time, or is a link to nothing: ${path}`);
}

/** Whether there was none, and it is ours now. */
function isLinked(path: string, me: Being): boolean {
  const mine = draft(path, me);
  try {
    linkSync(mine, path);
    return true;
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== 'EEXIST') throw fault;
    return false;
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Replaces a dead process's file, if it still says what it said: undefined when it is ours now, else who is about to replace it. */
function takeOver(path: string, dead: { text: string; turn: string }, me: Being): Being | 'changed' | undefined {
  const other = claimPidFile(dead.turn, me);
  if (other) return other;
  try {
    if (textOf(path) !== dead.text) return 'changed';
    writePidFile(path, me);
    sweep(path);
    return undefined;
  } finally {
    dropPidFile(dead.turn, me);
  }
}

/** Removes what claimants of a pid file that is ours now have left who were killed: whatever its turns were after, it is in the file no more. */
function sweep(path: string): void {
  try {
    const name = `${basename(path)}.`;
    for (const file of readdirSync(dirname(path))) {
      if (!file.startsWith(name)) continue;
      const writer = /(?:^|\.)(\d+)-\d+\.new$/.exec(file.slice(name.length))?.[1];
      const isLeft = writer === undefined ? file.startsWith(`${name}after-`) : bornOf(Number(writer)) === undefined;
      if (isLeft) rmSync(join(dirname(path), file), { force: true });
    }
  } catch {
    // It is ours all the same.
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
