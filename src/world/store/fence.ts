import { StaleEpoch } from './books.ts';
import type { Keys } from './keys.ts';
import type { Link } from './link.ts';

/**
 * Asked right before a worker touches what no commit and no host guards: processes, worktrees, what a check leaves. A worker that another one has succeeded
 * (it was stopped, say, and comes back) must not touch what the next one has begun.
 * @throws StaleEpoch when another worker has taken over, RedisGone when nobody can tell
 */
export type Fence = () => Promise<void>;

/** The fence of the worker that took over with `epoch`. */
export function makeFence(link: Link, keys: Keys, epoch: number): Fence {
  return async () => {
    const now = Number((await link.call('GET', keys.epoch)) ?? 0);
    if (now !== epoch) throw new StaleEpoch(`epoch ${epoch} is over, now it is ${now}`);
  };
}
