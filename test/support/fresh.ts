import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { type PrivateRedis, privateRedis } from './redis.ts';

/** A Redis of a test file's own, from before its first test until after its last. @returns where it is, once the tests run */
export function redisOfFile(): { readonly path: string } {
  let redis: PrivateRedis;
  beforeAll(async () => {
    redis = await privateRedis();
  });
  afterAll(() => redis.stop());
  return {
    get path() {
      return redis.path;
    },
  };
}

/** How a test gets something fresh of the file's own Redis: made from its socket, and ended after the test. */
type Fresh<T> = { readonly open: (path: string) => Promise<T>; readonly end: (one: T) => unknown };

/** For each test of a file something fresh, on a Redis that is the file's own. @param take is given it before the test */
export function freshOnRedis<T>({ open, end }: Fresh<T>, take: (one: T) => void): void {
  const redis = redisOfFile();
  let one: T | undefined;
  beforeEach(async () => {
    one = await open(redis.path);
    take(one);
  });
  afterEach(async () => {
    if (one !== undefined) await end(one);
    one = undefined;
  });
}
