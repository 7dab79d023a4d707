import { isRefusal } from '#core/refusals';
import { townLayout } from '#world/config/layout';
import { closeRuntime, socketPath } from '#world/config/runtime';
import { killTree, type Survivor, survivors } from '#world/processes/kill';
import { liveIn } from '#world/processes/pid-file';
import { type Being, endProcess } from '#world/processes/process';
import { redisBehind, stopRedis } from '#world/redis/server';
import { workerBehind } from './probes.ts';
import { hostBehind } from './renew-host.ts';
import { hostStopper } from './stop-host.ts';

/** How a process of the town ended: `gone` = it ran no more, `ended` = as asked, `killed` = made to, `left` = runs still. */
type HowEnded = 'gone' | 'ended' | 'killed' | 'left';

export type StopReport = {
  readonly ended: ReadonlyArray<{ readonly name: 'worker' | 'host' | 'redis'; readonly pid: number; readonly how: HowEnded }>;
  /** Processes with this town's token that had outlived worker and host, and were ended. */
  readonly swept: readonly Survivor[];
  /** Those that run still, whatever was done. */
  readonly left: readonly Survivor[];
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

/** Ends the host's sessions and then the host. Must have ended the process, or say `left`. */
export type StopHost = (host: Being, graceMs: number) => Promise<HowEnded>;

const WORKER_GRACE_MS = 15_000;
const FIND_LIMIT_MS = 1000;

/** The tokens of a town's processes: agents and what they started, git and checks of the worker. */
function tokensOf(townId: string) {
  return [{ prefix: `GT_SESSION=${townId}.` }, { prefix: `GT_WORKER=${townId}.` }];
}

/** Processes, other than this one, that carry a town's token; none where the system does not tell. */
export async function bearersOf(townId: string): Promise<Survivor[]> {
  return process.platform === 'linux' ? await survivors(tokensOf(townId)) : [];
}

async function sweep(townId: string, graceMs: number): Promise<{ swept: Survivor[]; left: Survivor[] }> {
  const swept = await bearersOf(townId);
  if (swept.length === 0) return { swept, left: [] };
  return { swept, ...(await killTree({ tokens: tokensOf(townId), graceMs })) };
}

/**
 * Ends all processes of a town by their pid files, in the order in which nothing is lost: the desired state, the worker, the sessions with their host, what
 * is left of them by token, and Redis last with its file flushed. Then the sockets and pid files go. The caller holds the supervisor's pid file: nobody
 * starts anything meanwhile. Works with or without a supervisor; a process that is not there is passed over.
 */
export async function stopTown({
  root,
  townId,
  graceMs,
  say,
  beforeDown,
  stopHost = hostStopper(root),
}: StopPlan): Promise<StopReport> {
  const layout = townLayout(root);
  const done: Array<StopReport['ended'][number]> = [];
  const end = async (name: 'worker' | 'host' | 'redis', being: Being | undefined, how: (being: Being) => Promise<HowEnded>) => {
    if (!being) return;
    done.push({ name, pid: being.pid, how: await how(being) });
    say(`${name} (pid ${being.pid}): ${done.at(-1)?.how}`);
  };
  const socket = (name: 'worker' | 'host' | 'redis') => {
    const path = socketPath(root, name);
    return isRefusal(path) ? undefined : path;
  };
  const workerSocket = socket('worker');
  const hostSocket = socket('host');
  const redisSocket = socket('redis');

  await beforeDown?.().catch((fault: Error) => say(`the desired state could not be written: ${fault.message}`));
  const worker = liveIn(layout.pidFile('worker')) ?? (workerSocket ? await workerBehind(workerSocket, FIND_LIMIT_MS) : undefined);
  await end('worker', worker, (being) => endProcess(being, WORKER_GRACE_MS));
  const host =
    liveIn(layout.pidFile('host')) ?? (hostSocket ? await hostBehind(hostSocket, layout.hostToken, FIND_LIMIT_MS) : undefined);
  await end('host', host, (being) => stopHost(being, graceMs));
  const { swept, left } = await sweep(townId, graceMs);
  if (swept.length > 0) say(`ended by token: ${swept.map(({ pid }) => pid).join(', ')}`);
  const redis = liveIn(layout.pidFile('redis')) ?? (redisSocket ? await redisBehind(redisSocket, FIND_LIMIT_MS) : undefined);
  await end('redis', redis, (being) => stopRedis(being, redisSocket));

  const stuck = done.filter(({ how }) => how === 'left').map(({ name, pid }) => ({ pid, command: name }));
  if (stuck.length === 0) closeRuntime(root);
  return { ended: done, swept, left: [...stuck, ...left] };
}
