import { spawn } from 'node:child_process';
import { cpSync, existsSync, rmSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { down } from '#chores/down';
import { isRefusal } from '#core/refusals';
import { writePidFile } from '#world/processes/pid-file';
import { bornOf } from '#world/processes/process';
import { readToken } from '#world/pty/access';
import { connectHost } from '#world/pty/client';
import { askRedis } from '#world/redis/probe';
import { downGround } from '../../src/daemon/town-ground.ts';
import { openTowns } from '../support/test-town.ts';
import { until } from '../support/until.ts';

const { aTown, aRunningTown, razeAll } = openTowns();
afterEach(razeAll);

/** For what answers: a busy machine may take its time. */
const LIMIT_MS = 60_000;
const NAMES = ['redis', 'host', 'worker'] as const;

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

test('down leaves no process, no pid file and no socket, keeps what Redis holds, and up has it again', async () => {
  const { town, up } = await aRunningTown();
  await askRedis(`${town.sockets}/redis`, [['SET', 'book', 'kept']], LIMIT_MS);
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
  expect(await askRedis(`${town.sockets}/redis`, [['GET', 'book']], LIMIT_MS)).toEqual(['kept']);
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

test('down needs no sockets: a system that clears its runtime directories hides no process from it', async () => {
  const { town, up } = await aRunningTown();
  rmSync(town.sockets, { recursive: true });
  expect(await town.down()).toMatchObject({ wasDown: false });
  for (const { pid } of [up.supervisor, up.redis, up.host, up.worker]) expect(bornOf(pid ?? 0)).toBeUndefined();
  expect(town.files().sort()).toEqual(['logs', 'redis-data']);
});

test('up and down at once leave a town that the next up finds or starts whole', async () => {
  const town = await aTown();
  await Promise.all([town.up(), town.down()]);
  const [, up] = await Promise.all([town.down(), town.up()]);
  const again = await town.up();
  expect(isRefusal(again)).toBe(false);
  expect(isRefusal(up)).toBe(false);
  expect(await town.down()).toMatchObject({ wasDown: false });
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
