import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { Molecule } from '#core/records';
import { isRefusal, orThrow } from '#core/refusals';
import { pour } from '#ops/pour';
import { socketPath } from '#world/config/runtime';
import { cookWith } from '#world/formulas/cook-with';
import { formulaFiles } from '#world/formulas/formula-files';
import { readSupervisorRecord } from '#world/processes/supervisor-record';
import { keysOf } from '#world/store/keys';
import { type StoredEvent, tail } from '#world/store/tail';
import { opDesk } from './soak-desk.ts';
import { TrialTown } from './trial-town.ts';

/** A worker of the town, and how many steps have closed since it started. */
type WorkerSeen = { readonly pid: number; readonly epoch: number; closes: number };

/** A real town whose molecules are watched through its events, and whose processes are killed under it. */
export class HanoiTown {
  readonly town = new TrialTown();
  readonly #over = new AbortController();
  readonly #ended = new Set<string>();
  /** How often each step has closed. */
  readonly closes = new Map<string, number>();
  #redis: Redis[] = [];
  #worker: WorkerSeen = { pid: 0, epoch: 0, closes: 0 };
  #heard: () => void = () => {};
  #following: Promise<void> = Promise.resolve();
  #desk: ReturnType<typeof opDesk> | undefined;

  static async begin(): Promise<HanoiTown> {
    const at = new HanoiTown();
    const { town } = at;
    await town.ask(['install', town.root, '--name', 'hanoi']);
    writeFileSync(join(town.root, 'settings/config.json'), JSON.stringify({ dashboard: { port: 0 } }));
    await town.ask(['up']);
    const path = orThrow(socketPath(town.root, 'redis'));
    const connect = () => {
      const redis = new Redis({ path, maxRetriesPerRequest: null, retryStrategy: () => 20 });
      redis.on('error', () => undefined);
      at.#redis.push(redis);
      return redis;
    };
    at.#desk = opDesk(connect(), keysOf(town.id), randomBytes);
    at.#following = tail(connect(), keysOf(town.id), (event) => at.#hear(event), at.#over.signal, '0-0');
    await at.until('the first worker', () => at.#worker.pid !== 0);
    return at;
  }

  get desk(): ReturnType<typeof opDesk> {
    if (!this.#desk) throw new Error('the town is not up');
    return this.#desk;
  }

  /** The worker of now. */
  get worker(): Readonly<WorkerSeen> {
    return this.#worker;
  }

  #hear({ type, subject, data }: StoredEvent): void {
    if (type === 'worker.started') this.#worker = { pid: Number(data['pid']), epoch: Number(data['epoch']), closes: 0 };
    if (type === 'step.closed') {
      this.#worker.closes++;
      this.closes.set(subject, (this.closes.get(subject) ?? 0) + 1);
    }
    if (type === 'molecule.closed') this.#ended.add(subject);
    this.#heard();
  }

  /** Whether a molecule has closed. */
  isOver(mol: string): boolean {
    return this.#ended.has(mol);
  }

  /** Waits until something is so; looks at each event. @throws after `limitMs`, with what the town says of itself */
  async until(what: string, look: () => boolean, limitMs = 120_000): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        timer = setTimeout(() => reject(new Error(`waited ${limitMs} ms in vain: ${what}`)), limitMs);
        this.#heard = () => look() && resolve();
        this.#heard();
      });
    } catch (fault) {
      throw new Error(`${(fault as Error).message}\n${await this.town.tale()}`);
    } finally {
      clearTimeout(timer);
      this.#heard = () => {};
    }
  }

  /** Pours a tower whose moves go to `ledger`. */
  async pour(discs: number, ledger: string): Promise<Molecule> {
    const dish = cookWith(formulaFiles(undefined), { name: `towers-of-hanoi-${discs}`, vars: { ledger } });
    if (isRefusal(dish)) throw new Error(JSON.stringify(dish));
    return orThrow(await pour(this.desk, { plan: dish.plan, prefix: 'hq', rig: '', phase: 'liquid' }));
  }

  /**
   * Kills the worker, or Redis and with it the worker's books, and waits for the worker that takes over. What Redis has answered is in its file by then: a
   * move that the books forget cannot be taken back, and while a disk syncs slowly `everysec` holds back what was answered.
   */
  async kill(whom: 'worker' | 'redis'): Promise<void> {
    if (whom === 'redis') await this.desk.link.call('CONFIG', 'SET', 'appendfsync', 'always');
    const { epoch, pid } = this.#worker;
    process.kill(whom === 'worker' ? pid : this.town.pid('redis'), 'SIGKILL');
    // A supervisor that has seen too many exits is told to go on, as a person would.
    const timer = setInterval(() => {
      const { redis, worker } = readSupervisorRecord(this.town.root)?.children ?? {};
      if (redis?.state === 'broken' || worker?.state === 'broken') void this.town.gt(['up']);
    }, 100);
    try {
      await this.until('the next worker', () => this.#worker.epoch > epoch);
    } finally {
      clearInterval(timer);
    }
  }

  readLedger = (file: string): string => readFileSync(file, 'utf8');

  async end(): Promise<string[]> {
    this.#over.abort();
    await this.#following;
    await this.#desk?.jobs.close();
    for (const redis of this.#redis) redis.disconnect();
    const { exit, out, err } = await this.town.end();
    return exit === 0 ? [] : [`gt down ended with ${exit}: ${err}${out}`];
  }
}
