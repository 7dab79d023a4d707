import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { removeTree } from '#world/git/remove-tree';
import { checkEnvironment, makeScratch, type Slot } from './environment.ts';
import { keepLog } from './log.ts';
import { forgetVerdict, type Verdict, writeVerdict } from './verdict.ts';

/** Ends a process tree, found from its leader and by tokens (`NAME=value`) in the environment; tells what it could not end. */
type KillTree = (input: {
  leader?: { pid: number; born: string };
  tokens: readonly string[];
  graceMs: number;
}) => Promise<{ left: readonly unknown[] }>;

export type CheckInput = {
  /** Names this run for ever: it is the token GT_RUN_ID by which its processes are found. */
  readonly id: string;
  readonly slot: Slot;
  /** Given to `sh -c` in the slot. */
  readonly command: string;
  /** Variables that the rig passes in; those of gt's own cannot be replaced. */
  readonly extra?: Readonly<Record<string, string>>;
  /** `<town id>.<epoch>`: the environment carries it as GT_WORKER. */
  readonly worker: string;
  readonly timeoutMs: number;
  /** Standard output and error together, in the order they were written; the last 10 MB are kept. */
  readonly logFile: string;
  readonly verdictFile: string;
  readonly signal?: AbortSignal;
};

/** `fence` throws in a worker that was overtaken: the slot and the verdict are then its successor's. */
export type CheckWorld = {
  readonly now: () => number;
  readonly killTree: KillTree;
  readonly env?: NodeJS.ProcessEnv;
  readonly fence?: () => Promise<void>;
};

const LOG_CAP = 10 * 1024 * 1024;
const GRACE_MS = 1000;
/** How long output is awaited once everything is dead: a stranger may hold the pipe. */
const DRAIN_MS = 2000;
const NICE = 10;
const ABORTED = 'aborted';
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
type Judged = Pick<Verdict, 'state' | 'code' | 'signal' | 'why'>;

/**
 * Runs one check to its end and kills whatever it started, also after a good end. Never rejects for what the check does: the verdict says it, and is written to
 * `verdictFile` before this resolves (an aborted run has no verdict to keep). Only evidence is `failed`: a non-zero exit or a crash of the check's own. Rejects
 * in a worker that was overtaken, and writes nothing then.
 */
export async function runCheck(world: CheckWorld, input: CheckInput): Promise<Verdict> {
  await world.fence?.();
  const startedAt = world.now();
  const start = performance.now();
  let tail = '';
  let left = 0;
  let judged: Judged;
  try {
    await forgetVerdict(input.verdictFile);
    const ran = await execute(world, input);
    ({ tail, left, judged } = ran);
  } catch (error) {
    judged = { state: 'error', why: error instanceof Error ? error.message : String(error) };
  }
  const tookMs = Math.round(performance.now() - start);
  const verdict: Verdict = { id: input.id, ...judged, startedAt, endedAt: world.now(), tookMs, tail, left };
  if (judged.why === ABORTED) return verdict;
  await world.fence?.(); // a successor has ended its processes, and what they made of that is no evidence
  try {
    await writeVerdict(input.verdictFile, verdict);
    return verdict;
  } catch (error) {
    return { ...verdict, state: 'error', why: `its verdict could not be kept: ${(error as Error).message}` };
  }
}

async function execute(world: CheckWorld, input: CheckInput): Promise<{ judged: Judged; tail: string; left: number }> {
  const { slot, id, signal } = input;
  if (signal?.aborted) return { judged: { state: 'error', why: ABORTED }, tail: '', left: 0 };
  await removeTree(join(slot.scratch, 'tmp'));
  await makeScratch(slot);
  const env = checkEnvironment({ slot, id, worker: input.worker, env: world.env ?? process.env, extra: input.extra ?? {} });
  // The outer shell joins both outputs in one pipe, so that the log has them in order, and becomes the inner one.
  const child = spawn('sh', ['-c', 'exec sh -c "$0" 2>&1', input.command], {
    cwd: slot.dir,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const exit = exitOf(child);
  if (child.pid === undefined || child.stdout === null) {
    await exit;
    return { judged: { state: 'error', why: 'could not be started' }, tail: '', left: 0 };
  }
  const leader = leaderOf(child.pid);
  const log = keepLog(child.stdout, input.logFile, LOG_CAP);
  const watch = stopper(input, log.done);
  const stopped = await Promise.race([exit.then(() => undefined), watch.stopped]).finally(watch.settle);
  const killing = world.killTree({ ...(leader !== undefined && { leader }), tokens: [`GT_RUN_ID=${id}`], graceMs: GRACE_MS });
  // Where the killer itself fails, nobody knows what still runs: as bad as a survivor.
  const killed = await killing.catch((error: Error) => ({ left: [error] }));
  const unwritten = await drain(child, log.done);
  // A survivor may be the leader itself: then its exit is never heard.
  const end =
    killed.left.length > 0 && child.exitCode === null && child.signalCode === null ? { code: null, signal: null } : await exit;
  const judged = stopped ?? unwritten ?? judge(end, await isFull(slot));
  return { judged, tail: log.tail(), left: killed.left.length };
}

function exitOf(child: ChildProcess): Promise<End> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
}

/** Resolves when the check has to be ended: out of time, aborted, or its output cannot be written. */
function stopper(input: CheckInput, log: Promise<unknown>): { stopped: Promise<Judged>; settle: () => void } {
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
  const timer = setTimeout(() => child.stdout?.destroy(), DRAIN_MS);
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

async function isFull(slot: Slot): Promise<boolean> {
  const space = await statfs(slot.dir).catch(() => undefined);
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
