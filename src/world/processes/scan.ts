/**
 * Reads the system's processes. A process is named by (pid, born): pids are given out again, a pid with its start time is not (until the next boot).
 * Linux is what is implemented, from /proc; macOS would need `ps eww -A` behind `scan`, and has no other door.
 */
import { closeSync, open as openFile, read as readFd, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';

/** One process, as it was when it was looked at. */
export type Proc = {
  readonly pid: number;
  readonly ppid: number;
  readonly pgid: number;
  readonly sid: number;
  /** Start time in clock ticks since boot. */
  readonly born: string;
  /** The kernel's letter: `Z` and `X` are dead. */
  readonly state: string;
  /** Name of its program, at most 15 bytes; arguments may hold secrets and are not read. */
  readonly command: string;
  /** Strings `NAME=value` of the environment it was started with, of names that begin with GT_. Another user's cannot be read and are none. */
  readonly tokens: readonly string[];
};

/** Processes looked at at once: enough to hide the waiting, few enough that others get a turn of the event loop in between. */
const AT_ONCE = 32;
/** Most environments fit one read, in bytes. */
const CHUNK = 16 << 10;

/** Parses `/proc/<pid>/stat` (proc_pid_stat(5)); undefined when it is none. The name may hold blanks and parentheses: it ends at the last one. */
export function parseStat(text: string): Omit<Proc, 'tokens'> | undefined {
  const open = text.indexOf('(');
  const shut = text.lastIndexOf(')');
  if (open < 0 || shut < open) return undefined;
  const [state, ppid, pgid, sid, ...rest] = text.slice(shut + 2).split(' ');
  const born = rest[15];
  if (state === undefined || sid === undefined || born === undefined) return undefined;
  const command = text.slice(open + 1, shut);
  return { pid: Number(text.slice(0, open)), ppid: Number(ppid), pgid: Number(pgid), sid: Number(sid), born, state, command };
}

/** The GT_ strings of `/proc/<pid>/environ`: NUL after each, none before the first. */
export function parseTokens(environ: Buffer): string[] {
  if (!environ.includes('GT_')) return [];
  return environ
    .toString('utf8')
    .split('\0')
    .filter((entry) => entry.startsWith('GT_'));
}

/** True of a process that has ended, though its parent may not have asked for its exit yet. */
export function isDead(proc: { readonly state: string }): boolean {
  return proc.state === 'Z' || proc.state === 'X';
}

function readStat(pid: number | string) {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return undefined;
  }
}

/**
 * An environment, or nothing if it is another user's or its process has ended. Asynchronous, for the kernel may make a reader wait for the process'
 * memory (a stat it never does); a descriptor and plain reads, for `readFile` costs three times as much on these many small files.
 */
function readEnviron(pid: number): Promise<Buffer> {
  return new Promise((resolve) => {
    openFile(`/proc/${pid}/environ`, 'r', (fault, fd) => {
      if (fault) return resolve(Buffer.alloc(0));
      const chunks: Buffer[] = [];
      const next = () => {
        const chunk = Buffer.allocUnsafe(CHUNK);
        readFd(fd, chunk, 0, CHUNK, null, (failed, count) => {
          chunks.push(chunk.subarray(0, failed ? 0 : count));
          if (!failed && count === CHUNK) return next();
          closeSync(fd);
          resolve(Buffer.concat(chunks));
        });
      };
      next();
    });
  });
}

async function look(pid: string): Promise<Proc | undefined> {
  const stat = readStat(pid);
  if (!stat) return undefined;
  return { ...stat, tokens: isDead(stat) ? [] : parseTokens(await readEnviron(stat.pid)) };
}

/** All processes, those that end while it looks left out. Throws where the system is not Linux. */
export async function scan(): Promise<Proc[]> {
  if (process.platform !== 'linux')
    throw new Error(`gt cannot list processes on ${process.platform} yet: only Linux is supported.`);
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found: Proc[] = [];
  const reader = async () => {
    for (let pid = pids.pop(); pid !== undefined; pid = pids.pop()) {
      const proc = await look(pid);
      if (proc) found.push(proc);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, reader));
  return found;
}

function checkSystem(): void {
  if (process.platform !== 'linux')
    throw new Error(`gt cannot look at processes on ${process.platform} yet: only Linux is supported.`);
}

/** Start time of a process in ticks since boot, for a pid file; undefined when there is no such process. A dead one that is not reaped still has it. */
export function bornOf(pid: number): string | undefined {
  checkSystem();
  return readStat(pid)?.born;
}

/** Whether the very process (pid, born) lives. Synchronous and cheap: one small read. */
export function isAlive(pid: number, born: string): boolean {
  checkSystem();
  const stat = readStat(pid);
  return stat !== undefined && stat.born === born && !isDead(stat);
}
