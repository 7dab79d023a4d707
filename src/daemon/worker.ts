import { Redis } from 'ioredis';
import { THE_TOWN } from '#core/derive';
import { member } from '#core/ids';
import { STOP_MS } from '#core/limits';
import { isRefusal, orThrow, Refused, refuse } from '#core/refusals';
import { escalate } from '#ops/escalate';
import { settle } from '#ops/settle';
import { processors } from '#processors/index';
import { buildName, hostBuildName, indexName } from '#world/build';
import { systemClock } from '#world/clock';
import { townLayout } from '#world/config/layout';
import { socketPath } from '#world/config/runtime';
import { readTown } from '#world/config/town';
import { type Files, townFiles } from '#world/config/watched';
import type { Desk } from '#world/desk';
import type { Log } from '#world/log';
import { makeNews, type News } from '#world/news';
import { killTree } from '#world/processes/kill';
import { askLine, serveLines } from '#world/processes/line-socket';
import { bornOf } from '#world/processes/process';
import { readToken } from '#world/pty/access';
import { workerName } from '#world/queue/recover';
import { inspectRedis } from '#world/redis/inspect';
import { makeFence } from '#world/store/fence';
import { keysOf } from '#world/store/keys';
import { openLink, runOf } from '#world/store/link';
import { type StoredEvent, tail } from '#world/store/tail';
import { openBoard } from './board-address.ts';
import { makeEnding } from './ending.ts';
import { type HostLine, keepHostLine } from './host-line.ts';
import { liveWorld } from './live.ts';
import { reconcile } from './reconcile.ts';
import { keepIndexed } from './reindex.ts';
import { isOutdated, renew } from './renew-host.ts';
import { type Footing, startSleepers, takeOver } from './sleepers.ts';
import { noteOfWorker, takeRecord } from './worker-record.ts';

/** Exit codes of the worker beside 0: another one serves the town; the books were taken over or Redis came back changed: start me again. */
export const TAKEN = 4;
const AGAIN = 75;

const PROBE_MS = 2000;
/** A dead worker's git takes its locks away when it hears TERM; killed at once, it would leave them for ever. Nobody waits when nothing is left. */
const DEAD_WORKERS_GRACE_MS = 1000;
const DEACON_MS = 60_000;

/**
 * The worker: takes the town over and serves it until it is told to stop. The order of its start is the law of recovery: nobody else serves → the
 * epoch is raised (an older worker can write nothing from here on) → what a dead worker's git and checks still do is ended → books with other indexes than
 * this build's are indexed anew → git and books agree → its jobs go back to the line → what was marked is woken → jobs are fetched.
 */
export async function serveTown(root: string, socket: string, log: Log): Promise<{ stop: () => Promise<void> }> {
  const { id: townId } = orThrow(readTown(root));
  const files = townFiles(root);
  const { url } = files.settings().redis;
  const where = url ? { url } : { path: orThrow(socketPath(root, 'redis')) };
  orThrow(await inspectRedis('url' in where ? where.url : where.path));
  await nobodyElse(root);
  const link = await openLink(where, { waitMs: Number.POSITIVE_INFINITY, oneRun: true });
  const redisRun = runOf(await link.call('INFO', 'server'));
  const redis = connect(where, log);
  const footing = await takeOver(redis, link, keysOf(townId), systemClock, log);
  const fence = makeFence(link, keysOf(townId), footing.epoch);
  await killTree({ tokens: [{ prefix: `GT_WORKER=${townId}.` }], graceMs: DEAD_WORKERS_GRACE_MS, fence });
  const { redisRun: lastRun, indexed } = await takeRecord(footing.desk, footing.epoch);
  const build = buildName(process.env);
  await keepIndexed(footing, indexed, { indexes: indexName(process.env), socket, build, log });
  const news = makeNews(systemClock);
  const host = await keepHostLine(
    () => hostAddress(root, footing.epoch),
    news,
    log,
    () => lookAtRuns(footing.desk, log),
  );
  await keepHostFresh(host, root, log);
  const { world, worldOf } = await liveWorld({ root, townId, footing, files, host, news });
  if (lastRun !== redisRun) {
    for (const { where, why } of await reconcile(world))
      orThrow(await escalate(footing.desk, { subject: where, cause: 'reconcile', why, severity: 'high' }));
    await noteOfWorker(footing.desk, { redisRun });
  }
  await foundRecords(footing.desk, files);
  const { again, by } = makeEnding(AGAIN, log);
  const unfollow = followEvents(where, footing, news, log, again);
  const { merge_queue, worker } = files.settings();
  const sleepers = await startSleepers(footing, processors as never, {
    name: workerName(footing.epoch),
    world: worldOf,
    escalate: async (subject, cause, why) =>
      void orThrow(await escalate(footing.desk, { subject, cause, why, severity: 'high' })),
    settle: async (subject) => void orThrow(await settle(footing.desk, { subject, cause: 'fault' })),
    onStale: () => again('another worker has taken over'),
    concurrency: { checks: merge_queue.check_slots, ...worker.concurrency },
  });
  const unpatrol = await keepUp(footing, files, log);
  onReturn(redis, redisRun, again);
  const board = await openBoard(root, footing, files.settings().dashboard.port, log);
  const { epoch } = footing;
  const door = await serveLines(socket, () => ({
    ok: true,
    pid: process.pid,
    epoch,
    build,
    board: board.url ?? null,
    handedBack: sleepers.handedBack,
  }));
  log.info('serving', { town: townId, epoch, handedBack: sleepers.handedBack });

  const stop = async () => {
    await door.close();
    unpatrol();
    await Promise.all([sleepers.stop(STOP_MS), board.close()]);
    unfollow();
    board.forget();
    host.close();
    link.close();
    redis.disconnect();
  };
  by(stop);
  return { stop };
}

/** The deacon's rounds, and a look at slots and trains whenever somebody edits settings. @returns the end of the watch */
async function keepUp({ jobs, desk }: Footing, files: Files, log: Log): Promise<() => void> {
  const template = { name: 'deacon', data: { id: 'deacon' }, opts: { removeOnComplete: 20, removeOnFail: 20 } };
  await jobs.get('patrols').upsertJobScheduler('deacon', { every: DEACON_MS }, template);
  return files.watch(() => void desk.wake(looks(files)).catch((fault: unknown) => log.fault('settings changed', fault)));
}

type Where = { readonly url: string } | { readonly path: string };

/** BullMQ's connection: waits for Redis without limit, and sends again what was under way at a cut (its scripts can bear that). */
function connect(where: Where, log: Log): Redis {
  const options = { maxRetriesPerRequest: null, retryStrategy: (times: number) => Math.min(50 * times, 500) };
  const redis = 'url' in where ? new Redis(where.url, options) : new Redis({ ...options, path: where.path });
  redis.on('error', (fault) => log.fault('redis', fault));
  return redis;
}

/** Another worker that lives and answers is left in peace. One that does not answer is overtaken: the epoch makes it harmless. */
async function nobodyElse(root: string): Promise<void> {
  const socket = socketPath(root, 'worker');
  if (isRefusal(socket)) return;
  const answer = await askLine(socket, { do: 'ping' }, PROBE_MS).catch(() => undefined);
  const pid = Number(answer?.['pid'] ?? 0);
  if (pid && pid !== process.pid && bornOf(pid)) throw new Refused(refuse('WORKER_RUNS', { pid }));
}

/** The records that the town has once, and a train for each rig: their jobs live as long as they do. */
async function foundRecords(desk: Desk, files: Files): Promise<void> {
  await desk.change(async (reading) => {
    if (await reading.get('dispatch', THE_TOWN)) return { put: [], answer: undefined };
    return { put: [{ noun: 'dispatch', doc: { id: THE_TOWN, generation: 1 } }], answer: undefined };
  });
  for (const rig of files.rigs())
    await desk.change(async (reading) => {
      if (await reading.get('train', rig)) return { put: [], answer: undefined };
      return { put: [{ noun: 'train', doc: { id: rig, generation: 1 } }], answer: undefined };
    });
  await desk.wake(looks(files));
}

const looks = (files: Files) => [`dispatch/${THE_TOWN}@1` as const, ...files.rigs().map((rig) => `trains/${rig}@1` as const)];

/** Runs that were parked because the host was away need not wait for their backoff. */
function lookAtRuns(desk: Desk, log: Log): void {
  const look = async () => {
    const [runs, agents] = await Promise.all([desk.books.index('runs.live'), desk.books.index('agents.wanted')]);
    await desk.wake([...runs.map((id) => member('polecats', id)), ...agents.map((id) => member('agents', `${id}@1`))]);
  };
  look().catch((fault: unknown) => log.fault('look at runs', fault));
}

/** A host that lacks what this build needs hands its terminals over before anything is asked of it. One that cannot is worked with as it is. */
async function keepHostFresh(host: HostLine, root: string, log: Log): Promise<void> {
  const build = hostBuildName(process.env);
  try {
    if (isOutdated(host.now(), build))
      log.info('the host was renewed', await renew(host.now(), root, orThrow(socketPath(root, 'host')), build));
  } catch (fault) {
    log.fault('the host could not be renewed', fault);
  }
}

function hostAddress(root: string, epoch: number) {
  return {
    path: orThrow(socketPath(root, 'host')),
    token: readToken(townLayout(root).hostToken),
    epoch,
    build: buildName(process.env),
    waitMs: 1000,
  };
}

function followEvents(where: Where, { desk, epoch }: Footing, news: News, log: Log, again: (why: string) => void): () => void {
  const over = new AbortController();
  const hear = ({ type, subject, data }: StoredEvent) => {
    if (type === 'worker.started' && Number(data['epoch']) > epoch) again('another worker has taken over');
    news.tell(subject);
  };
  void tail(connect(where, log), desk.books.keys, hear, over.signal);
  return () => over.abort();
}

/** A Redis that was restarted may have gone back in time: the start's order puts that right, so the worker starts again. */
function onReturn(redis: Redis, run: string, again: (why: string) => void): void {
  redis.on('ready', async () => {
    const info = await redis.info('server').catch(() => '');
    const now = /run_id:(\w+)/.exec(info)?.[1];
    if (now && now !== run) again('Redis was restarted');
  });
}
