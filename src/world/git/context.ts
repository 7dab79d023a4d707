import type { Mutex } from './mutex.ts';
import type { Run, RunOptions } from './run.ts';

/** What every git verb is given. */
export type Context = {
  /** How git is run. */
  readonly run: Run;
  /** Asked before a folder is taken away; throws in a worker that was overtaken. */
  readonly fence: () => Promise<void>;
  /** The lock per repository. */
  readonly alone: Mutex;
  /** The clock, ms since 1970. */
  readonly now: () => number;
  /** Per repository the commit whose attributes were looked up last, and how a merge is run to obey them. */
  readonly attributes: Map<string, { readonly commit: string; readonly how: Pick<RunOptions, 'cwd' | 'env'> }>;
};

/** A whole sha of nothing: as the expected old value of a ref it means "only when it does not exist". */
export const NOTHING = '0'.repeat(40);
