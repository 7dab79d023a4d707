import { type Member, member, parts } from '#core/ids';
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
    removeTrees: async (members) => {
      const gone: Member[] = [];
      for (const one of members) if (await removeTree(jobs, one)) gone.push(one);
      return gone;
    },
    rehang: ({ noun, doc }) => rehang(jobs, keys, jobOf(noun, doc as never)),
    clean: async (queue, ms) => {
      await jobs.get(queue).clean(ms, 1000, 'completed');
      await jobs.get(queue).clean(ms, 1000, 'failed');
    },
  };
}

const find = (jobs: JobQueues, one: Member) => jobs.get(parts(one).queue as QueueName).getJob(parts(one).jobId);

async function removeOne(jobs: JobQueues, one: Member): Promise<void> {
  await (await find(jobs, one))?.remove({ removeChildren: false });
}

/** A job that has ended, and all its children with it: it ended after them. */
async function removeTree(jobs: JobQueues, one: Member): Promise<boolean> {
  const job = await find(jobs, one);
  if (job && !(await job.isCompleted()) && !(await job.isFailed())) return false;
  await job?.remove({ removeChildren: true });
  return true;
}

/** A job leaves its parent, and is added again under another: BullMQ adopts one that has none. */
async function rehang(jobs: JobQueues, keys: Keys, spec: JobSpec): Promise<void> {
  const job = await find(jobs, member(spec.queue, spec.jobId));
  const due = spec.parent && `${keys.queue(parts(spec.parent).queue)}${parts(spec.parent).jobId}`;
  if (!job || job.parentKey === due) return;
  if (job.parentKey) await job.removeChildDependency();
  const parent = spec.parent && (await find(jobs, spec.parent));
  if (parent) await jobs.add(spec.queue, [spec]);
}
