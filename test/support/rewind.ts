import type { Redis } from 'ioredis';

/** All that Redis held at an instant, by key. */
export type Instant = ReadonlyMap<string, Buffer>;

/** What Redis holds now. */
export async function instant(redis: Redis): Promise<Instant> {
  const held = new Map<string, Buffer>();
  for (const key of await redis.keys('*')) {
    const dump = await redis.dumpBuffer(key);
    if (dump) held.set(key, dump);
  }
  return held;
}

/** Takes Redis back to an instant, as a file that was cut does. */
export async function rewind(redis: Redis, to: Instant): Promise<void> {
  await redis.flushall();
  for (const [key, dump] of to) await redis.restore(key, 0, dump);
}
