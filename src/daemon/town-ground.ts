import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { DownGround } from '#chores/down';
import type { InstallGround } from '#chores/install';
import type { UpGround } from '#chores/up';
import { isRefusal } from '#core/refusals';
import { writeMayorNote } from '#world/agents/context-notes';
import { systemClock } from '#world/clock';
import { defaultTown, townAround } from '#world/config/find';
import { PROCESS_NAMES, townLayout } from '#world/config/layout';
import { makeTown, townIntoGit } from '#world/config/make-town';
import { forgetForeign, planRuntime, socketPath } from '#world/config/runtime';
import { loadTownSettings } from '#world/config/settings';
import { lastLines, spawnDetached, townEnvironment, trimLog } from '#world/processes/detached';
import { askLine } from '#world/processes/line-socket';
import { claimPidFile, dropPidFile, liveIn } from '#world/processes/pid-file';
import { ended, myself, signal } from '#world/processes/process';
import type { SupervisorRecord } from '#world/processes/supervisor-record';
import { inspectRedis } from '#world/redis/inspect';
import { findRedisServer } from '#world/redis/server';
import { dependencies } from './dependencies.ts';
import { renewTownHost } from './renew-host.ts';
import { bearersOf, type StopPlan, type StopReport, stopTown } from './stop-town.ts';
import type { SupervisorOrder } from './supervise.ts';

/** A town and how its processes are started: `supervisor` is a command line that takes its order as one more word; `{socket}` in the others is replaced. */
export type Ground = {
  readonly root: string;
  readonly townId: string;
  readonly supervisor: readonly string[];
  readonly host: readonly string[];
  readonly worker: readonly string[];
  /** Which gt calls, and which build of the host belongs to it. */
  readonly build: string;
  readonly hostBuild: string;
  readonly timings?: SupervisorOrder['timings'];
  readonly env: Readonly<Record<string, string | undefined>>;
};

const STATUS_LIMIT_MS = 2000;
const TAIL_LINES = 3;

/** The world of `up`. */
export function upGround(town: Ground): UpGround {
  const { root, townId, host, worker } = town;
  const layout = townLayout(root);
  return {
    settings() {
      const loaded = loadTownSettings(root);
      if (isRefusal(loaded)) return loaded;
      const { url } = loaded.settings.redis;
      return url === undefined ? {} : { redisUrl: url };
    },
    prepare() {
      forgetForeign(root);
      writeMayorNote(root);
      return planRuntime(root, town.env);
    },
    redisProgram: () => findRedisServer(town.env['PATH']),
    inspectRedis: (where) => inspectRedis(where),
    status: () => supervisorStatus(root),
    launch(redis) {
      const log = layout.log('supervisor');
      trimLog(log);
      const order: SupervisorOrder = {
        root,
        townId,
        redis,
        host,
        worker,
        build: town.build,
        ...(town.timings ? { timings: town.timings } : {}),
      };
      const child = spawnDetached({
        argv: [...town.supervisor, JSON.stringify(order)],
        cwd: root,
        env: townEnvironment(town.env),
        log,
      });
      let end: { code: number | null } | undefined;
      child.on('exit', (code) => {
        end = { code };
      });
      child.on('error', () => {
        end = { code: null };
      });
      child.unref();
      return { ended: () => end };
    },
    async retry() {
      const socket = socketPath(root, 'supervisor');
      if (!isRefusal(socket)) await askLine(socket, { do: 'retry' }, STATUS_LIMIT_MS).catch(() => undefined);
    },
    renewHost: () => renewTownHost(root, town.hostBuild),
    renewWorker: () => renewTownWorker(root, town.build),
    supervisorLives: () => liveIn(layout.pidFile('supervisor')) !== undefined,
    build: town.build,
    killSupervisor(pid) {
      const found = liveIn(layout.pidFile('supervisor'));
      if (found && (pid === undefined || found.pid === pid)) signal(found, 'SIGKILL');
    },
    logTail: (name) => ({ path: layout.log(name), lines: lastLines(layout.log(name), TAIL_LINES) }),
    elapsed: () => performance.now(),
    pause: (ms) => pause(ms),
  };
}

/** Ends a worker of another build than this; undefined when there is none, `silent` when it did not say within 2 s which it is. */
async function renewTownWorker(root: string, build: string): ReturnType<UpGround['renewWorker']> {
  const socket = socketPath(root, 'worker');
  const named = liveIn(townLayout(root).pidFile('worker'));
  if (isRefusal(socket) || !named) return undefined;
  const answer = await askLine(socket, { do: 'ping' }, STATUS_LIMIT_MS).catch(() => undefined);
  if (!answer) return 'silent';
  const { pid, build: from } = answer;
  if (pid !== named.pid || typeof from !== 'string' || from === build) return undefined;
  return signal(named, 'SIGTERM') ? { pid: named.pid, from } : undefined;
}

/** What a town's supervisor says of its processes, or undefined when none answers within 2 s. */
async function supervisorStatus(root: string): Promise<SupervisorRecord | undefined> {
  const socket = socketPath(root, 'supervisor');
  if (isRefusal(socket)) return undefined;
  const answer = await askLine(socket, { do: 'status' }, STATUS_LIMIT_MS).catch(() => undefined);
  return answer?.ok ? (answer as unknown as SupervisorRecord) : undefined;
}

/** Everything in `down` has a limit of its own; a supervisor that needs longer than all of them together hangs. */
const DOWN_SPARE_MS = 90_000;
const EXIT_LIMIT_MS = 5000;

/** The world of `down`. `hooks` are those of the supervisor, for when this process has to do its work. */
export function downGround(
  town: Pick<Ground, 'root' | 'townId'>,
  hooks: Pick<StopPlan, 'beforeDown' | 'stopHost'> = {},
): DownGround {
  const { root, townId } = town;
  const pidFile = townLayout(root).pidFile('supervisor');
  return {
    async askSupervisor(graceMs) {
      forgetForeign(root);
      writeMayorNote(root);
      const supervisor = liveIn(pidFile);
      const socket = socketPath(root, 'supervisor');
      if (!supervisor || isRefusal(socket)) return undefined;
      // One that does not even tell its status is not trusted with the rest.
      if (!(await supervisorStatus(root))) return undefined;
      const answer = await askLine(socket, { do: 'down', graceMs }, graceMs * 2 + DOWN_SPARE_MS).catch(() => undefined);
      if (!answer?.ok || !(await ended(supervisor, EXIT_LIMIT_MS))) return undefined;
      const { ended: done, swept, left } = answer as unknown as StopReport;
      return { ended: [...done, { name: 'supervisor', pid: supervisor.pid, how: 'ended' }], swept, left };
    },
    async stopHere(graceMs) {
      const me = myself();
      for (let holder = claimPidFile(pidFile, me); holder; holder = claimPidFile(pidFile, me)) {
        signal(holder, 'SIGKILL');
        await ended(holder, EXIT_LIMIT_MS);
      }
      const report = await stopTown({ root, townId, graceMs, say: () => {}, ...hooks });
      dropPidFile(pidFile, me);
      return report;
    },
    async remaining() {
      const layout = townLayout(root);
      const named = PROCESS_NAMES.flatMap((name) => {
        const being = liveIn(layout.pidFile(name));
        return being ? [{ pid: being.pid, command: name }] : [];
      });
      return [...named, ...(await bearersOf(townId))];
    },
  };
}

/** The world of `install`. */
export function installGround(env: Readonly<Record<string, string | undefined>>, cwd: string): InstallGround {
  return {
    place: (path) => (path === undefined ? defaultTown(homedir()) : resolve(cwd, path)),
    townAround,
    dependencies: () => dependencies(env['PATH'] ?? ''),
    makeTown: (input) => makeTown({ ...input, now: systemClock.now() }),
    intoGit: (root) => townIntoGit(root, townEnvironment(env)),
  };
}
