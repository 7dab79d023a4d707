import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { isRefusal } from '#core/refusals';
import { systemClock } from '#world/clock';
import { townLayout } from '#world/config/layout';
import type { Sockets } from '#world/config/runtime';
import { townEnvironment } from '#world/processes/detached';
import { knock } from '#world/processes/line-socket';
import { mendedLine, mendTail } from '#world/redis/mend-tail';
import { pingRedis } from '#world/redis/probe';
import { redisArgv, redisBehind } from '#world/redis/server';
import type { ChildPlan, Timings } from './child.ts';
import { pingWorker, workerBehind } from './probes.ts';
import { hostBehind } from './renew-host.ts';
import type { StopPlan } from './stop-town.ts';
import { type SupervisorEnd, supervise } from './supervisor.ts';

/** What the supervisor's process is started with, as one JSON word on its command line. */
export type SupervisorOrder = {
  readonly root: string;
  readonly townId: string;
  /** The Redis server program; null when the town uses a Redis of its owner's. */
  readonly redis: string | null;
  /** Command lines of the PTY host and the worker; the word `{socket}` is replaced by the path where it shall serve. */
  readonly host: readonly string[];
  readonly worker: readonly string[];
  /** Which gt these are of. */
  readonly build: string;
  readonly timings?: Partial<Timings>;
};

/** The plans of a town's processes in the order of their start. */
function childPlans(order: SupervisorOrder, sockets: Sockets, env: Record<string, string>): ChildPlan[] {
  const layout = townLayout(order.root);
  const common = (name: 'redis' | 'host' | 'worker') => ({
    name,
    cwd: order.root,
    env,
    log: layout.log(name),
    pidFile: layout.pidFile(name),
    // Some systems clear their runtime directories while we run.
    prepare: () => void mkdirSync(dirname(sockets[name]), { recursive: true, mode: 0o700 }),
  });
  const redis: ChildPlan | undefined =
    order.redis === null
      ? undefined
      : {
          ...common('redis'),
          argv: redisArgv({ program: order.redis, socket: sockets.redis, data: layout.redisData }),
          probe: (limitMs) => pingRedis(sockets.redis, limitMs),
          behind: (limitMs) => redisBehind(sockets.redis, limitMs),
          prepare: () => {
            common('redis').prepare();
            const mended = mendTail(layout.redisData);
            if (mended) say(`redis: ${mendedLine(mended)}`);
          },
        };
  const host: ChildPlan = {
    ...common('host'),
    argv: order.host.map((word) => (word === '{socket}' ? sockets.host : word)),
    probe: (limitMs) => knock(sockets.host, limitMs).then(() => 'ready'),
    behind: (limitMs) => hostBehind(sockets.host, layout.hostToken, limitMs),
  };
  const worker: ChildPlan = {
    ...common('worker'),
    argv: order.worker.map((word) => (word === '{socket}' ? sockets.worker : word)),
    probe: (limitMs) => pingWorker(sockets.worker, limitMs).then(({ is }) => is),
    behind: (limitMs) => workerBehind(sockets.worker, limitMs),
  };
  return [...(redis ? [redis] : []), host, worker];
}

const say = (line: string) => process.stderr.write(`${new Date(systemClock.now()).toISOString()} ${line}\n`);

/** Runs the supervisor of an order in this process until the town is down; `hooks` reach the books and the host when it goes down. */
async function runSupervisor(
  order: SupervisorOrder,
  hooks: Pick<StopPlan, 'beforeDown' | 'stopHost'> = {},
): Promise<SupervisorEnd> {
  const { GT_TOWN_ROOT: _other, GTR_ROOT: _another, ...inherited } = townEnvironment(process.env);
  const env = { ...inherited, GT_ROOT: order.root };
  return await supervise({
    root: order.root,
    townId: order.townId,
    build: order.build,
    children: (sockets) => childPlans(order, sockets, env),
    env: process.env,
    ...(order.timings ? { timings: order.timings } : {}),
    now: systemClock.now,
    say,
    ...hooks,
  });
}

/** The entry of the supervisor's process. */
export async function main(words: readonly string[]): Promise<void> {
  const end = await runSupervisor(JSON.parse(words[0] ?? '') as SupervisorOrder);
  if (isRefusal(end)) {
    say(JSON.stringify(end));
    process.exitCode = 1;
  } else if (end.kind === 'other') say(`a supervisor runs already, pid ${end.holder.pid}`);
  else say('the town is down');
  process.exit();
}
