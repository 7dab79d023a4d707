import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { down } from '#chores/down';
import { isRefusal } from '#core/refusals';
import { writePidFile } from '#world/processes/pid-file';
import { bornOf } from '#world/processes/process';
import { readSupervisorRecord } from '#world/processes/supervisor-record';
import { readToken } from '#world/pty/access';
import { connectHost } from '#world/pty/client';
import { askRedis } from '#world/redis/probe';
import { downGround } from '../../src/daemon/town-ground.ts';
import { type TestTown, type TownWish, testTown } from '../support/test-town.ts';
import { until } from '../support/until.ts';

const towns: TestTown[] = [];
const aTown = async (wish?: TownWish) => {
  const town = await testTown(wish);
  towns.push(town);
  return town;
};
afterEach(async () => {
  for (const town of towns.splice(0)) await town.raze();
});

const NAMES = ['redis', 'host', 'worker'] as const;
const state = (town: TestTown, name: (typeof NAMES)[number]) => readSupervisorRecord(town.root)?.children[name];

async function aRunningTown(wish?: TownWish) {
  const town = await aTown(wish);
  const answer = await town.up();
  if (isRefusal(answer)) throw new Error(JSON.stringify(answer));
  return { town, up: answer };
}

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
  await askRedis(`${town.sockets}/redis`, [['SET', 'kept', 'yes']], 1000);
  for (const name of NAMES) {
    const before = town.pid(name) as number;
    process.kill(before, 'SIGKILL');
    await until(`${name} is back`, () => state(town, name)?.state === 'running' && state(town, name)?.pid !== before);
    expect(state(town, name)).toMatchObject({ restarts: 1, why: 'was ended by SIGKILL' });
  }
  expect(await askRedis(`${town.sockets}/redis`, [['GET', 'kept']], 1000)).toEqual(['yes']);
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

test('down ends the real PTY host with its sessions through its own request', async () => {
  const town = await aTown({ host: 'real' });
  expect(await town.up()).toMatchObject({ started: true });
  const path = `${town.sockets}/host`;
  const client = await connectHost({ path, token: readToken(town.layout.hostToken), build: 'test', epoch: 1 });
  const env = { PATH: process.env['PATH'] ?? '', GT_SESSION: `${town.id}.crew` };
  const session = await client.spawn({ id: 'crew', argv: ['sh', '-c', 'read line'], cwd: town.root, env });
  client.close();
  const answer = await town.down(500);
  expect(!isRefusal(answer) && answer.ended.map(({ name, how }) => `${name} ${how}`)).toContain('host ended');
  expect(answer).toMatchObject({ swept: [] });
  expect(bornOf(session.pid)).toBeUndefined();
});

test('a child that gives no answer three times is killed and started again', async () => {
  const { town } = await aRunningTown({ timings: { probeEvery: 30, probeLimit: 100 } });
  for (const name of ['worker', 'redis'] as const) {
    const before = town.pid(name) as number;
    process.kill(before, 'SIGSTOP');
    await until(`${name} is another`, () => state(town, name)?.state === 'running' && state(town, name)?.pid !== before);
    expect(state(town, name)?.why).toBe('gave no answer 3 times');
  }
});

test('the processes outlive a killed supervisor, and up adopts the very same, to which a later kill is no secret', async () => {
  const { town, up } = await aRunningTown();
  process.kill(up.supervisor.pid, 'SIGKILL');
  await until('the supervisor is dead', () => bornOf(up.supervisor.pid) === undefined);
  const again = await town.up();
  expect(again).toMatchObject({ started: true, redis: { pid: up.redis.pid }, host: up.host, worker: up.worker });
  process.kill(up.worker.pid, 'SIGKILL');
  await until(
    'the worker is another',
    () => state(town, 'worker')?.state === 'running' && state(town, 'worker')?.pid !== up.worker.pid,
  );
});

test('a Redis and a worker whose pid files are lost are found by their sockets', async () => {
  const { town, up } = await aRunningTown();
  process.kill(up.supervisor.pid, 'SIGKILL');
  await until('the supervisor is dead', () => bornOf(up.supervisor.pid) === undefined);
  for (const name of ['redis', 'worker'] as const) writeFileSync(town.layout.pidFile(name), '{');
  expect(await town.up()).toMatchObject({ redis: { pid: up.redis.pid }, worker: up.worker });
});

test('down leaves no process, no pid file and no socket, keeps what Redis holds, and up has it again', async () => {
  const { town, up } = await aRunningTown();
  await askRedis(`${town.sockets}/redis`, [['SET', 'book', 'kept']], 1000);
  const answer = await town.down();
  expect(answer).toMatchObject({ wasDown: false });
  expect(!isRefusal(answer) && answer.ended.map(({ name, how }) => `${name} ${how}`)).toEqual([
    'worker ended',
    'host ended',
    'redis ended',
    'supervisor ended',
  ]);
  for (const { pid } of [up.supervisor, up.redis, up.host, up.worker]) expect(bornOf(pid ?? 0)).toBeUndefined();
  expect(town.files().sort()).toEqual(['logs', 'redis-data']);
  expect(await town.down()).toMatchObject({ wasDown: true, ended: [] });
  await town.up();
  expect(await askRedis(`${town.sockets}/redis`, [['GET', 'book']], 1000)).toEqual(['kept']);
});

test('down works when the supervisor is dead, and when it hangs', async () => {
  for (const name of ['SIGKILL', 'SIGSTOP'] as const) {
    const { town, up } = await aRunningTown();
    process.kill(up.supervisor.pid, name);
    expect(await town.down()).toMatchObject({ wasDown: false });
    for (const { pid } of [up.supervisor, up.redis, up.host, up.worker]) expect(bornOf(pid ?? 0)).toBeUndefined();
    expect(town.files().sort()).toEqual(['logs', 'redis-data']);
  }
});

test('down kills a host that does not go, and ends what carries the town token', async () => {
  const { town } = await aRunningTown();
  town.tell('host', 'stubborn');
  const env = { ...process.env, GT_SESSION: `${town.id}.hq-mayor.1` };
  const agent = spawn(
    process.execPath,
    ['-e', "process.on('SIGTERM', () => {}); process.stdout.write('deaf'); setInterval(() => {}, 1e6)"],
    {
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  const stranger = spawn('tail', ['-f', '/dev/null'], { env: { ...process.env, GT_SESSION: 'other0.x.1' }, detached: true });
  await new Promise((resolve) => agent.stdout?.once('data', resolve));
  const gone = new Promise((resolve) => agent.once('exit', (_code, by) => resolve(by)));
  const answer = await town.down(100);
  expect(!isRefusal(answer) && answer.swept.map(({ pid }) => pid)).toEqual([agent.pid]);
  expect(!isRefusal(answer) && answer.ended.find(({ name }) => name === 'host')?.how).toBe('killed');
  expect(await gone).toBe('SIGKILL');
  expect(bornOf(stranger.pid as number)).toBeDefined();
  stranger.kill('SIGKILL');
});

test('a pid file whose pid now belongs to another process signals nobody', async () => {
  const town = await aTown();
  const innocent = spawn('tail', ['-f', '/dev/null'], { stdio: 'ignore' });
  for (const name of ['supervisor', ...NAMES] as const)
    writePidFile(town.layout.pidFile(name), { pid: innocent.pid as number, born: '1' });
  expect(await town.down()).toMatchObject({ wasDown: true });
  for (const name of ['supervisor', ...NAMES] as const)
    writePidFile(town.layout.pidFile(name), { pid: innocent.pid as number, born: '1' });
  expect(await town.up()).toMatchObject({ started: true });
  expect(await town.down()).toMatchObject({ wasDown: false });
  expect(bornOf(innocent.pid as number)).toBeDefined();
  innocent.kill('SIGKILL');
});

test('a supervisor that is told to end (TERM) takes the town down', async () => {
  const { town, up } = await aRunningTown();
  process.kill(up.supervisor.pid, 'SIGTERM');
  await until('the supervisor is gone', () => bornOf(up.supervisor.pid) === undefined);
  for (const name of NAMES) expect(town.pid(name)).toBeUndefined();
  expect(existsSync(town.layout.supervisorRecord)).toBe(false);
});

test('a town copied with its runtime files signals nobody of the town it was copied from', async () => {
  const { town, up } = await aRunningTown();
  const copy = `${town.root}-copy`;
  cpSync(town.root, copy, { recursive: true });
  expect(await down(downGround({ root: copy, townId: 'another' }), { graceMs: 0 })).toMatchObject({ wasDown: true });
  for (const { pid } of [up.supervisor, up.redis, up.host, up.worker]) expect(bornOf(pid ?? 0)).toBeDefined();
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
