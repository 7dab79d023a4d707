import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { PassThrough, type Readable } from 'node:stream';
import { redact } from '#core/redact/redact';
import { secretsOf } from '#core/redact/secrets';
import { keepLog } from './log.ts';

/** Ends a process tree, found from its leader and by tokens (`NAME=value`) in the environment; tells what it could not end. */
export type KillTree = (input: {
  leader?: { pid: number; born: string };
  tokens: readonly string[];
  graceMs: number;
}) => Promise<{ left: readonly unknown[] }>;

export type TreeInput = {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Carried by the environment (`NAME=value`): by it all that it starts is found. */
  readonly token: string;
  readonly timeoutMs: number;
  /** Standard output and error together; the last 10 MB are kept. */
  readonly logFile: string;
  /** Bytes of standard output that are kept apart; more is none. */
  readonly stdoutBytes?: number;
  readonly signal?: AbortSignal | undefined;
};

/**
 * How a command ended.
 * - `passed`, `failed`, `timed_out`: its own doing.
 * - `error`: it could not be run to its own end (missing program, no space, killed by others); says nothing of what it was to find out.
 */
export type Judged = {
  readonly state: 'passed' | 'failed' | 'timed_out' | 'error';
  /** Exit code, when it ended by itself. */
  readonly code?: number;
  /** Signal that ended it. */
  readonly signal?: string;
  readonly why?: string;
};

/** `tail`: the last 4 kB of its output. `left`: processes that were still alive when all was killed. `stdout`: when it was to be kept, and was not too long. */
export type TreeEnd = { readonly judged: Judged; readonly tail: string; readonly left: number; readonly stdout?: string };

export const ABORTED = 'aborted';
const LOG_CAP = 10 * 1024 * 1024;
const GRACE_MS = 1000;
/** How long output is awaited once everything is dead: a stranger may hold the pipe. */
const DRAIN_MS = 2000;
const NICE = 10;
const LITTLE_SPACE = 1024 * 1024;
/** Signals by which others end a process; any other is how a program crashes by itself. */
const FOREIGN = new Map([
  ['SIGHUP', 1],
  ['SIGINT', 2],
  ['SIGQUIT', 3],
  ['SIGKILL', 9],
  ['SIGTERM', 15],
]);

type End = { code: number | null; signal: NodeJS.Signals | null };

/** Runs a program to its end and kills whatever it started, also after a good end. @throws when it cannot be started or its log cannot be opened */
export async function runTree(killTree: KillTree, input: TreeInput): Promise<TreeEnd> {
  const { argv, cwd, env, token, signal } = input;
  if (signal?.aborted) return { judged: { state: 'error', why: ABORTED }, tail: '', left: 0 };
  const [program, ...words] = argv;
  const child = spawn(program, words, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const exit = exitOf(child);
  if (child.pid === undefined) {
    await exit;
    return { judged: { state: 'error', why: 'could not be started' }, tail: '', left: 0 };
  }
  const leader = leaderOf(child.pid);
  const stdout = kept(child.stdout, input.stdoutBytes ?? 0);
  const secrets = secretsOf(env);
  const log = keepLog(joined([child.stdout, child.stderr]), input.logFile, LOG_CAP, secrets);
  const watch = stopper(input, log.done);
  const stopped = await Promise.race([exit.then(() => undefined), watch.stopped]).finally(watch.settle);
  const killing = killTree({ ...(leader !== undefined && { leader }), tokens: [token], graceMs: GRACE_MS });
  // Where the killer itself fails, nobody knows what still runs: as bad as a survivor.
  const killed = await killing.catch((error: Error) => ({ left: [error] }));
  const unwritten = await drain(child, log.done);
  // A survivor may be the leader itself: then its exit is never heard.
  const end =
    killed.left.length > 0 && child.exitCode === null && child.signalCode === null ? { code: null, signal: null } : await exit;
  const judged = stopped ?? unwritten ?? judge(end, await isFull(cwd));
  const text = stdout();
  return { judged, tail: log.tail(), left: killed.left.length, ...(text === undefined ? {} : { stdout: redact(text, secrets) }) };
}

function exitOf(child: ChildProcess): Promise<End> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
}

/** Both outputs as they come, ended with the last. */
function joined(streams: readonly Readable[]): Readable {
  const both = new PassThrough();
  let open = streams.length;
  for (const stream of streams) {
    stream.pipe(both, { end: false });
    stream.on('error', () => undefined);
    stream.once('close', () => {
      open--;
      if (open === 0) both.end();
    });
  }
  return both;
}

function kept(stream: Readable, limit: number): () => string | undefined {
  const parts: Buffer[] = [];
  let bytes = 0;
  if (limit > 0)
    stream.on('data', (part: Buffer) => {
      bytes += part.length;
      if (bytes <= limit) parts.push(part);
    });
  return () => (limit > 0 && bytes <= limit ? Buffer.concat(parts).toString('utf8') : undefined);
}

/** Resolves when the command has to be ended: out of time, aborted, or its output cannot be written. */
function stopper(input: TreeInput, log: Promise<unknown>): { stopped: Promise<Judged>; settle: () => void } {
  let settle = () => {};
  const stopped = new Promise<Judged>((resolve) => {
    const timer = setTimeout(() => resolve({ state: 'timed_out', why: `no end after ${input.timeoutMs} ms` }), input.timeoutMs);
    const abort = () => resolve({ state: 'error', why: ABORTED });
    input.signal?.addEventListener('abort', abort, { once: true });
    log.catch((error: Error) => resolve({ state: 'error', why: `its output could not be kept: ${error.message}` }));
    settle = () => {
      clearTimeout(timer);
      input.signal?.removeEventListener('abort', abort);
    };
  });
  return { stopped, settle };
}

/** Waits for the rest of the output, which ends with the last holder of the pipe; cut off where that is a stranger. Tells when it could not be written. */
async function drain(child: ChildProcess, log: Promise<unknown>): Promise<Judged | undefined> {
  const timer = setTimeout(() => {
    child.stdout?.destroy();
    child.stderr?.destroy();
  }, DRAIN_MS);
  try {
    await log;
    return undefined;
  } catch (error) {
    return { state: 'error', why: `its output could not be kept: ${(error as Error).message}` };
  } finally {
    clearTimeout(timer);
  }
}

/** What an end says. A shell tells of its child's signal by 128 + its number. */
function judge({ code, signal }: End, full: boolean): Judged {
  if (code === 0) return { state: 'passed', code };
  if (full) return { state: 'error', ...ended(code, signal), why: 'no space left on the disk' };
  if (code === null && signal === null) return { state: 'error', why: 'it could not be killed' };
  if (code === 126 || code === 127)
    return { state: 'error', code, why: code === 127 ? 'command not found' : 'command cannot be run' };
  const foreign = [...FOREIGN].find(([name, number]) => name === signal || code === 128 + number)?.[0];
  if (foreign !== undefined)
    return { state: 'error', ...ended(code, signal ?? foreign), why: `killed by ${foreign} from outside` };
  return { state: 'failed', ...ended(code, signal) };
}

function ended(code: number | null, signal: string | null): { code?: number; signal?: string } {
  return { ...(code !== null && { code }), ...(signal !== null && { signal }) };
}

async function isFull(dir: string): Promise<boolean> {
  const space = await statfs(dir).catch(() => undefined);
  return space !== undefined && space.bavail * space.bsize < LITTLE_SPACE;
}

/** Pid and start time (clock ticks since boot, field 22 of /proc/<pid>/stat): together they name one process for ever. Also lowers its priority. */
function leaderOf(pid: number): { pid: number; born: string } | undefined {
  try {
    setPriority(pid, NICE);
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const born = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return born === undefined ? undefined : { pid, born };
  } catch {
    // Gone already, or a system without /proc: it is found by its token.
    return undefined;
  }
}
