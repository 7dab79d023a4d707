import type { Redis } from 'ioredis';
import type { Keys } from './keys.ts';

/** An event as it stands in the stream. */
export type StoredEvent = {
  readonly id: string;
  readonly type: string;
  readonly at: number;
  readonly actor: string;
  readonly subject: string;
  readonly rig: string;
  readonly data: Record<string, unknown>;
};

/** Reads a stream entry's fields. */
export function eventOf(id: string, fields: readonly string[]): StoredEvent {
  const of = new Map(fields.flatMap((name, i) => (i % 2 === 0 ? [[name, fields[i + 1] ?? ''] as const] : [])));
  const text = (name: string) => of.get(name) ?? '';
  return {
    id,
    type: text('type'),
    at: Number(text('at')),
    actor: text('actor'),
    subject: text('subject'),
    rig: text('rig'),
    data: JSON.parse(text('data') || '{}'),
  };
}

/**
 * Follows the event stream on a connection of its own until `signal`, from now on or after the event `from`. Earlier ones are not told; a lost connection
 * is waited for.
 */
export async function tail(
  redis: Redis,
  keys: Keys,
  hear: (event: StoredEvent) => void,
  signal: AbortSignal,
  from = '$',
): Promise<void> {
  let last = from;
  signal.addEventListener('abort', () => redis.disconnect());
  while (!signal.aborted)
    try {
      // By its id from the first read on: what comes between two reads, or while the connection is lost, comes after it.
      if (last === '$') last = await newest(redis, keys);
      const reply = await redis.xread('COUNT', 500, 'BLOCK', 10_000, 'STREAMS', keys.events, last);
      for (const [, entries] of reply ?? [])
        for (const [id, fields] of entries) {
          last = id;
          hear(eventOf(id, fields));
        }
    } catch {
      if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, 200));
    }
}

/** The id of the last event; that before all others where there is none. */
async function newest(redis: Redis, keys: Keys): Promise<string> {
  const [entry] = await redis.xrevrange(keys.events, '+', '-', 'COUNT', 1);
  return entry?.[0] ?? '0-0';
}
