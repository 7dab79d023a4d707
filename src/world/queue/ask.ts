import { isFinal } from '#core/derive';
import { type Member, parts, recordOf } from '#core/ids';
import type { Noun, Records } from '#core/records';
import { type QueueName, queues } from '#queues/index';
import { failpoint } from '#world/failpoint';
import type { Books } from '#world/store/books';
import type { Link } from '#world/store/link';
import type { JobQueues, JobSpec } from './add.ts';
import { wake } from './wake.ts';

/** Wakes jobs; a job that is missing is added first, its parent before it, from its record. What has ended is named. */
export type Ask = (members: readonly Member[]) => Promise<{ ended: Member[] }>;

/** @param jobs loads BullMQ only when a job has to be added: most commands never do */
export function makeAsk(
  link: Link,
  books: Books,
  jobs: () => Promise<{ jobs: JobQueues; jobOf: typeof import('./add.ts').jobOf }>,
): Ask {
  return async (members) => {
    if (members.length === 0) return { ended: [] };
    const met = await wake(link, books.keys, members);
    const ended = members.filter((one) => met.get(one) === 'ended');
    const missing = members.filter((one) => met.get(one) === 'missing');
    if (missing.length > 0) ended.push(...(await addMissing(missing, books, await jobs())));
    return { ended };
  };
}

type Adding = { jobs: JobQueues; jobOf: typeof import('./add.ts').jobOf };

/** Adds what is missing and not final, parents first. @returns the members whose record is final or absent: nothing is left to do for them. */
async function addMissing(missing: readonly Member[], books: Books, { jobs, jobOf }: Adding): Promise<Member[]> {
  // A queue that this gt does not have is another version's: nothing can be done for its jobs here.
  const over: Member[] = missing.filter((one) => !(parts(one).queue in queues));
  const levels: Array<Map<QueueName, JobSpec[]>> = [];
  const place = (spec: JobSpec, level: number) => {
    levels[level] ??= new Map();
    const list = levels[level].get(spec.queue) ?? [];
    list.push(spec);
    levels[level].set(spec.queue, list);
  };
  for (const [queue, ids] of byQueue(missing)) {
    const noun: Noun = queues[queue].noun;
    const docs = new Map((await books.readMany(noun, ids.map(recordOf))).map((doc) => [doc.id, doc]));
    for (const id of ids) {
      const doc = docs.get(recordOf(id));
      if (!doc || isFinal[noun](doc as never) || jobOf(noun, doc as never).jobId !== id) {
        over.push(`${queue}/${id}`);
        continue;
      }
      const spec = jobOf(noun, doc as never);
      if (spec.parent) {
        const { queue: above } = parts(spec.parent);
        const parentNoun: Noun = queues[above as QueueName].noun;
        const parent = (await books.read(parentNoun, recordOf(parts(spec.parent).jobId))) as Records['work'] | undefined;
        if (parent) place(jobOf(parentNoun, parent as never), 0);
      }
      place(spec, spec.parent ? 1 : 0);
    }
  }
  for (const level of levels) for (const [queue, specs] of level ?? []) await jobs.add(queue, specs);
  failpoint('add');
  return over;
}

function byQueue(members: readonly Member[]): Map<QueueName, string[]> {
  const groups = new Map<QueueName, string[]>();
  for (const one of members) {
    const { queue, jobId } = parts(one);
    if (!(queue in queues)) continue;
    const known = groups.get(queue as QueueName);
    if (known) known.push(jobId);
    else groups.set(queue as QueueName, [jobId]);
  }
  return groups;
}
