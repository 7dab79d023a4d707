import { type QueueName, queues } from '#queues/index';
import type { Keys } from '#world/store/keys';
import type { Link } from '#world/store/link';
import type { JobQueues } from './add.ts';

/**
 * Gives the jobs that a dead worker left active back to the head of the line: no attempt and no stall is counted. Locks last a day, so without this
 * a dead worker's jobs would stand still until then. Only for the one worker of a town, after it has raised the epoch.
 * @returns how many went back
 */
export async function handBackAll(link: Link, keys: Keys, jobs: JobQueues): Promise<number> {
  let count = 0;
  for (const name of Object.keys(queues) as QueueName[]) {
    const prefix = keys.queue(name);
    for (const id of (await link.call('LRANGE', `${prefix}active`, 0, -1)) as string[]) {
      const token = await link.call('GET', `${prefix}${id}:lock`);
      const job = await jobs.get(name).getJob(id);
      if (!job || typeof token !== 'string') continue; // no lock left: the stalled check has it
      await job.moveToWait(token);
      count++;
    }
  }
  return count;
}
