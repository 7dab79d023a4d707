import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterEach } from 'vitest';
import { jobMember } from '#core/derive';
import { type Member, parts } from '#core/ids';
import type { Noun, Records } from '#core/records';
import type { Answer, Turn } from '#processors/answer';
import type { QueueName } from '#queues/index';
import { systemClock } from '#world/clock';
import type { Desk } from '#world/desk';
import { workerName } from '#world/queue/recover';
import { ioredisLink } from '#world/store/ioredis-link';
import type { Keys } from '#world/store/keys';
import { type Footing, type Sleepers, startSleepers, takeOver } from '../../src/daemon/sleepers.ts';
import { opDesk } from '../../src/trials/soak-desk.ts';
import { until } from './until.ts';

export type Run = (turn: Turn<Noun>, desk: Desk) => Promise<Answer>;
export type Wish = {
  readonly relayMs?: number;
  readonly backoffMs?: number;
  readonly concurrency?: { readonly [queue: string]: number };
  readonly escalate?: (subject: string, cause: string, why: string) => Promise<void>;
  readonly onStale?: () => void;
};

/** A worker with small processors on the real queues, and an op beside it on a connection of its own. */
export type Town = Awaited<ReturnType<typeof town>>;

/** Longer than any test: what the relay would mend shows. */
export const NEVER = 1e8;

export async function town(path: string, keys: Keys, processors: { readonly [Q in QueueName]?: Run }, wish: Wish = {}) {
  const redis = connect(path);
  const side = connect(path);
  const op = opDesk(side, keys, randomBytes);
  const faults: string[] = [];
  const escalated: string[] = [];
  const log = {
    info: () => undefined,
    warn: () => undefined,
    fault: (what: string, fault: unknown) => void faults.push(`${what}: ${String(fault)}`),
  };
  const ran: Member[] = [];
  const noted = Object.entries(processors).map(([queue, run]) => {
    const processor: Run = (turn, desk) => {
      ran.push(turn.member);
      return run(turn, desk);
    };
    return [queue, processor] as const;
  });
  const footing: Footing = await takeOver(redis, ioredisLink(redis), keys, systemClock, log);
  const escalate = wish.escalate ?? (async (subject, cause, why) => void escalated.push(`${subject} ${cause}: ${why}`));
  const begin = (): Promise<Sleepers> =>
    startSleepers(footing, Object.fromEntries(noted), {
      name: workerName(footing.epoch),
      world: (self) => footing.deskOf(self),
      escalate,
      settle: async (subject) => void escalated.push(`${subject} settled`),
      onStale: wish.onStale ?? (() => void faults.push('stale')),
      concurrency: wish.concurrency ?? {},
      relayMs: wish.relayMs ?? NEVER,
      ...(wish.backoffMs === undefined ? {} : { backoffMs: wish.backoffMs }),
    });
  const jobOf = (of: Member) => op.jobs.get(parts(of).queue as QueueName).getJob(parts(of).jobId);
  const state = async (of: Member) => (await jobOf(of))?.getState();
  const becomes = (of: Member, due: string) => until(`${of} is ${due}`, async () => (await state(of)) === due);
  return {
    op,
    redis: side,
    footing,
    faults,
    escalated,
    /** The activations, in order of their starts. */
    ran,
    begin,
    jobOf,
    state,
    becomes,
    /** Writes a record as it is, and wakes what it concerns (the job of a new record is added). */
    put: <N extends Noun>(noun: N, doc: Records[N]) => write(op.change, noun, doc),
    /** The same, by somebody who dies before the wake. */
    putOnly: <N extends Noun>(noun: N, doc: Records[N]) => write(op.changeOnly, noun, doc),
    counts: async (queue: QueueName) => {
      const of = await op.jobs.get(queue).getJobCounts('wait', 'active', 'delayed', 'waiting-children', 'completed', 'failed');
      return Object.fromEntries(Object.entries(of).filter(([, count]) => count > 0));
    },
    end: async () => {
      await op.jobs.close();
      redis.disconnect();
      side.disconnect();
    },
  };
}

/** The job of a record. */
export function jobFor<N extends Noun>(noun: N, doc: Records[N]): Member {
  const job = jobMember[noun](doc);
  if (!job) throw new Error(`a ${noun} has no job`);
  return job;
}

async function write<N extends Noun>(change: Desk['change'], noun: N, doc: Records[N]): Promise<void> {
  await change(async (reading) => {
    await reading.get(noun, doc.id);
    return { put: [{ noun, doc } as never], answer: undefined };
  });
}

function connect(path: string): Redis {
  const redis = new Redis({
    path,
    maxRetriesPerRequest: null,
    autoResendUnfulfilledCommands: false,
    retryStrategy: () => 20,
  });
  redis.on('error', () => undefined);
  return redis;
}

/** A door in the way of an activation: it says that it stands there, and waits until it is let through. */
export function door() {
  let arrive = () => {};
  let open = () => {};
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const pass = () => {
    arrive();
    return opened;
  };
  return { arrived, open, pass };
}

/** After each test of a file its worker stops and its town ends. @param of what the test has begun; what an earlier one has is not ended again */
export function endsEachTest(of: () => { readonly at: Town | undefined; readonly worker: Sleepers | undefined }): void {
  const over = new Set<unknown>();
  const once = async (one: Town | Sleepers | undefined, end: () => unknown) => {
    if (one === undefined || over.has(one)) return;
    over.add(one);
    await end();
  };
  afterEach(async () => {
    const { at, worker } = of();
    await once(worker, () => worker?.stop(2000));
    await once(at, () => at?.end());
  });
}
