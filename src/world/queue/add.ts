import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { jobMember } from '#core/derive';
import { type Member, parts } from '#core/ids';
import { HOLD_MS } from '#core/limits';
import type { Noun, Records } from '#core/records';
import { type QueueName, queueOf, queues } from '#queues/index';
import type { Keys } from '#world/store/keys';

/** A job as it is added: everything follows from its record. */
export type JobSpec = {
  readonly queue: QueueName;
  readonly jobId: string;
  readonly name: string;
  readonly record: string;
  readonly parent?: Member;
  /** Added asleep: it waits for a wake. */
  readonly held?: true;
};

/** The job of a record. @throws for a noun without a queue */
export function jobOf<N extends Noun>(noun: N, doc: Records[N]): JobSpec {
  const own = jobMember[noun](doc);
  const name = queueOf[noun];
  if (!own || !name) throw new Error(`a ${noun} has no job`);
  const spec = queues[name] as unknown as { title(doc: Records[N]): string; parent?(doc: Records[N]): Member | undefined };
  const parent = spec.parent?.(doc);
  return {
    queue: name,
    jobId: parts(own).jobId,
    name: spec.title(doc).slice(0, 200),
    record: doc.id,
    ...(parent ? { parent } : {}),
  };
}

/** BullMQ's queues of one town over one connection, made when first needed. */
export class JobQueues {
  readonly #redis: Redis;
  readonly #keys: Keys;
  readonly #open = new Map<string, Queue>();
  readonly #log: (what: string, fault: unknown) => void;

  constructor(redis: Redis, keys: Keys, log: (what: string, fault: unknown) => void) {
    this.#redis = redis;
    this.#keys = keys;
    this.#log = log;
  }

  get(name: QueueName): Queue {
    const known = this.#open.get(name);
    if (known) return known;
    const made = new Queue(name, { connection: this.#redis, prefix: this.#keys.queues, streams: { events: { maxLen: 500 } } });
    made.on('error', (fault) => this.#log(`queue ${name}`, fault));
    this.#open.set(name, made);
    return made;
  }

  /** Adds jobs of one queue; a job that exists in any state is left as it is. A parent must exist. */
  async add(name: QueueName, specs: readonly JobSpec[]): Promise<void> {
    await this.get(name).addBulk(specs.map((spec) => this.#form(spec)));
  }

  #form(spec: JobSpec) {
    const { record, jobId, name, parent, held } = spec;
    // What ends is kept: that is BullMQ's default.
    const asleep = held ? { delay: HOLD_MS } : {};
    const opts = { jobId, attempts: 1, keepLogs: 50, ...asleep };
    if (!parent) return { name, data: { id: record }, opts };
    // By default a failed child hangs its parent for ever; the parent reads the books instead.
    const of = parts(parent);
    const at = { id: of.jobId, queue: `${this.#keys.queues}:${of.queue}` };
    return { name, data: { id: record }, opts: { ...opts, parent: at, ignoreDependencyOnFailure: true } };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open.values()].map((queue) => queue.close()));
  }
}
