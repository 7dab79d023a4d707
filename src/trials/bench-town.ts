import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { isRefusal, Refused } from '#core/refusals';
import { createWork, MILESTONE, sling } from '#core/work';
import { type AnyProcessor, type Footing, type Sleepers, startSleepers, takeOver } from '#daemon/sleepers';
import { type QueueName, queues } from '#queues/index';
import { systemClock } from '#world/clock';
import { silent } from '#world/log';
import { jobsFor } from '#world/queue/jobs';
import { findRedisServer, redisArgv } from '#world/redis/server';
import { keysOf } from '#world/store/keys';
import { openLink } from '#world/store/link';
import type { World } from '#world/world';

/** A Redis of the bench's own, and the shipped worker of some queues on it: processors, wrapper, books. No agents, no git. */
export type BenchTown = {
  /** Its socket. */
  readonly path: string;
  readonly redis: Redis;
  readonly footing: Footing;
  readonly sleepers: Sleepers;
  /** Of the queue that the bench is about. */
  readonly concurrency: number;
  readonly end: () => Promise<void>;
};

/** @param ran the processors that run, the one that the bench is about first */
export async function benchTown(ran: { readonly [Q in QueueName]?: AnyProcessor<World> }): Promise<BenchTown> {
  const dir = mkdtempSync(join(tmpdir(), 'gt-bench-'));
  const path = join(dir, 's');
  const program = findRedisServer();
  if (typeof program !== 'string') throw new Refused(program);
  const [, ...flags] = redisArgv({ program, socket: path, data: join(dir, 'data') });
  const server: ChildProcess = spawn(program, flags, { stdio: 'ignore' });
  const link = await openLink({ path }, { waitMs: 10_000 });
  const redis = new Redis({ path, maxRetriesPerRequest: null });
  redis.on('error', () => undefined);
  const footing = await takeOver(redis, link, keysOf('bench'), systemClock, silent);
  const name = `bench/${process.pid}`;
  const own = jobsFor(link, footing.desk.books.keys, footing.jobs, footing.epoch);
  const sleepers = await startSleepers(footing, ran, {
    name,
    world: (self) => ({ desk: footing.deskOf(self), queues: own }) as World,
    escalate: async (_subject, _cause, why) => {
      throw new Error(why);
    },
    settle: async () => undefined,
    onStale: () => undefined,
  });
  const end = async () => {
    await sleepers.stop(1000);
    link.close();
    redis.disconnect();
    server.kill();
    await once(server, 'exit');
    rmSync(dir, { recursive: true, force: true });
  };
  const [about = 'work'] = Object.keys(ran) as QueueName[];
  return { path, redis, footing, sleepers, concurrency: queues[about].concurrency, end };
}

/** Milestones that close as soon as what they wait for has closed; `on(i)` names it. All are slung, and held, before this resolves. */
export async function milestones({ footing }: BenchTown, ids: readonly string[], on: (i: number) => string): Promise<void> {
  const { desk } = footing;
  const at = systemClock.now();
  for (const [i, id] of ids.entries()) {
    const made = await desk.change(async (reading) => {
      await reading.get('work', id);
      const created = createWork(
        { id, rig: 'bench', title: id, type: MILESTONE, priority: 2, labels: [], deps: [on(i)], text: {} },
        [on(i)],
        'bench',
        at,
      );
      const slung = sling(created.answer, { by: 'overseer' }, at);
      return isRefusal(slung) ? slung : { ...slung, needs: created.needs ?? [], answer: undefined };
    });
    if (isRefusal(made)) throw new Error(made.refused);
  }
}

/** Closes what all wait for: the start of a measurement. */
export async function settle({ footing }: BenchTown, id: string): Promise<void> {
  await footing.desk.change(() => ({ put: [], settle: [id], answer: undefined }));
}

/** Resolves when `count` jobs have ended since the call. */
export function ended({ sleepers }: BenchTown, count: number): Promise<void> {
  return new Promise((resolve) => {
    let left = count;
    sleepers.onEnded(() => {
      left--;
      if (left === 0) resolve();
    });
  });
}
