import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { bornByPs } from './born-by-ps.ts';

/** A process for ever: its id, and when it was born (start time in clock ticks since boot; where there is no /proc, as `ps` tells it). */
export type Being = { readonly pid: number; readonly born: string };

const HAS_PROC = existsSync('/proc/self/stat');
const STATE = 0;
const START_TIME = 19;
/** How /proc tells that nobody is there, or that it is none of ours. */
const NOT_THERE = new Set(['ENOENT', 'ESRCH', 'EACCES', 'EPERM']);

/** When the process with this id was born, or undefined when none runs: a zombie runs no more. */
export function bornOf(pid: number): string | undefined {
  if (!Number.isInteger(pid) || pid < 1) return undefined;
  if (!HAS_PROC) return bornByPs(pid);
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch (fault) {
    // One that cannot be looked at for another reason (no file handle is left) may well live: who takes it for dead would take its locks.
    if (!NOT_THERE.has((fault as NodeJS.ErrnoException).code ?? '')) throw fault;
    return undefined;
  }
  // The name in parentheses may hold anything, so the fields are counted from its end.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[STATE] === 'Z' || fields[STATE] === 'X' ? undefined : fields[START_TIME];
}

/** This process. */
export function myself(): Being {
  return { pid: process.pid, born: bornOf(process.pid) ?? '' };
}

/** Whether this very process still runs: a later one with the same id is another. */
export function isAlive({ pid, born }: Being): boolean {
  return bornOf(pid) === born;
}

/** Signals this very process and no other; answers false when it runs no more. */
export function signal(being: Being, name: NodeJS.Signals): boolean {
  if (being.pid <= 1 || !isAlive(being)) return false;
  try {
    process.kill(being.pid, name);
    return true;
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw fault;
  }
}

const LOOK_AGAIN_MS = 20;

/** Waits until the process has ended, at most `limitMs`; answers whether it has. */
export async function ended(being: Being, limitMs: number): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  while (isAlive(being)) {
    if (performance.now() >= deadline) return false;
    await pause(LOOK_AGAIN_MS);
  }
  return true;
}

/** Asks the process to end (TERM), and after `graceMs` makes it (KILL). Answers how it ended; `left` if not even that worked within 5 s. */
export async function endProcess(being: Being, graceMs: number): Promise<'gone' | 'ended' | 'killed' | 'left'> {
  if (!signal(being, 'SIGTERM')) return 'gone';
  if (await ended(being, graceMs)) return 'ended';
  signal(being, 'SIGKILL');
  return (await ended(being, 5000)) ? 'killed' : 'left';
}
