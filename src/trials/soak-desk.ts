import type { Redis } from 'ioredis';
import { systemClock } from '#world/clock';
import { makeDesk } from '#world/desk';
import { silent } from '#world/log';
import { JobQueues, jobOf } from '#world/queue/add';
import { makeAsk } from '#world/queue/ask';
import { Books } from '#world/store/books';
import { ioredisLink } from '#world/store/ioredis-link';
import type { Keys } from '#world/store/keys';
import { validate } from '#world/store/validate';

/** A desk of an op over an ioredis connection; `changeOnly` commits and never wakes, as a process that dies in between. */
export function opDesk(redis: Redis, keys: Keys, random: (bytes: number) => Uint8Array) {
  const link = ioredisLink(redis);
  const books = new Books(link, keys, systemClock, validate);
  const jobs = new JobQueues(redis, keys, () => undefined);
  const parts = { books, clock: systemClock, log: silent, random, writer: { actor: 'trial', epoch: 0 } };
  const desk = makeDesk({ ...parts, ask: makeAsk(link, books, async () => ({ jobs, jobOf })) });
  const mute = makeDesk({ ...parts, ask: async () => ({ ended: [] }) });
  return { ...desk, changeOnly: mute.change, link, jobs };
}
