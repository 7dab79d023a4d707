import { type ChildProcess, fork, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { HOLD_MS } from '#core/limits';
import type { Merge, Noun, Work } from '#core/records';
import { startSleepers, takeOver } from '#daemon/sleepers';
import { awaitChildren, sleep, type Turn } from '#processors/answer';
import { systemClock } from '#world/clock';
import { silent } from '#world/log';
import { keysOf } from '#world/store/keys';
import { openLink } from '#world/store/link';

/**
 * The kill soak of wrapper and books: jobs that sleep (every second one parked as a parent), commits from another process of which some are never
 * woken, own commits in some of the activations, and a worker that is killed again and again. Every job must see its last version, no two
 * activations of one job may overlap, and nothing may stay unseen.
 */
export type SoakPlan = { readonly jobs: number; readonly rounds: number; readonly unwoken: number; readonly own: number };
export const FULL: SoakPlan = { jobs: 200, rounds: 25, unwoken: 0.05, own: 0.3 };

export type SoakResult = {
  readonly kills: number;
  readonly handedBack: number;
  readonly sawLast: number;
  readonly overlaps: number;
  readonly unseen: number;
  readonly faults: readonly string[];
  readonly ok: boolean;
};

/** A job that has not seen its last version within this has lost a wake. */
const SETTLE_MS = 60_000;
const keys = keysOf('soak');
const at = (i: number) => `sk-${i}`;
const connect = (path: string) => {
  const redis = new Redis({ path, maxRetriesPerRequest: null });
  redis.on('error', () => undefined);
  return redis;
};
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

const item = (i: number): Work => ({
  id: at(i),
  generation: 1,
  rig: 'soak',
  title: 'soak',
  type: 'task',
  status: 'open',
  priority: 2,
  labels: [],
  createdAt: 1,
  createdBy: 'soak',
  updatedAt: 0,
  deps: [],
  runs: 0,
  failures: 0,
});
const request = (i: number): Merge => ({
  id: `${at(i)}.m1`,
  work: at(i),
  generation: 1,
  run: `${at(i)}.r1`,
  rig: 'soak',
  target: 'main',
  branch: 'b',
  head: 'h',
  title: 'soak',
  author: 'soak',
  priority: 2,
  state: 'queued',
  submittedAt: 1,
  checks: 0,
});

/** The killed one: each activation notes which version it saw, sometimes commits on its own, and parks. */
async function work(path: string, plan: SoakPlan): Promise<void> {
  const redis = connect(path);
  const log = {
    ...silent,
    fault: (what: string, fault: unknown) => process.send?.({ fault: `${what}: ${String(fault)}`.slice(0, 200) }),
  };
  const footing = await takeOver(redis, await openLink({ path }, { waitMs: 10_000 }), keys, systemClock, log);
  await redis.del('running');
  const activation = async (turn: Turn<Noun>) => {
    if ((await redis.hincrby('running', turn.id, 1)) > 1) process.send?.({ overlap: turn.id });
    const doc = turn.doc as Work;
    if (Math.random() < plan.own)
      await footing.deskOf(turn.member).change(async (reading) => {
        const now = (await reading.get('work', turn.id)) as Work;
        return { put: [{ noun: 'work', doc: { ...now, own: Number(now['own'] ?? 0) + 1 } }], answer: undefined };
      });
    if (Math.random() < 0.3) await pause(Math.random() * 8);
    await redis.hset('seen', turn.id, String(doc.updatedAt));
    await redis.hincrby('running', turn.id, -1);
    if (Number(turn.id.slice(3)) % 2 === 0) return sleep(systemClock.now() + HOLD_MS, 'soaking');
    const child = await footing.desk.books.read('merge', `${turn.id}.m1`);
    return awaitChildren(child ? [{ noun: 'merge', doc: child }] : [], 'soaking, with a child');
  };
  const ground = {
    name: `soak/${process.pid}`,
    world: () => footing,
    escalate: async () => undefined,
    settle: async () => undefined,
    onStale: () => process.exit(75),
    relayMs: 100,
  };
  const { handedBack } = await startSleepers(footing, { work: activation }, ground);
  process.send?.({ handedBack });
}

/** The other process: round after round it changes every item, and sometimes dies, as it were, before the wake. */
async function op(path: string, plan: SoakPlan): Promise<void> {
  const redis = connect(path);
  const { opDesk } = await import('./soak-desk.ts');
  const desk = opDesk(redis, keys, randomBytes);
  for (let round = 1; round <= plan.rounds; round++)
    for (let i = 0; i < plan.jobs; i++) {
      if (i === 0) await redis.set('round', String(round));
      const change = Math.random() < plan.unwoken ? desk.changeOnly : desk.change;
      await change(async (reading) => {
        const doc = await reading.get('work', at(i));
        return doc
          ? { put: [{ noun: 'work', doc: { ...doc, updatedAt: round } }], answer: undefined }
          : { put: [], answer: undefined };
      });
      if (i % 3 === 0) await pause(Math.random() * 3);
    }
  process.exit(0);
}

/** Runs the soak with a Redis of its own. @param say shows progress */
export async function soak(plan: SoakPlan, say: (line: string) => void): Promise<SoakResult> {
  const dir = mkdtempSync(join(tmpdir(), 'gt-soak-'));
  const path = join(dir, 's');
  const server = spawn('redis-server', ['--port', '0', '--unixsocket', path, '--save', '', '--maxmemory-policy', 'noeviction'], {
    stdio: 'ignore',
  });
  const redis = connect(path);
  await redis.ping();
  const { opDesk } = await import('./soak-desk.ts');
  const desk = opDesk(redis, keys, randomBytes);
  for (let i = 0; i < plan.jobs; i++)
    await desk.change(async (reading) => {
      await reading.get('work', at(i));
      await reading.get('merge', `${at(i)}.m1`);
      return {
        put: [{ noun: 'work', doc: item(i) }, ...(i % 2 ? [{ noun: 'merge' as const, doc: request(i) }] : [])],
        answer: undefined,
      };
    });
  const counts = { kills: 0, handedBack: 0, overlaps: 0, faults: new Set<string>() };
  const start = () => child('work', path, plan, counts);
  let worker = start();
  await once(worker, 'message');
  const writer = child('op', path, plan, counts);
  const over = once(writer, 'exit');
  // The last rounds run without kills: a lost wake shows there.
  for (let killing = true; killing; killing = Number(await redis.get('round')) < 0.6 * plan.rounds) {
    await pause(50 + Math.random() * 250);
    worker.kill('SIGKILL');
    counts.kills++;
    worker = start();
    await once(worker, 'message');
  }
  await over;
  const sawLast = async () =>
    Object.values(await redis.hgetall('seen')).filter((version) => Number(version) === plan.rounds).length;
  const unseen = async () => (await redis.zrange(keys.unseen, '0', '-1')).filter((one) => one.startsWith('work/')).length;
  for (
    const end = performance.now() + SETTLE_MS;
    performance.now() < end && ((await sawLast()) < plan.jobs || (await unseen()) > 0);
  )
    await pause(50);
  const result = { ...counts, faults: [...counts.faults], sawLast: await sawLast(), unseen: await unseen() };
  worker.kill('SIGKILL');
  redis.disconnect();
  server.kill();
  await new Promise((resolve) => server.once('exit', resolve));
  rmSync(dir, { recursive: true, force: true });
  const ok = result.sawLast === plan.jobs && result.overlaps === 0 && result.unseen === 0 && result.kills > 0;
  say(
    `${result.kills} kills, ${result.handedBack} jobs handed back, last version seen by ${result.sawLast} of ${plan.jobs}, ${result.overlaps} overlaps, ${result.unseen} unseen left`,
  );
  for (const fault of result.faults) say(`fault seen: ${fault}`);
  return { ...result, ok };
}

type Counts = { kills: number; handedBack: number; overlaps: number; faults: Set<string> };
function child(role: string, path: string, plan: SoakPlan, counts: Counts): ChildProcess {
  const made = fork(fileURLToPath(import.meta.url), [role, path, JSON.stringify(plan)], { execArgv: [], env: process.env });
  made.on('message', (said: { handedBack?: number; overlap?: string; fault?: string }) => {
    counts.handedBack += said.handedBack ?? 0;
    if (said.overlap) counts.overlaps++;
    if (said.fault) counts.faults.add(said.fault);
  });
  return made;
}

const [role, path, plan] = process.argv.slice(2);
if (path && plan && role === 'work') await work(path, JSON.parse(plan) as SoakPlan);
if (path && plan && role === 'op') await op(path, JSON.parse(plan) as SoakPlan);
