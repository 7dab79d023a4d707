import { Redis } from 'ioredis';
import type { HookInput } from '#core/hook-words';
import type { Delivery, Run as PolecatRun } from '#core/records';
import { hookCalled } from '#ops/hook-called';
import { type Nudge, nudge } from '#ops/nudge';
import type { Turn } from '#processors/answer';
import { deliveries } from '#processors/deliveries';
import { shippedPresets } from '#world/agents/presets';
import { systemClock } from '#world/clock';
import { makeNews, type News } from '#world/news';
import type { Host } from '#world/pty/host';
import { tail } from '#world/store/tail';
import type { World } from '#world/world';
import type { Sleepers } from '../../src/daemon/sleepers.ts';
import { freshKeys } from './books.ts';
import { freshOnRedis } from './fresh.ts';
import { aRun, item } from './records.ts';
import { SaidHost } from './said-host.ts';
import { good } from './shop.ts';
import { type Run, type Town, town } from './sleepers.ts';
import { until } from './until.ts';

export const WORK = item('gp-a', { status: 'in_progress', run: 'gp-a.r1', runs: 1 });
const TOKEN = 'town.gp-a.r1.s1.00112233445566778899';
export const SESSION = { id: 'gp-a.r1.s1', token: TOKEN, at: 1, pid: 1, ackedAt: 2 };
export const RUN: PolecatRun = aRun('gp-a.r1', { state: 'live', agent: 'claude', sessions: 1, session: SESSION });
export const CALLER = { session: SESSION.id, run: RUN.id, token: TOKEN };

/** The job of a delivery, across queues. */
export const job = (id: string) => `deliveries/${id}` as const;

/** A worker with the real processor of deliveries, its news told by the real stream; one agent at work, and a host that answers as the test says. */
export class ServedDeliveries {
  readonly #path: string;
  readonly #keys = freshKeys();
  readonly host = new SaidHost();
  /** The preset of the agent. */
  preset = 'pi';
  #at: Town | undefined;
  #worker: Sleepers | undefined;
  #over = new AbortController();

  private constructor(path: string) {
    this.#path = path;
  }

  static async open(path: string): Promise<ServedDeliveries> {
    const served = new ServedDeliveries(path);
    await served.serve();
    await served.at.put('run', RUN);
    await served.at.put('work', WORK);
    return served;
  }

  get at(): Town {
    if (!this.#at) throw new Error('nobody serves');
    return this.#at;
  }

  async serve(): Promise<void> {
    const news = makeNews(systemClock);
    this.#over = new AbortController();
    const follower = new Redis({ path: this.#path, maxRetriesPerRequest: null });
    follower.on('error', () => undefined);
    await follower.ping();
    void tail(follower, this.#keys, ({ subject }) => news.tell(subject), this.#over.signal, '0-0');
    const run: Run = (turn, desk) => deliveries(turn as unknown as Turn<'delivery'>, this.#world(news, desk));
    this.#at = await town(this.#path, this.#keys, { deliveries: run });
    this.#worker = await this.#at.begin();
  }

  async leave(): Promise<void> {
    this.#over.abort();
    await this.#worker?.stop(2000);
    await this.at.end();
  }

  #world(news: News, desk: World['desk']): World {
    return {
      desk,
      news,
      epoch: 1,
      host: () => this.host as unknown as Host,
      rig: () => ({}),
      agents: { preset: () => shippedPresets().find(({ name }) => name === this.preset)?.preset },
    } as unknown as World;
  }

  async say(text: string, more: Partial<Nudge> = {}): Promise<string> {
    return good(await nudge(this.at.op, { to: 'gp/toast', work: WORK.id, text, mode: 'wait-idle', ...more })).id;
  }

  async read(id: string): Promise<Delivery> {
    return (await this.at.op.books.read('delivery', id)) as Delivery;
  }

  becomes(id: string, state: Delivery['state']): Promise<Delivery> {
    return until(`${id} is ${state}`, () => this.read(id).then((doc) => doc.state === state && doc));
  }

  asked(count: number): Promise<boolean> {
    return until(`the host was asked ${count} times`, () => this.host.asked.length >= count);
  }

  heardHook(input: HookInput = { tool: 'Bash' }) {
    return hookCalled(this.at.op, CALLER, { at: 'context', input, mayPrint: true });
  }

  parked(id: string, why: string): Promise<boolean> {
    return until(`${id} is parked: ${why}`, async () => {
      const found = (await this.at.state(job(id))) === 'delayed' ? await this.at.jobOf(job(id)) : undefined;
      return String(found?.progress ?? '').includes(why);
    });
  }
}

/** For each test a worker that serves deliveries, in books of its own, on a Redis of the file. */
export const servedEachTest = (take: (one: ServedDeliveries) => void) =>
  freshOnRedis({ open: ServedDeliveries.open, end: (one) => one.leave() }, take);
