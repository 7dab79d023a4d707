import { STOP_MS } from '#core/limits';
import type { Log } from '#world/log';

/** How a worker ends itself: once, whoever says so first, and in any case: nothing that hangs on the way out may keep the next worker waiting. */
export type Ending = { readonly again: (why: string) => void; readonly by: (stop: () => Promise<void>) => void };

/** @param code what the process ends with: the supervisor starts it anew. Until `by` tells how to stop, it ends at once */
export function makeEnding(code: number, log: Log): Ending {
  let stop: () => Promise<void> = async () => undefined;
  let ending = false;
  return {
    again: (why) => {
      if (ending) return;
      ending = true;
      log.warn(why);
      setTimeout(() => process.exit(code), 2 * STOP_MS).unref();
      void stop().finally(() => process.exit(code));
    },
    by: (way) => {
      stop = way;
    },
  };
}
