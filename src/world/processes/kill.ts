/** Ends the processes of a session, or of a worker that is gone, and nobody else's. Works on /proc and signals alone, so that every process of gt may use it. */
import { performance } from 'node:perf_hooks';
import { setTimeout as timer } from 'node:timers/promises';
import type { Proc } from './scan.ts';
import { isAlive, isDead, scan } from './scan.ts';
import type { Hunt, Identity, Token } from './targets.ts';
import { carries, checkTokens, targets } from './targets.ts';

/** A process that outlived a kill. */
export type Survivor = { readonly pid: number; readonly command: string };

/** Whom to kill, and how patiently. */
export type KillRequest = {
  /** The session's leader, when it is known: its group is told first, its tree and session are ours. */
  readonly leader?: Identity | undefined;
  /** Marks in the environment by which stragglers are found. */
  readonly tokens: readonly Token[];
  /** Milliseconds between TERM and KILL; over sooner when all are gone. */
  readonly graceMs: number;
  /** Ends the grace at once. */
  readonly hurry?: AbortSignal;
  /** Gives the kill up: it rejects with the signal's reason, and leaves nobody stopped. */
  readonly signal?: AbortSignal;
  /** Asked after every look that found somebody, before anybody is signalled: where it throws, the kill is given up. Whoever began after it is not touched. */
  readonly fence?: () => Promise<void>;
};

/** After the first KILL, ms and rounds; on a machine so loaded that the time is up first, it still looks as often as this. */
const SWEEP_MS = 5_000;
const SWEEP_ROUNDS = 3;
/** Between two looks during the grace, ms. */
const POLL_FIRST_MS = 2;
const POLL_LAST_MS = 50;
/** Longest pause between two scans, ms. */
const SCAN_GAP_MS = 100;
/** Survivors that are named. */
const NAMED = 100;

let current: Promise<unknown> = Promise.resolve();
let upcoming: Promise<Proc[]> | undefined;

/**
 * A scan that begins after this call; kills that wait at the same time share it. Pauses as long as the last one took (100 ms at most), so that 300
 * kills at once cost half a core on a loaded machine and one alone is quick on an idle one.
 */
function freshScan(): Promise<Proc[]> {
  upcoming ??= current.then(async () => {
    upcoming = undefined;
    const began = performance.now();
    const result = scan();
    current = result.then(
      () => timer(Math.min(SCAN_GAP_MS, performance.now() - began)),
      () => undefined,
    );
    return result;
  });
  return upcoming;
}

/** Signals exactly this process: its identity is read again at the last moment. Another user's process is left, and reported in the end. */
function send(target: Identity, signal: NodeJS.Signals): void {
  if (!isAlive(target.pid, target.born)) return;
  try {
    process.kill(target.pid, signal);
  } catch {}
}

/** TERM, and CONT so that a stopped one hears it: the leader's whole group at one stroke, then each one found elsewhere (a git there drops its locks). */
function ask(found: readonly Proc[], group: number | undefined): void {
  for (const signal of ['SIGTERM', 'SIGCONT'] as const) {
    if (group !== undefined) {
      try {
        process.kill(-group, signal);
      } catch {}
    }
    for (const proc of found) if (proc.pgid !== group) send(proc, signal);
  }
}

/** The leader's group, if it leads one in which everybody is a target: the caller itself might be in it. */
function groupOf(leader: Identity | undefined, found: readonly Proc[], procs: readonly Proc[]): number | undefined {
  const head = found.find((proc) => proc.pid === leader?.pid);
  if (!head || head.pgid !== head.pid || !isAlive(head.pid, head.born)) return undefined;
  const pids = new Set(found.map((proc) => proc.pid));
  return procs.every((proc) => proc.pgid !== head.pgid || isDead(proc) || pids.has(proc.pid)) ? head.pgid : undefined;
}

/** Waits for the end of those who were asked, and of those who turn up meanwhile. Answers whether a scan found nobody any more. */
async function waitOut(first: readonly Proc[], request: KillRequest, look: () => Promise<Proc[]>): Promise<boolean> {
  const over = performance.now() + request.graceMs;
  const ends = [request.hurry, request.signal].filter((signal) => signal !== undefined);
  let waiting: readonly Identity[] = first;
  let pause = POLL_FIRST_MS;
  while (performance.now() < over && !ends.some((signal) => signal.aborted)) {
    waiting = waiting.filter((proc) => isAlive(proc.pid, proc.born));
    if (waiting.length === 0) {
      const late = await look();
      if (late.length === 0) return true;
      ask(late, undefined);
      waiting = late;
    }
    const left = Math.max(0, over - performance.now());
    await timer(Math.min(pause, left), undefined, { signal: AbortSignal.any(ends) }).catch(() => undefined);
    pause = Math.min(pause * 2, POLL_LAST_MS);
  }
  return false;
}

/** STOP all before KILL, so that none can react to another's end; again until two scans in a row, `empty` of them already made, found nobody. */
async function sweep(look: () => Promise<Proc[]>, empty: number): Promise<Proc[]> {
  const over = performance.now() + SWEEP_MS;
  let quiet = empty;
  for (let round = 1; ; round++) {
    const found = await look();
    if (found.length === 0) {
      if (++quiet === 2) return [];
      continue;
    }
    quiet = 0;
    if (round > SWEEP_ROUNDS && performance.now() >= over) return found;
    for (const proc of found) send(proc, 'SIGSTOP');
    for (const proc of found) send(proc, 'SIGKILL');
  }
}

/**
 * Ends a tree of processes: TERM and CONT → grace → STOP and KILL of all found by tree, session and token → until two scans are empty, for at most 5 s.
 * Answers with what is left (at most 100 are named). Never touches itself or its ancestors. What it cannot find is a daemon that left the tree and
 * the session and threw its environment away. Throws on a malformed token and where the system is not Linux; idempotent.
 */
export async function killTree(request: KillRequest): Promise<{ left: Survivor[] }> {
  checkTokens(request.tokens);
  const hunt: Hunt = { leader: request.leader, tokens: request.tokens, seen: new Map(), sessions: new Set() };
  let procs: readonly Proc[] = [];
  const look = async () => {
    request.signal?.throwIfAborted();
    procs = await freshScan();
    request.signal?.throwIfAborted();
    const found = targets(procs, hunt, process.pid);
    if (found.length > 0) await request.fence?.();
    return found;
  };
  const first = await look();
  let isQuiet = first.length === 0;
  if (!isQuiet && request.graceMs > 0) {
    ask(first, groupOf(request.leader, first, procs));
    isQuiet = await waitOut(first, request, look);
  }
  const left = await sweep(look, isQuiet ? 1 : 0);
  return { left: left.slice(0, NAMED).map(({ pid, command }) => ({ pid, command })) };
}

/** The living processes, other than the caller, that carry one of the tokens now. Throws as `killTree` does. */
export async function survivors(tokens: readonly Token[]): Promise<Survivor[]> {
  checkTokens(tokens);
  const procs = await freshScan();
  const living = procs.filter((proc) => proc.pid !== process.pid && !isDead(proc) && carries(proc, tokens));
  return living.map(({ pid, command }) => ({ pid, command }));
}
