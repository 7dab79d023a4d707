import { hostname } from 'node:os';
import { type QueueName, queues } from '#queues/index';
import type { Keys } from '#world/store/keys';
import type { Link } from '#world/store/link';
import type { JobQueues } from './add.ts';
import { isNotOurs } from './renew.ts';

/** Who runs a job: host, pid, epoch. */
export const workerName = (epoch: number): string => `${hostname()}/${process.pid}/${epoch}`;

/** The epoch of a worker, from its name; 0 of one that has none. */
const epochOf = (name: string | undefined): number => Number(/\/(\d+)$/.exec(name ?? '')?.[1] ?? 0);

/**
 * Gives the jobs that older workers than that of `epoch` left active back to the head of the line: no attempt and no stall is counted. Locks last a day, so
 * without this a dead worker's jobs would stand still until then. Only for a worker that has raised the epoch: an older one that still lives can write
 * nothing, and is just handing the same jobs back, or takes one more with its last fetch (hence again in the deacon's rounds). What a newer one runs is
 * left alone: who asks may itself have been overtaken meanwhile.
 * @returns how many went back
 */
export async function handBackOthers(link: Link, keys: Keys, jobs: JobQueues, epoch: number): Promise<number> {
  let count = 0;
  for (const name of Object.keys(queues) as QueueName[]) {
    const prefix = keys.queue(name);
    for (const id of (await link.call('LRANGE', `${prefix}active`, 0, -1)) as string[]) {
      const token = await link.call('GET', `${prefix}${id}:lock`);
      const job = await jobs.get(name).getJob(id);
      if (!job || epochOf(job.processedBy) >= epoch || typeof token !== 'string') continue; // no lock left: the stalled check has it
      try {
        await job.moveToWait(token);
        count++;
      } catch (fault) {
        if (!isNotOurs(fault)) throw fault;
      }
    }
  }
  return count;
}
