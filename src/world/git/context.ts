import type { Mutex } from './mutex.ts';
import type { Run } from './run.ts';

/** What every git verb is given: how git is run, the lock per repository, and the clock (ms since 1970). */
export type Context = { readonly run: Run; readonly alone: Mutex; readonly now: () => number };

/** A whole sha of nothing: as the expected old value of a ref it means "only when it does not exist". */
export const NOTHING = '0'.repeat(40);
