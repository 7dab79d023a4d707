import { expect, test } from 'vitest';
import { type UpGround, up } from '#chores/up';
import type { SupervisorRecord } from '#world/processes/supervisor-record';

const child = (pid: number) => ({ state: 'running' as const, pid, restarts: 0, since: 0 });

/** A town that runs, whose worker (pid 3) is of build 0.1 and says so when it is asked for the `nth` time. */
function townWith(nth: number): UpGround {
  let worker = child(3);
  let asked = 0;
  return {
    settings: () => ({}),
    prepare: () => ({}) as never,
    redisProgram: () => 'redis-server',
    inspectRedis: async () => ({ version: '7.2.0' }) as never,
    status: async () =>
      ({
        pid: 9,
        startedAt: 0,
        build: '0.2',
        children: { redis: child(1), host: child(2), worker },
      }) as unknown as SupervisorRecord,
    launch: () => ({ ended: () => undefined }),
    retry: async () => undefined,
    renewHost: async () => undefined,
    renewWorker: async () => {
      if (++asked < nth) return 'silent';
      worker = child(4);
      return { pid: 3, from: '0.1' };
    },
    supervisorLives: () => true,
    build: '0.2',
    killSupervisor: () => undefined,
    logTail: () => ({ path: 'log', lines: [] }),
    elapsed: () => 0,
    pause: async () => undefined,
  };
}

test('a worker that is too busy to say which build it is of is asked again, and replaced', async () => {
  for (const nth of [1, 3])
    expect(await up(townWith(nth))).toMatchObject({ started: false, worker: { pid: 4 }, renewed: { worker: { from: '0.1' } } });
});
