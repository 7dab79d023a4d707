import { FlowProducer, Queue, Worker } from 'bullmq';
import { HOLD_MS } from '#core/limits';
import type { BenchTown } from './bench-town.ts';

/** The floors: what BullMQ alone takes, on the same Redis and in the same run. */

/** The value in the middle; the upper one of two. */
export const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** One plain job after the other, from add to done: ms each. */
export async function plainTrip(town: BenchTown, count: number): Promise<number> {
  const plain = openPlain(town, 1);
  await plain.worker.waitUntilReady();
  const start = performance.now();
  for (let i = 0; i < count; i++) {
    const done = plain.done(1);
    await plain.queue.add('x', {}, { jobId: `t-${start}-${i}` });
    await done;
  }
  const taken = performance.now() - start;
  await plain.end();
  return taken / count;
}

/** Many plain jobs at once, from add to done, at the same concurrency: jobs a second. */
export async function plainRate(town: BenchTown, count: number): Promise<number> {
  const plain = openPlain(town, town.concurrency);
  await plain.worker.waitUntilReady();
  const start = performance.now();
  const done = plain.done(count);
  await plain.queue.addBulk(
    Array.from({ length: count }, (_, i) => ({ name: 'x', data: {}, opts: { jobId: `r-${start}-${i}` } })),
  );
  await done;
  const taken = performance.now() - start;
  await plain.end();
  return count / (taken / 1000);
}

/** A flow of held children under a parent of their own, as FlowProducer adds it: ms. */
export async function plainFlow({ redis, footing }: BenchTown, count: number): Promise<number> {
  const prefix = `${footing.desk.books.keys.queues}:plain`;
  const flows = new FlowProducer({ connection: redis, prefix });
  await flows.waitUntilReady();
  const children = Array.from({ length: count }, () => ({
    name: 'x',
    queueName: 'children',
    data: {},
    opts: { delay: HOLD_MS },
  }));
  const start = performance.now();
  await flows.add({ name: 'x', queueName: 'parents', data: {}, children });
  const taken = performance.now() - start;
  await flows.close();
  return taken;
}

function openPlain({ redis, footing }: BenchTown, concurrency: number) {
  const prefix = `${footing.desk.books.keys.queues}:plain`;
  const queue = new Queue('plain', { connection: redis, prefix });
  const worker = new Worker('plain', async () => 'done', { connection: redis, prefix, concurrency });
  const done = (count: number) =>
    new Promise<void>((resolve) => {
      let left = count;
      const hear = () => {
        left--;
        if (left > 0) return;
        worker.off('completed', hear);
        resolve();
      };
      worker.on('completed', hear);
    });
  const end = async () => {
    await worker.close();
    await queue.close();
  };
  return { queue, worker, done, end };
}
