import { type ChildProcess, fork, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import type { Proto } from '#core/formula/proto';
import type { Molecule } from '#core/records';
import { isRefusal } from '#core/refusals';
import { startSleepers, takeOver } from '#daemon/sleepers';
import { pour } from '#ops/pour';
import { molecules } from '#processors/molecules';
import { steps } from '#processors/steps';
import { systemClock } from '#world/clock';
import { silent } from '#world/log';
import { jobsFor } from '#world/queue/jobs';
import { mendTail } from '#world/redis/mend-tail';
import { keysOf } from '#world/store/keys';
import { openLink } from '#world/store/link';
import type { World } from '#world/world';
import { faultsOfRun, randomPlan } from './random-dag.ts';
import { drawn, upTo } from './seeded.ts';
import { opDesk } from './soak-desk.ts';

/**
 * The kill soak of molecules: random plans of steps that close by themselves, poured and run by a worker that is killed again and again, on a Redis that is
 * killed too. Each step must close once, after what it needs.
 */
export type MoleculeSoak = {
  readonly seed: number;
  readonly sizes: readonly number[];
  /** Kills of the worker, for each molecule at most, and of Redis. */
  readonly kills: number;
  readonly redisKills: number;
  /** Longest life of a worker, ms. */
  readonly lifeMs: number;
  /** Places where the worker dies, before it is killed anywhere: `<name> <n>`, the n-th time that it passes. */
  readonly places?: readonly string[];
};
/** What a person's soak tries: larger, and longer. */
export const FULL_MOLECULES: Omit<MoleculeSoak, 'seed'> = { sizes: [2000, 500, 50], kills: 15, redisKills: 5, lifeMs: 300 };

export type MoleculeSoakResult = { readonly kills: number; readonly redisKills: number; readonly faults: readonly string[] };

const keys = keysOf('molsoak');
const RETRY_MS = 20;
/** A molecule that does not end within this has lost a step. */
const PATIENCE_MS = 120_000;

const connect = (path: string) => {
  const redis = new Redis({ path, maxRetriesPerRequest: null, retryStrategy: () => RETRY_MS });
  redis.on('error', () => undefined);
  return redis;
};
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** The killed one: the shipped processors. It ends when Redis has been away, as the town's worker does. */
async function work(path: string): Promise<void> {
  const redis = connect(path);
  const link = await openLink({ path }, { waitMs: Number.POSITIVE_INFINITY, oneRun: true });
  const footing = await takeOver(redis, link, keys, systemClock, silent);
  const queues = jobsFor(link, keys, footing.jobs, footing.epoch);
  await startSleepers(
    footing,
    { molecules: molecules as never, steps: steps as never },
    {
      name: `soak/${process.pid}/${footing.epoch}`,
      world: (self) => ({ desk: footing.deskOf(self), queues }) as World,
      escalate: async (subject, _cause, why) => void process.send?.({ fault: `${subject}: ${why}` }),
      settle: async () => undefined,
      onStale: () => process.exit(75),
      relayMs: 100,
    },
  );
  redis.on('close', () => process.exit(75));
  process.on('disconnect', () => process.exit(0));
  process.send?.({ serves: true });
}

/** A Redis that writes each command through to disk, and the worker of now on it. */
class Stage {
  readonly #dir = mkdtempSync(join(tmpdir(), 'gt-molsoak-'));
  readonly path = join(this.#dir, 's');
  readonly #order = join(this.#dir, 'order');
  readonly faults: string[] = [];
  #server: ChildProcess | undefined;
  #worker: ChildProcess | undefined;

  async redis(): Promise<void> {
    const flags = [
      '--port',
      '0',
      '--unixsocket',
      this.path,
      '--dir',
      this.#dir,
      '--save',
      '',
      '--maxmemory-policy',
      'noeviction',
    ];
    mendTail(this.#dir); // as the supervisor does: half a commit that the kill cut would come back
    this.#server = spawn('redis-server', [...flags, '--appendonly', 'yes', '--appendfsync', 'always'], { stdio: 'ignore' });
    (await openLink({ path: this.path }, { waitMs: 30_000 })).close();
  }

  /** Starts a worker and waits until it serves; at `place` it dies. One that ended meanwhile, since Redis did, is started again. */
  async worker(place?: string): Promise<ChildProcess> {
    if (place) writeFileSync(this.#order, place);
    const env = { ...process.env, GT_FAIL: `@${this.#order}` };
    for (;;) {
      const child = fork(fileURLToPath(import.meta.url), ['work', this.path], { execArgv: [], env });
      this.#worker = child;
      const serves = new Promise<boolean>((resolve) => {
        child.on('message', (said: { serves?: true; fault?: string }) => {
          if (said.fault) this.faults.push(said.fault);
          if (said.serves) resolve(true);
        });
        child.on('exit', () => resolve(place !== undefined));
      });
      if (await serves) return child;
    }
  }

  /** Ends the worker, or Redis, as a power cut would. */
  async kill(whom: 'worker' | 'redis'): Promise<void> {
    const child = whom === 'worker' ? this.#worker : this.#server;
    if (!child) return;
    child.kill('SIGKILL');
    await gone(child);
  }

  async end(): Promise<void> {
    await this.kill('worker');
    await this.kill('redis');
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

const isGone = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

async function gone(child: ChildProcess): Promise<void> {
  if (!isGone(child)) await once(child, 'exit');
}

async function goneWithin(child: ChildProcess, ms: number): Promise<boolean> {
  for (const end = performance.now() + ms; !isGone(child) && performance.now() < end; ) await pause(10);
  return isGone(child);
}

/** Runs the soak on a Redis of its own. @param say tells how it went */
export async function soakMolecules(plan: MoleculeSoak, say: (line: string) => void): Promise<MoleculeSoakResult> {
  const stage = new Stage();
  await stage.redis();
  const redis = connect(stage.path);
  const desk = opDesk(redis, keys, randomBytes);
  const counts = { kills: 0, redisKills: 0 };
  const faults: string[] = [];
  try {
    for (const [i, size] of plan.sizes.entries()) {
      const seed = plan.seed + i;
      const made = randomPlan(seed, size);
      const mol = await pour(desk, { plan: made, prefix: 'mk', rig: '', phase: 'liquid' });
      if (isRefusal(mol)) throw new Error(mol.refused);
      await lived(stage, desk, mol, plan, seed, counts);
      faults.push(...(await faultsAtRest(desk, made, mol)).map((fault) => `seed ${seed}, size ${size}: ${fault}`));
      await stage.kill('worker');
    }
  } finally {
    await desk.jobs.close();
    redis.disconnect();
    await stage.end();
  }
  faults.push(...stage.faults);
  const came = faults.length === 0 ? 'each step closed once, after what it needs' : 'NOT GOOD';
  const killed = `${counts.kills} kills of the worker, ${counts.redisKills} of Redis`;
  say(`molecules of ${plan.sizes.join(', ')} steps, seed ${plan.seed}: ${killed}: ${came}`);
  for (const fault of faults.slice(0, 20)) say(`  ${fault}`);
  return { ...counts, faults };
}

type Desk = ReturnType<typeof opDesk>;
type Counts = { kills: number; redisKills: number };

/** Lets workers live and die until the molecule has closed. */
async function lived(stage: Stage, desk: Desk, mol: Molecule, plan: MoleculeSoak, seed: number, counts: Counts): Promise<void> {
  const draw = drawn(seed);
  const isOver = async () => (await desk.books.read('molecule', mol.id))?.state === 'closed';
  for (const place of plan.places ?? []) {
    const dying = await stage.worker(place);
    if (!(await goneWithin(dying, PATIENCE_MS))) stage.faults.push(`nobody passed \`${place}\``);
    await stage.kill('worker');
    counts.kills++;
  }
  let worker = await stage.worker();
  for (let n = 0; n < plan.kills + plan.redisKills && !(await isOver()); n++) {
    await pause(upTo(draw, plan.lifeMs));
    // Kills of Redis stand among those of the worker.
    const isRedis =
      n % Math.ceil((plan.kills + plan.redisKills) / Math.max(1, plan.redisKills)) === 0 && counts.redisKills < plan.redisKills;
    await stage.kill(isRedis ? 'redis' : 'worker');
    counts[isRedis ? 'redisKills' : 'kills']++;
    if (isRedis) {
      await stage.redis();
      await stage.kill('worker'); // most often it has ended by itself
    }
    worker = await stage.worker();
  }
  for (const end = performance.now() + PATIENCE_MS; !(await isOver()); await pause(20)) {
    if (performance.now() > end) return; // what is open is among the faults
    if (isGone(worker)) worker = await stage.worker();
  }
}

/** What is wrong when nothing moves any more: in books and events, and among the jobs. */
async function faultsAtRest(desk: Desk, plan: Proto, mol: Molecule): Promise<string[]> {
  const job = async () => (await desk.jobs.get('molecules').getJob(`${mol.id}@1`))?.getState();
  for (const end = performance.now() + PATIENCE_MS; (await job()) !== 'completed' && performance.now() < end; ) await pause(20);
  const faults = await faultsOfRun(desk.books, plan, mol);
  if ((await job()) !== 'completed') faults.push(`its job is ${await job()}`);
  const of = await desk.jobs.get('steps').getJobCounts('wait', 'active', 'delayed', 'waiting-children', 'failed');
  for (const [state, count] of Object.entries(of)) if (count > 0) faults.push(`${count} step jobs are ${state}`);
  return faults;
}

const [role, path] = process.argv.slice(2);
if (path && role === 'work' && fileURLToPath(import.meta.url) === process.argv[1]) await work(path);
