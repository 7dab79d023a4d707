import { readFile, rm } from 'node:fs/promises';
import { writeDurably } from '#world/commands/durable';

/**
 * How a check ended.
 * - `passed`, `failed`, `timed_out`: evidence about the tree.
 * - `error`: the check could not be run to its own end (missing command, no space, killed by others); says nothing about the tree.
 */
type CheckState = 'passed' | 'failed' | 'timed_out' | 'error';

export type Verdict = {
  readonly id: string;
  readonly state: CheckState;
  /** Exit code of the command, when it ended by itself. */
  readonly code?: number;
  /** Signal that ended it. */
  readonly signal?: string;
  /** Why the state is `error`. */
  readonly why?: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** How long it ran, in milliseconds, by a clock that does not jump. */
  readonly tookMs: number;
  /** The last 4 kB of its output. */
  readonly tail: string;
  /** Processes that were still alive when all was killed: the slot must not be used again. */
  readonly left: number;
};

const STATES: readonly string[] = ['passed', 'failed', 'timed_out', 'error'];

/** Keeps a verdict, whole or not at all. */
export const writeVerdict = (file: string, verdict: Verdict): Promise<void> => writeDurably(file, `${JSON.stringify(verdict)}\n`);

/** The verdict in `file`, or undefined when there is none that can be read. Throws only for faults of the disk. */
export async function readVerdict(file: string): Promise<Verdict | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const found = JSON.parse(text) as Partial<Verdict> | null;
    const whole = typeof found?.id === 'string' && STATES.includes(found.state ?? '') && typeof found.endedAt === 'number';
    return whole ? (found as Verdict) : undefined;
  } catch {
    return undefined;
  }
}

/** Removes the verdict of an earlier run, so that it is never taken for that of the next. */
export async function forgetVerdict(file: string): Promise<void> {
  await rm(file, { force: true });
}
