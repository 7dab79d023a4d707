import { hostname } from 'node:os';
import { THE_WORKER } from '#core/derive';
import { orThrow } from '#core/refusals';
import type { Desk } from '#world/desk';
import { myself } from '#world/processes/process';

/** What the worker has done once: written last, so that one that dies on the way leaves it to the next. With `redisRun` agents are heard again. */
export async function noteOfWorker(desk: Desk, done: { redisRun: string } | { indexed: string }): Promise<void> {
  await desk.change(async (reading) => {
    const doc = await reading.get('worker', THE_WORKER);
    return { put: doc ? [{ noun: 'worker', doc: { ...doc, ...done } }] : [], answer: undefined };
  });
}

/** Writes down who serves the town. @returns the run of Redis with which books and world last agreed, and the indexes that the books have */
export async function takeRecord(
  desk: Desk,
  epoch: number,
): Promise<{ redisRun?: string | undefined; indexed?: string | undefined }> {
  return orThrow(
    await desk.change(async (reading) => {
      const last = await reading.get('worker', THE_WORKER);
      const doc = {
        id: THE_WORKER,
        epoch,
        ...myself(),
        host: hostname(),
        startedAt: desk.clock.now(),
        redisRun: last?.redisRun ?? '',
        indexed: last?.indexed,
      };
      return {
        put: [{ noun: 'worker', doc }],
        events: [{ type: 'worker.started', subject: THE_WORKER, data: { epoch, pid: process.pid } }],
        answer: { redisRun: last?.redisRun, indexed: last?.indexed },
      };
    }),
  );
}
