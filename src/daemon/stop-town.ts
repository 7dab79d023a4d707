import { isRefusal } from '#core/refusals';
import { townLayout } from '#world/config/layout';
import { closeRuntime, socketPath } from '#world/config/runtime';
import { liveIn } from '#world/processes/pid-file';
import { type Being, endProcess } from '#world/processes/process';
import { type Bearer, sweep } from '#world/processes/tokens';
import { redisBehind, stopRedis } from '#world/redis/server';
import { workerBehind } from './probes.ts';

/** How a process of the town ended: `gone` = it ran no more, `ended` = as asked, `killed` = made to, `left` = runs still. */
export type HowEnded = 'gone' | 'ended' | 'killed' | 'left';

export type StopReport = {
  readonly ended: ReadonlyArray<{ readonly name: 'worker' | 'host' | 'redis'; readonly pid: number; readonly how: HowEnded }>;
  /** Processes with this town's token that outlived the host, and were ended by it. */
  readonly swept: readonly Bearer[];
  /** Those that run still, whatever was done. */
  readonly left: ReadonlyArray<{ readonly pid: number; readonly command: string }>;
};

export type StopPlan = {
  readonly root: string;
  readonly townId: string;
  /** How long agents have to end by themselves. */
  readonly graceMs: number;
  readonly say: (line: string) => void;
  /** Writes the desired state (nothing is wanted) to the books, so that nothing begins anew. A fault in it (Redis is dead, say) stops nobody. */
  readonly beforeDown?: () => Promise<void>;
  readonly stopHost?: StopHost;
};

/** Ends the host's sessions and then the host: the place where the host's own `stop` request belongs. Must have ended the process, or said `left`. */
export type StopHost = (host: Being, graceMs: number) => Promise<HowEnded>;

const WORKER_GRACE_MS = 15_000;
const HOST_SPARE_MS = 5000;

const signalHost: StopHost = (host, graceMs) => endProcess(host, graceMs + HOST_SPARE_MS);

const FIND_LIMIT_MS = 1000;

/**
 * Ends all processes of a town by their pid files, in the order in which nothing is lost: the desired state, the worker, the sessions with their host, what
 * is left of them by token, and Redis last with its file flushed. Then the sockets and pid files go. The caller holds the supervisor's pid file: nobody
 * starts anything meanwhile. Works with or without a supervisor; a process that is not there is passed over.
 */
export async function stopTown({ root, townId, graceMs, say, beforeDown, stopHost = signalHost }: StopPlan): Promise<StopReport> {
  const layout = townLayout(root);
  const done: Array<StopReport['ended'][number]> = [];
  const end = async (name: 'worker' | 'host' | 'redis', being: Being | undefined, how: (being: Being) => Promise<HowEnded>) => {
    if (!being) return;
    done.push({ name, pid: being.pid, how: await how(being) });
    say(`${name} (pid ${being.pid}): ${done.at(-1)?.how}`);
  };
  const socket = (name: 'worker' | 'redis') => {
    const path = socketPath(root, name);
    return isRefusal(path) ? undefined : path;
  };
  const workerSocket = socket('worker');
  const redisSocket = socket('redis');

  await beforeDown?.().catch((fault: Error) => say(`the desired state could not be written: ${fault.message}`));
  const worker = liveIn(layout.pidFile('worker')) ?? (workerSocket ? await workerBehind(workerSocket, FIND_LIMIT_MS) : undefined);
  await end('worker', worker, (being) => endProcess(being, WORKER_GRACE_MS));
  await end('host', liveIn(layout.pidFile('host')), (being) => stopHost(being, graceMs));
  const { signalled, left } = await sweep(townId, graceMs);
  if (signalled.length > 0) say(`ended by token: ${signalled.map(({ pid }) => pid).join(', ')}`);
  const redis = liveIn(layout.pidFile('redis')) ?? (redisSocket ? await redisBehind(redisSocket, FIND_LIMIT_MS) : undefined);
  await end('redis', redis, (being) => stopRedis(being, redisSocket));

  const stuck = done.filter(({ how }) => how === 'left').map(({ name, pid }) => ({ pid, command: name }));
  if (stuck.length === 0) closeRuntime(root);
  return { ended: done, swept: signalled, left: [...stuck, ...left] };
}
