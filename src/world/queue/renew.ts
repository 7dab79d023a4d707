import { LOCK_MS, RENEW_MS } from '#core/limits';

/** A running activation, by its lock's token. */
export type Held = { readonly jobId: string; readonly abort: AbortController };

/** Extends locks: ids and tokens side by side; answers the ids whose lock is gone. */
export type Extend = (jobIds: string[], tokens: string[], ms: number) => Promise<string[]>;

/** Why an activation was aborted. */
export const LOCK_LOST = 'lock lost';
export const STOPPING = 'stopping';

/**
 * Renews the locks of running activations, keyed by token. BullMQ's own renewal goes by job id: a job that parks and is woken at once is started by
 * another slot before the first has left, and the leaving one then ends the renewal of the new one.
 * @returns the timer's end
 */
export function renewLocks(held: ReadonlyMap<string, Held>, extend: Extend, onFault: (fault: unknown) => void): () => void {
  const timer = setInterval(async () => {
    const now = [...held];
    if (now.length === 0) return;
    try {
      const lost = new Set(
        await extend(
          now.map(([, one]) => one.jobId),
          now.map(([token]) => token),
          LOCK_MS,
        ),
      );
      for (const [token, one] of now) if (held.get(token) === one && lost.has(one.jobId)) one.abort.abort(LOCK_LOST);
    } catch (fault) {
      onFault(fault);
    }
  }, RENEW_MS);
  return () => clearInterval(timer);
}

/** BullMQ's codes for a job that is gone or has moved, and for a lock that is gone or another's: there is nothing left to park. */
export const isNotOurs = (fault: unknown): boolean =>
  [-1, -2, -3, -6].includes((fault as { code?: number } | undefined)?.code ?? 0);
