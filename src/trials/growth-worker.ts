import { Redis } from 'ioredis';
import type { Member } from '#core/ids';
import { startSleepers, takeOver } from '#daemon/sleepers';
import { gates } from '#processors/gates';
import { molecules } from '#processors/molecules';
import { steps } from '#processors/steps';
import { systemClock } from '#world/clock';
import { killTree } from '#world/processes/kill';
import { jobsFor } from '#world/queue/jobs';
import { workerName } from '#world/queue/recover';
import { ioredisLink } from '#world/store/ioredis-link';
import { keysOf } from '#world/store/keys';
import { growthWorld } from './growth-world.ts';

/** What a worker of molecules is told on its command line, as JSON: it serves until it is killed. */
export type GrowthOrder = { readonly path: string; readonly keys: string; readonly root: string; readonly id: string };

/** The order of a worker's start: the epoch, then what a dead one left running, then its jobs. */
async function serve({ path, keys: named, root, id }: GrowthOrder): Promise<void> {
  const redis = new Redis({ path, maxRetriesPerRequest: null });
  redis.on('error', () => undefined);
  const keys = keysOf(named);
  const fault = (what: string, why: unknown) => process.send?.({ fault: `${what}: ${String(why)}` });
  const log = { info: () => undefined, warn: () => undefined, fault };
  const footing = await takeOver(redis, ioredisLink(redis), keys, systemClock, log);
  await killTree({ tokens: [{ prefix: `GT_WORKER=${id}.` }], graceMs: 0 });
  const mark = (marks: readonly Member[]) => void footing.desk.change(() => ({ put: [], marks, answer: undefined }));
  const world = growthWorld({ root, id, epoch: footing.epoch, limit: 4, mark });
  const queues = jobsFor(footing.link, keys, footing.jobs, footing.epoch);
  await startSleepers(footing, { molecules, steps, gates } as never, {
    name: workerName(footing.epoch),
    world: (self) => ({ ...world, desk: footing.deskOf(self), queues }) as never,
    escalate: async (subject, cause, why) => void fault(`${subject} ${cause}`, why),
    settle: async () => undefined,
    onStale: () => process.exit(1),
    relayMs: 200,
    concurrency: {},
  });
  process.send?.({ serving: true });
}

const [order] = process.argv.slice(2);
if (order?.startsWith('{')) await serve(JSON.parse(order) as GrowthOrder);
