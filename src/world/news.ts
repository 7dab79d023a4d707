import type { Clock } from './clock.ts';

/**
 * What has just happened, by subject: for runs that stay active and must hear at once. News never carries the truth: who hears some reads the books.
 * Fed by the worker's one tail of the event stream and by the host's events.
 */
export type News = {
  /** Hears of these subjects from now on; `close` when done. */
  readonly listen: (subjects: readonly string[]) => Ear;
  readonly tell: (subject: string) => void;
};

/** The subject under which the host's return is told, to everyone: sessions may be gone that nobody tells of one by one. */
export const HOST = '*host*';

export type Ear = {
  /** Resolves when something was heard since the last call (at once, if so), or at `until` (ms). Rejects with the signal's reason. */
  readonly next: (until: number, signal: AbortSignal) => Promise<void>;
  readonly add: (subject: string) => void;
  readonly close: () => void;
};

export function makeNews(clock: Clock): News {
  const listeners = new Map<string, Set<() => void>>();
  const listen = (subjects: readonly string[]): Ear => {
    const mine = new Set<string>();
    let heard = false;
    let ring: (() => void) | undefined;
    const hear = () => {
      heard = true;
      ring?.();
    };
    const add = (subject: string) => {
      mine.add(subject);
      const known = listeners.get(subject) ?? new Set();
      listeners.set(subject, known.add(hear));
    };
    for (const subject of [HOST, ...subjects]) add(subject);
    return {
      add,
      next: (until, signal) =>
        new Promise((resolve, reject) => {
          const end = () => {
            clearTimeout(timer);
            signal.removeEventListener('abort', abort);
            ring = undefined;
            heard = false;
          };
          const finish = () => {
            end();
            resolve();
          };
          const abort = () => {
            end();
            reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)));
          };
          const timer = setTimeout(finish, Math.min(2 ** 31 - 1, Math.max(0, until - clock.now())));
          ring = finish;
          signal.addEventListener('abort', abort);
          if (signal.aborted) abort();
          else if (heard) finish();
        }),
      close: () => {
        for (const subject of mine) {
          const known = listeners.get(subject);
          known?.delete(hear);
          if (known?.size === 0) listeners.delete(subject);
        }
      },
    };
  };
  return {
    listen,
    tell: (subject) => {
      for (const hear of listeners.get(subject) ?? []) hear();
    },
  };
}
