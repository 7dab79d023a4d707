import { type Member, parts } from '#core/ids';
import type { QueueName } from '#queues/index';
import type { Keys } from '#world/store/keys';
import type { Link } from '#world/store/link';
import type { World } from '#world/world';
import { type JobQueues, type JobSpec, jobOf } from './add.ts';
import { handBackOthers } from './recover.ts';

/** What patrols may ask of the jobs themselves. */
export function jobsFor(link: Link, keys: Keys, jobs: JobQueues, epoch: number): World['queues'] {
  return {
    missing: async (members) => {
      const there = await link.pipeline(members.map((one) => ['EXISTS', `${keys.queue(parts(one).queue)}${parts(one).jobId}`]));
      return members.filter((_, i) => there[i] === 0);
    },
    addHeld: async (records) => {
      const lists = new Map<QueueName, JobSpec[]>();
      for (const { noun, doc } of records) {
        const spec = { ...jobOf(noun, doc as never), held: true } as const;
        const list = lists.get(spec.queue);
        if (list) list.push(spec);
        else lists.set(spec.queue, [spec]);
      }
      for (const [name, list] of lists) await jobs.add(name, list);
    },
    handBackOthers: () => handBackOthers(link, keys, jobs, epoch),
    remove: async (members) => {
      for (const one of members) await removeOne(jobs, one);
    },
    clean: async (queue, ms) => {
      await jobs.get(queue).clean(ms, 1000, 'completed');
      await jobs.get(queue).clean(ms, 1000, 'failed');
    },
  };
}

async function removeOne(jobs: JobQueues, one: Member): Promise<void> {
  const { queue, jobId } = parts(one);
  const job = await jobs.get(queue as QueueName).getJob(jobId);
  await job?.remove({ removeChildren: false });
}
