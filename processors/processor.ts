import { DelayedError, type Job, UnrecoverableError, WaitingChildrenError, WaitingError, Worker } from 'bullmq';
import { type Member, member, recordOf } from '#core/ids';
import {
  FAULT_BACKOFF_MAX_MS,
  FAULT_BACKOFF_MS,
  FAULT_PARK_MS,
  FAULTS_UNTIL_ESCALATION,
  IDLE_PARENT_MS,
  LOCK_MS,
  PAGE,
} from '#core/limits';
import type { Noun } from '#core/records';
import { explain } from '#core/refusals';
import type { QueueSpec } from '#queues/queue';
import { jobOf } from '#world/queue/add';
import { type Held, isNotOurs, LOCK_LOST, renewLocks, STOPPING } from '#world/queue/renew';
import { StaleEpoch } from '#world/store/books';
import { RedisGone } from '#world/store/link';
import { isUnseen, take } from '#world/store/take';
import type { Answer, Child, Turn } from './answer.ts';
import type { Ground } from './ground.ts';

/** What gt keeps in a job besides the id: consecutive faults. */
type Data = { readonly id?: string; readonly faults?: number };
type AnyProcessor<W> = (turn: Turn<Noun>, world: W) => Promise<Answer>;
type Activation = { readonly job: Job; readonly token: string; readonly self: Member };

/** BullMQ's own signals on their way out: moves that were made, not faults. */
const MOVED = [DelayedError, WaitingChildrenError, WaitingError, UnrecoverableError];

/**
 * The wrapper of every processor: the only code that touches BullMQ's Job. It takes the job out of the unseen set, lets the processor read the books
 * and answer, and turns the answer into BullMQ's moves. Whatever fails, books and queue included, parks the job: with one attempt, an error that
 * left here would end a life-long job for ever.
 *
 * The two looks matter. A commit that concerns the job while it runs marks it, but its wake finds the job active and does nothing. So, once the job
 * is parked (after the throw, in setImmediate: before it two activations could overlap), the wrapper looks whether it was marked, and wakes it.
 */
export class Wrapper<W> {
  readonly worker: Worker;
  readonly #spec: QueueSpec;
  readonly #processor: AnyProcessor<W>;
  readonly #ground: Ground<W>;
  readonly #held = new Map<string, Held>();
  readonly #endRenewal: () => void;
  #loop: Promise<void> = Promise.resolve();
  #stopping = false;
  /** Parents that have looked again at once. */
  readonly #looked = new Set<Member>();

  constructor(spec: QueueSpec, processor: AnyProcessor<W>, ground: Ground<W>) {
    this.#spec = spec;
    this.#processor = processor;
    this.#ground = ground;
    // Three parameters, or BullMQ leaves the third out.
    const processed = (job: Job, token?: string, _signal?: AbortSignal) =>
      this.#run({ job, token: token ?? '', self: memberOf(spec, job) });
    this.worker = new Worker(spec.name, processed, {
      connection: ground.redis,
      prefix: ground.desk.books.keys.queues,
      name: ground.name,
      concurrency: ground.concurrency ?? spec.concurrency,
      autorun: false,
      skipLockRenewal: true,
      lockDuration: LOCK_MS,
      stalledInterval: 15_000,
      maxStalledCount: 1_000_000,
      drainDelay: 5,
      runRetryDelay: 1000,
    });
    this.worker.on('error', (fault) => ground.desk.log.fault(`worker ${spec.name}`, fault));
    const extend = (ids: string[], tokens: string[], ms: number) =>
      this.worker.extendJobLocks(ids, tokens, ms) as Promise<string[]>;
    this.#endRenewal = renewLocks(this.#held, extend, (fault) => ground.desk.log.fault('renew', fault));
  }

  /** Begins to fetch jobs. */
  start(): void {
    this.#loop = this.worker.run().catch((fault: unknown) => this.#ground.desk.log.fault(`worker ${this.#spec.name}`, fault));
  }

  /** Hands every running job back, and takes no further one. Ends after `ms` at the latest, also when Redis is down. */
  async stop(ms: number): Promise<void> {
    this.#stopping = true;
    const { desk, redis } = this.#ground;
    await this.worker.pause(true);
    for (const one of this.#held.values()) one.abort.abort(STOPPING);
    // A blocked fetch takes one more job when it is woken, by the first hand-back at the latest: it is woken now, so that this job is handed back too.
    redis.zadd(`${desk.books.keys.queue(this.#spec.name)}marker`, 0, '0').catch(() => undefined);
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([this.#loop, new Promise((resolve) => (timer = setTimeout(resolve, ms)))]);
    clearTimeout(timer);
    this.#endRenewal();
    await this.worker.close(true);
  }

  async #run(at: Activation): Promise<unknown> {
    const { job, token, self } = at;
    const { desk, link, epoch, world, onStale } = this.#ground;
    const data = job.data as Data;
    const id = data.id ?? recordOf(job.id ?? '');
    const mine: Held = { jobId: job.id ?? '', abort: new AbortController() };
    const { signal } = mine.abort;
    this.#held.set(token, mine);
    try {
      if (this.#stopping) return await this.#handBack(at); // the fetch that was blocked when the stop came is served by the first hand-back
      const again = () => take(link, desk.books, epoch, self, this.#spec.noun, id);
      const turn: Turn<Noun> = { id, member: self, ...(await again()), again, signal, show: (why) => this.#show(job, why) };
      const answer = await this.#processor(turn, world(self));
      if (signal.reason === LOCK_LOST) throw new Error(LOCK_LOST);
      if ((data.faults ?? 0) >= FAULTS_UNTIL_ESCALATION) await this.#ground.settle(self);
      if (data.faults) await job.updateData({ ...job.data, faults: 0 });
      return await this.#obey(at, answer);
    } catch (fault) {
      if (MOVED.some((kind) => fault instanceof kind) || signal.reason === LOCK_LOST) throw fault;
      const over = fault instanceof StaleEpoch || (fault instanceof RedisGone && fault.reason === 'restarted');
      if (over) onStale();
      if (over || signal.aborted) return await this.#letGo(at);
      return await this.#parkFaulted(at, fault);
    } finally {
      this.#held.delete(token);
    }
  }

  async #obey(at: Activation, answer: Answer): Promise<unknown> {
    const { job, self } = at;
    switch (answer.do) {
      case 'sleep':
        await this.#show(job, answer.why);
        return this.#park(at, answer.until);
      case 'await':
        await this.#addChildren(answer.children);
        await this.#show(job, answer.why);
        return this.#awaitChildren(at, () => this.#lookOnce(at, answer.children.length > 0));
      case 'handBack':
        return this.#handBack(at);
      case 'giveUp': {
        const { says } = explain(answer.refusal);
        await this.#ground.escalate(self, answer.refusal.refused, says);
        throw new UnrecoverableError(says);
      }
      case 'done': // its children may have been added by others
        if (answer.childless || (await job.getDependenciesCount()).unprocessed === 0) return answer.result;
        return this.#awaitChildren(at, async () => answer.result);
      default:
        throw new Error(`${self} gave no answer: ${JSON.stringify(answer satisfies never)}`);
    }
  }

  // The token leaves `held` before each move: a lock that is given back must neither be renewed nor be reported lost to the job's next activation.

  async #park(at: Activation, until: number): Promise<never> {
    this.#held.delete(at.token);
    await at.job.moveToDelayed(until, at.token);
    this.#lookAgain(at.self);
    throw new DelayedError();
  }

  /** No child is pending. Those that were named have ended since they were read: looked at again at once, and, should that lead nowhere, after a pause. */
  async #lookOnce(at: Activation, named: boolean): Promise<never> {
    const again = named && !this.#looked.delete(at.self);
    if (this.#looked.size > PAGE) this.#looked.clear();
    if (again) this.#looked.add(at.self);
    return this.#park(at, this.#ground.desk.clock.now() + (again ? 1 : IDLE_PARENT_MS));
  }

  async #handBack(at: Activation): Promise<never> {
    this.#held.delete(at.token);
    await at.job.moveToWait(at.token);
    throw new WaitingError();
  }

  /** Hands back what cannot be brought to an end; when that fails too, the job stays active and the next worker has it. */
  async #letGo(at: Activation): Promise<never> {
    try {
      return await this.#handBack(at);
    } catch (fault) {
      if (!(fault instanceof WaitingError)) this.#ground.desk.log.fault('hand back', fault, { job: at.self });
      throw new WaitingError();
    }
  }

  async #awaitChildren<T>(at: Activation, whenNone: () => Promise<T>): Promise<T> {
    this.#held.delete(at.token);
    if (!(await at.job.moveToWaitingChildren(at.token))) return whenNone();
    this.#lookAgain(at.self);
    throw new WaitingChildrenError();
  }

  /** The look after the throw. A fault here is mended by the relay within a second. */
  #lookAgain(self: Member): void {
    const { desk, link } = this.#ground;
    setImmediate(async () => {
      try {
        if (await isUnseen(link, desk.books, self)) await desk.wake([self]);
      } catch (fault) {
        desk.log.fault('look again', fault, { job: self });
      }
    });
  }

  async #show(job: Job, why: string): Promise<void> {
    if (job.progress !== why) await job.updateProgress(why);
  }

  async #addChildren(children: readonly Child[]): Promise<void> {
    for (const child of children) {
      const one = jobOf(child.noun, child.doc as never);
      await this.#ground.jobs.add(one.queue, [one]);
    }
  }

  /** A fault parks the job: soon at first, ever later, and from the Nth on with a question to a person. It never ends it. */
  async #parkFaulted(at: Activation, fault: unknown): Promise<never> {
    const { job, self } = at;
    const { desk, escalate, backoffMs = FAULT_BACKOFF_MS } = this.#ground;
    const faults = ((job.data as Data).faults ?? 0) + 1;
    const lasting = faults >= FAULTS_UNTIL_ESCALATION;
    const says = String(fault).slice(0, 500);
    desk.log.fault('activation failed', fault, { job: self, faults });
    for (;;)
      try {
        await job.updateData({ ...job.data, faults });
        await job.log(`${new Date(desk.clock.now()).toISOString()} fault ${faults}: ${says}`);
        await this.#show(job, `trying again after a fault: ${says}`);
        if (lasting) await escalate(self, 'fault', says);
        const backoff = lasting ? FAULT_PARK_MS : Math.min(FAULT_BACKOFF_MAX_MS, backoffMs * 2 ** faults);
        return await this.#park(at, desk.clock.now() + backoff);
      } catch (again) {
        if (again instanceof DelayedError || isNotOurs(again)) throw again;
        if (this.#stopping) return await this.#letGo(at);
        // Redis full, read-only or away: the job stays active and ours until it can be parked.
        desk.log.fault('park', again, { job: self });
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
  }
}

/** A patrol's tick has an id of the Job Scheduler's making; everything else is named by its own. */
function memberOf(spec: QueueSpec, job: Job): Member {
  return member(spec.name, job.id?.startsWith('repeat:') ? `${job.name}@1` : (job.id ?? ''));
}
