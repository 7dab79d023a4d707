import { isFinal } from '#core/derive';
import { type Member, parts, recordOf } from '#core/ids';
import type { Noun } from '#core/records';
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
  const over: Member[] = [];
  const specs = new Map<Member, JobSpec | undefined>();
  // Up from the jobs to their parents, all of one height in one read for each queue.
  for (let row = [...missing]; row.length > 0; row = above(row, specs)) {
    for (const one of row) specs.set(one, undefined);
    // A queue that this gt does not have is another version's: nothing can be done for its jobs here.
    for (const [queue, ids] of byQueue(row)) {
      const noun: Noun = queues[queue].noun;
      const docs = new Map((await books.readMany(noun, ids.map(recordOf))).map((doc) => [doc.id, doc]));
      for (const id of ids) {
        const doc = docs.get(recordOf(id));
        const spec = doc && !isFinal[noun](doc as never) ? jobOf(noun, doc as never) : undefined;
        if (spec?.jobId === id) specs.set(`${queue}/${id}`, spec);
      }
    }
  }
  for (const one of missing) if (!specs.get(one)) over.push(one);
  // Parents were found last: they are added first.
  for (const level of levelsOf(specs)) for (const [queue, list] of level) await jobs.add(queue, list);
  failpoint('add');
  return over;
}

/** The parents of a row that nobody has looked for yet. */
function above(row: readonly Member[], specs: ReadonlyMap<Member, JobSpec | undefined>): Member[] {
  const parents = row.map((one) => specs.get(one)?.parent).filter((one) => one !== undefined);
  return [...new Set(parents)].filter((one) => !specs.has(one));
}

/** Jobs by their height, those without a parent first. */
function levelsOf(specs: ReadonlyMap<Member, JobSpec | undefined>): Array<Map<QueueName, JobSpec[]>> {
  const levels: Array<Map<QueueName, JobSpec[]>> = [];
  for (const spec of specs.values()) {
    if (!spec) continue;
    let height = 0;
    for (let up = spec.parent && specs.get(spec.parent); up; up = up.parent && specs.get(up.parent)) height++;
    levels[height] ??= new Map();
    const list = levels[height]?.get(spec.queue) ?? [];
    list.push(spec);
    levels[height]?.set(spec.queue, list);
  }
  return levels.filter((level) => level !== undefined);
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
