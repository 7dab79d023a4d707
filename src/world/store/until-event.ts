import { Redis } from 'ioredis';
import type { Books } from './books.ts';
import type { Where } from './link.ts';
import { tail } from './tail.ts';

const RETRY_MS = 200;

/**
 * Looks, and looks again at each event about `subject`, until `look` answers something; undefined when `signal` was aborted before. Nothing is lost between
 * a look and the next event: the stream is followed from before the first look.
 */
export async function untilEvent<T>(
  { where, books }: { where: Where; books: Books },
  subject: string,
  look: () => Promise<T | undefined>,
  signal: AbortSignal,
): Promise<T | undefined> {
  const [last] = await books.eventsBefore(undefined, 1);
  const options = { maxRetriesPerRequest: null, retryStrategy: () => RETRY_MS };
  const redis = 'path' in where ? new Redis({ path: where.path, ...options }) : new Redis(where.url, options);
  redis.on('error', () => undefined); // a connection that is lost is waited for
  const over = new AbortController();
  let heard: () => void = () => undefined;
  const hear = (event: { subject: string }) => event.subject === subject && heard();
  signal.addEventListener('abort', () => heard());
  const following = tail(redis, books.keys, hear, over.signal, last?.id ?? '0-0');
  try {
    while (!signal.aborted) {
      const next = new Promise<void>((resolve) => {
        heard = resolve;
      });
      const found = await look();
      if (found !== undefined) return found;
      if (!signal.aborted) await next;
    }
    return undefined;
  } finally {
    over.abort();
    await following;
  }
}
