import { resolve } from 'node:path';

/** Runs `work` alone among all that were given the same key; those that wait go in turn, whatever became of the ones before. */
export type Mutex = <T>(key: string, work: () => Promise<T>) => Promise<T>;

/**
 * One lock per path, inside this process. git has no lock of its own around worktree commands, branch deletions and config writes:
 * run at once they fail, or prune what another is just making.
 */
export function makeMutex(): Mutex {
  const tails = new Map<string, Promise<unknown>>();
  return async (key, work) => {
    const path = resolve(key);
    const before = tails.get(path) ?? Promise.resolve();
    const mine = before.then(work, work);
    const tail = mine.catch(() => {});
    tails.set(path, tail);
    try {
      return await mine;
    } finally {
      if (tails.get(path) === tail) tails.delete(path);
    }
  };
}
