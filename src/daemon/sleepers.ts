import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Member } from '#core/ids';
import type { Noun } from '#core/records';
import { secretsOf } from '#core/redact/secrets';
import type { Answer, Turn } from '#processors/answer';
import type { Ground } from '#processors/ground';
import { Wrapper } from '#processors/processor';
import { type QueueName, queues } from '#queues/index';
import { cleanDesk } from '#world/clean-desk';
import type { Clock } from '#world/clock';
import type { Desk } from '#world/desk';
import { makeDesk } from '#world/desk';
import type { Log } from '#world/log';
import { JobQueues, jobOf } from '#world/queue/add';
import { type Ask, makeAsk } from '#world/queue/ask';
import { handBackOthers } from '#world/queue/recover';
import { relay, relayOnce } from '#world/queue/relay';
import { Books } from '#world/store/books';
import type { Keys } from '#world/store/keys';
import type { Link } from '#world/store/link';
import { raiseEpoch } from '#world/store/take';
import { validate } from '#world/store/validate';

/** What every job of this worker rests on: one shared connection, the books, the queues, the epoch. */
export type Footing = {
  readonly redis: Redis;
  readonly jobs: JobQueues;
  readonly epoch: number;
  /** The desk of the worker itself, and of one of its jobs (whose own commits do not mark it). */
  readonly desk: Desk;
  readonly deskOf: (job: Member) => Desk;
  readonly link: Link;
  readonly ask: Ask;
};

/** Takes the town over: raises the epoch, so that an older worker can neither commit nor take jobs from here on. */
export async function takeOver(redis: Redis, link: Link, keys: Keys, clock: Clock, log: Log): Promise<Footing> {
  const books = new Books(link, keys, clock, validate);
  const jobs = new JobQueues(redis, keys, (what, fault) => log.fault(what, fault));
  const ask = makeAsk(link, books, async () => ({ jobs, jobOf }));
  const epoch = await raiseEpoch(link, books, clock.now());
  const random = (bytes: number) => randomBytes(bytes);
  const secrets = secretsOf(process.env); // agents get them from here
  const deskOf = (self?: Member) =>
    cleanDesk(makeDesk({ books, clock, log, ask, random, writer: { actor: 'gt', epoch, ...(self ? { self } : {}) } }), secrets);
  return { redis, jobs, epoch, link, ask, desk: deskOf(), deskOf };
}

/** A processor as the wrapper runs it: which noun it is about follows from its queue. */
export type AnyProcessor<W> = (turn: Turn<Noun>, world: W) => Promise<Answer>;
export type Sleepers = {
  readonly handedBack: number;
  /** Calls `listener` for each job that ends. */
  readonly onEnded: (listener: (jobId: string) => void) => void;
  readonly stop: (ms: number) => Promise<void>;
};

/** Hands back what a dead worker left, relays what it did not wake, then fetches. */
export async function startSleepers<W>(
  footing: Footing,
  processors: { readonly [Q in QueueName]?: AnyProcessor<W> },
  ground: Pick<Ground<W>, 'name' | 'world' | 'escalate' | 'settle' | 'onStale'> & {
    readonly concurrency?: { readonly [queue: string]: number };
    readonly relayMs?: number;
    readonly backoffMs?: number;
  },
): Promise<Sleepers> {
  const { link, desk, jobs, redis, epoch, ask } = footing;
  const handedBack = await handBackOthers(link, desk.books.keys, jobs, epoch);
  await relayOnce(link, desk.books, ask, desk.clock.now());
  const wrappers = (Object.entries(processors) as Array<[QueueName, AnyProcessor<W>]>).map(([name, processor]) => {
    const concurrency = ground.concurrency?.[name] ?? queues[name].concurrency;
    return new Wrapper<W>(queues[name] as never, processor, { redis, link, jobs, epoch, desk, ...ground, concurrency });
  });
  for (const one of wrappers) one.start();
  const endRelay = relay(link, desk.books, ask, desk.clock, (fault) => desk.log.fault('relay', fault), ground.relayMs);
  return {
    handedBack,
    onEnded: (listener) => {
      for (const one of wrappers) one.worker.on('completed', (job) => listener(job.id ?? ''));
    },
    stop: async (ms) => {
      endRelay();
      await Promise.all(wrappers.map((one) => one.stop(ms)));
      await jobs.close();
    },
  };
}
