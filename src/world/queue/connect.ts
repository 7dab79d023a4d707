import { Redis } from 'ioredis';
import type { Keys } from '#world/store/keys';
import type { Where } from '#world/store/link';
import { JobQueues, jobOf } from './add.ts';

/** Tries to reach Redis again before a command gives up: the books hold what it wrote, and the worker's relay adds what it could not. */
const RETRIES = 2;

/** BullMQ's queues for a command that has to add a job: loaded and connected only then. `close` ends the connection. */
export function connectQueues(
  where: Where,
  keys: Keys,
  log: (what: string, fault: unknown) => void,
): { adding: { jobs: JobQueues; jobOf: typeof jobOf }; close: () => Promise<void> } {
  const options = { maxRetriesPerRequest: RETRIES, retryStrategy: (times: number) => (times > RETRIES ? null : 50 * times) };
  const redis = 'path' in where ? new Redis({ path: where.path, ...options }) : new Redis(where.url, options);
  redis.on('error', (fault) => log('redis', fault));
  const jobs = new JobQueues(redis, keys, log);
  return {
    adding: { jobs, jobOf },
    close: async () => {
      await jobs.close();
      redis.disconnect();
    },
  };
}
