import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { isRefusal } from '#core/refusals';
import { bornOf } from '#world/processes/process';
import { readSupervisorRecord } from '#world/processes/supervisor-record';
import { askRedis } from '#world/redis/probe';
import { openTowns, type TestTown } from '../support/test-town.ts';
import { until } from '../support/until.ts';

const { aTown, aRunningTown, razeAll } = openTowns();
afterEach(razeAll);

const NAMES = ['redis', 'host', 'worker'] as const;
const state = (town: TestTown, name: (typeof NAMES)[number]) => readSupervisorRecord(town.root)?.children[name];
/** What is told of a child that runs as another process than this one. One look tells all of it: a second one may fall into the next start. */
const another = (town: TestTown, name: (typeof NAMES)[number], before: number) =>
  until(`${name} is another`, () => {
    const now = state(town, name);
    return now?.state === 'running' && now.pid !== before && now;
  });

test('up starts Redis, host and worker in this order, and says by which pids they run', async () => {
  const { town, up } = await aRunningTown();
  expect(up).toMatchObject({ started: true, redis: { embedded: true } });
  expect([up.supervisor.pid, up.redis.pid, up.host.pid, up.worker.pid]).toEqual(
    (['supervisor', ...NAMES] as const).map((name) => town.pid(name)),
  );
  const order = readFileSync(town.layout.log('supervisor'), 'utf8').match(/(redis|host|worker) (started|is ready)/g);
  expect(order).toEqual(NAMES.flatMap((name) => [`${name} started`, `${name} is ready`]));
});

test('up on a running town changes nothing; two ups at once start one town', async () => {
  const town = await aTown();
  const [one, other] = await Promise.all([town.up(), town.up()]);
  const again = await town.up();
  expect(again).toMatchObject({ started: false });
  for (const answer of [one, other]) expect({ ...answer, started: false }).toEqual(again);
});

test('what is killed is back at once: Redis with its data, host and worker', async () => {
  const { town, up } = await aRunningTown();
  // Written before it is answered, however slowly the disk syncs.
  const written = [
    ['CONFIG', 'SET', 'appendfsync', 'always'],
    ['SET', 'kept', 'yes'],
  ];
  expect(await askRedis(`${town.sockets}/redis`, written, 10_000)).toEqual(['OK', 'OK']);
  for (const name of NAMES) {
    const before = town.pid(name) as number;
    process.kill(before, 'SIGKILL');
    expect(await another(town, name, before)).toMatchObject({ restarts: 1, why: 'was ended by SIGKILL' });
  }
  expect(await askRedis(`${town.sockets}/redis`, [['GET', 'kept']], 10_000)).toEqual(['yes']);
  expect(town.pid('supervisor')).toBe(up.supervisor.pid);
});

test('a crash loop is broken off, named with its last words, tried again later, and ends when its cause is mended', async () => {
  const town = await aTown({ timings: { base: 5, longest: 20, brokenWait: 100 } });
  town.tell('worker', 'crash');
  const answer = await town.up();
  expect(answer).toMatchObject({ refused: 'TOWN_BROKEN', facts: { process: 'worker' } });
  expect(isRefusal(answer) && answer.facts['why']).toMatch(/exited with code 3.*the cupboard is bare/);
  expect(state(town, 'worker')?.state).toBe('broken');
  expect(state(town, 'host')?.state).toBe('running');
  town.tell('worker', 'crash', false);
  await until('the worker runs', () => state(town, 'worker')?.state === 'running');
});

test('up after the cause of a crash loop is mended tries again at once', async () => {
  const town = await aTown({ timings: { base: 5, longest: 20, brokenWait: 3_600_000 } });
  town.tell('host', 'crash');
  expect(await town.up()).toMatchObject({ refused: 'TOWN_BROKEN', facts: { process: 'host' } });
  town.tell('host', 'crash', false);
  expect(await town.up()).toMatchObject({ started: false });
});

test('a child that gives no answer three times is killed and started again', async () => {
  // so much that one which only waits for its turn on a busy machine is in time
  const { town } = await aRunningTown({ timings: { probeEvery: 30, probeLimit: 1000 } });
  const silent = (['worker', 'redis'] as const).map((name) => ({ name, before: town.pid(name) as number }));
  for (const { before } of silent) process.kill(before, 'SIGSTOP');
  for (const { name, before } of silent) expect((await another(town, name, before)).why).toBe('gave no answer 3 times');
});

test('the processes outlive a killed supervisor, and up adopts the very same, to which a later kill is no secret', async () => {
  const { town, up } = await aRunningTown();
  process.kill(up.supervisor.pid, 'SIGKILL');
  await until('the supervisor is dead', () => bornOf(up.supervisor.pid) === undefined);
  const again = await town.up();
  expect(again).toMatchObject({ started: true, redis: { pid: up.redis.pid }, host: up.host, worker: up.worker });
  process.kill(up.worker.pid, 'SIGKILL');
  expect((await another(town, 'worker', up.worker.pid)).why).toBe('ended');
});

test('a Redis and a worker whose pid files are lost are found by their sockets', async () => {
  const { town, up } = await aRunningTown();
  process.kill(up.supervisor.pid, 'SIGKILL');
  await until('the supervisor is dead', () => bornOf(up.supervisor.pid) === undefined);
  for (const name of ['redis', 'worker'] as const) writeFileSync(town.layout.pidFile(name), '{');
  expect(await town.up()).toMatchObject({ redis: { pid: up.redis.pid }, worker: up.worker });
});

test('a town with a Redis of its own starts none, and refuses one that is unreachable', async () => {
  const { town } = await aRunningTown();
  const guest = await aTown({ settings: { redis: { url: `unix:${town.sockets}/redis` } } });
  const answer = await guest.up();
  expect(answer).toMatchObject({ redis: { embedded: false } });
  expect(guest.pid('redis')).toBeUndefined();
  await guest.down();
  expect(town.pid('redis')).toBeDefined();
  const lost = await aTown({ settings: { redis: { url: 'redis://user:secret@127.0.0.1:1' } } });
  const refusal = await lost.up();
  expect(refusal).toMatchObject({ refused: 'REDIS_DOWN' });
  expect(JSON.stringify(refusal)).not.toContain('secret');
});

test('up refuses a socket path that the system would cut', async () => {
  const long = join(realpathSync(mkdtempSync(join(tmpdir(), 'gt-'))), 'deep'.repeat(25));
  mkdirSync(long, { recursive: true });
  const town = await aTown({ env: { XDG_RUNTIME_DIR: long } });
  expect(await town.up()).toMatchObject({ refused: 'SOCKET_PATH_TOO_LONG', facts: { limit: 100 } });
  expect(town.files()).toEqual(['logs']);
  rmSync(dirname(long), { recursive: true });
});

test('nothing of an agent reaches the processes of the town', async () => {
  const { town, up } = await aRunningTown({ env: { GT_SESSION: 'abcdefg.x', GT_ROLE: 'mayor', GT_FAIL: 'kept' } });
  expect(town.id).toBeTruthy();
  // Redis writes its title over its environment.
  for (const { pid } of [up.supervisor, up.host, up.worker]) {
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    expect(environment.filter((line) => /^GT_(SESSION|ROLE)=/.test(line))).toEqual([]);
    expect(environment).toContain('GT_FAIL=kept');
  }
});
