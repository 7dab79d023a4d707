import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { ABORTED, type Judged, type KillTree, runTree, type TreeEnd } from '#world/commands/tree';
import { removeTree } from '#world/git/remove-tree';
import { checkEnvironment, makeScratch, type Slot } from './environment.ts';
import { forgetVerdict, type Verdict, writeVerdict } from './verdict.ts';

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

async function execute(world: CheckWorld, input: CheckInput): Promise<TreeEnd> {
  const { slot, id, worker, command, timeoutMs, logFile, signal } = input;
  if (signal?.aborted) return { judged: { state: 'error', why: ABORTED }, tail: '', left: 0 };
  await removeTree(join(slot.scratch, 'tmp'));
  await makeScratch(slot);
  const env = checkEnvironment({ slot, id, worker, env: world.env ?? process.env, extra: input.extra ?? {} });
  // The outer shell joins both outputs in one pipe, so that the log has them in order, and becomes the inner one.
  const argv = ['sh', '-c', 'exec sh -c "$0" 2>&1', command] as const;
  return runTree(world.killTree, { argv, cwd: slot.dir, env, token: `GT_RUN_ID=${id}`, timeoutMs, logFile, signal });
}
