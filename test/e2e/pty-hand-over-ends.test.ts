import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { afterAll, expect, test } from 'vitest';
import { hostBehind } from '#daemon/renew-host';
import { survivors } from '#world/processes/kill';
import { bornOf } from '#world/processes/scan';
import type { Host } from '#world/pty/host';
import { makeGround, printed, shell, startHost } from '../support/pty.ts';
import { until } from '../support/until.ts';

/** Ends that happen while a host hands over, or were under way when it began to. */
const ground = makeGround();
/** A successor on a busy machine takes its time. */
const PATIENT = { waitMs: 60_000 };
afterAll(() => ground.clear());

const drained = (host: Host, id: string) =>
  until(`${id} is drained`, async () => {
    const info = await host.get(id);
    return info?.state === 'drained' && info;
  });

test('an agent that ends while neither host reads loses neither its last words nor its exit code', async () => {
  const running = await startHost(ground, 'between');
  const host = await running.connect(1);
  const gate = `${ground.dir}/between-gate`;
  await host.spawn(shell(ground, 'ends', `mkfifo ${gate}; echo up; read x <${gate}; printf 'last words'; exit 9`));
  await printed(host, 'ends', 'up');
  const agents = await survivors([`GT_SESSION=${ground.mark}ends`]);
  const isOver = `while kill -0 ${agents.map(({ pid }) => pid).join(' ')} 2>/dev/null; do :; done`;
  // the successor comes up when the agent has gone
  const late = ['/bin/bash', '-c', `echo >${gate}; timeout 5 sh -c '${isOver}'; exec "$@"`, 'bash', ...running.programOf('next')];
  await host.handOver(late, { waitMs: 30_000 });
  expect(await drained(host, 'ends')).toMatchObject({ exit: { code: 9, signal: null }, seq: 'up\r\nlast words'.length });
  expect((await host.output('ends'))?.bytes.toString()).toBe('up\r\nlast words');
  await running.stop();
});

test('a session that has ended and still waits for its last output is handed over as such', async () => {
  const running = await startHost(ground, 'stopped');
  const host = await running.connect(1);
  await host.spawn(shell(ground, 'held', 'echo up; read x; exit 2'));
  await printed(host, 'held', 'up\r\n'); // else the rest of the row were stopped as well
  await host.write('held', '\x13'); // output is stopped, and the mark with it
  await until('the agent ends', async () => (await host.kill('held', { graceMs: 0 })).left.length === 0);
  await until('its end is seen', async () => (await host.get('held'))?.state === 'exited');
  await host.handOver(running.programOf('next'), PATIENT);
  expect(await host.get('held')).toMatchObject({ state: 'exited', exit: { signal: 9 } });
  const began = performance.now();
  expect(await drained(host, 'held')).toMatchObject({ exit: { signal: 9 } });
  expect(performance.now() - began).toBeLessThan(60_000);
  expect((await host.output('held'))?.bytes.toString()).toBe('up\r\n');
  await running.stop();
});

test('a kill that is under way goes on at the next host, and answers who asked for it', async () => {
  const running = await startHost(ground, 'kill');
  const host = await running.connect(1);
  await host.spawn(shell(ground, 'deaf', "trap '' TERM; echo up; sleep 600; sleep 600"));
  await printed(host, 'deaf', 'up');
  const patient = host.kill('deaf', { graceMs: 3_600_000 });
  const other = await running.connect();
  void other.kill('deaf', { graceMs: 3_600_000 }).catch(() => undefined);
  await other.info();
  other.close();
  await host.handOver(running.programOf('next'), PATIENT);
  expect(await host.kill('deaf', { graceMs: 0 })).toEqual({ left: [] });
  expect(await patient).toEqual({ left: [] });
  expect(await drained(host, 'deaf')).toMatchObject({ exit: { code: null, signal: 9 } });
  await running.stop();
});

test('a spawn that is asked for while a host hands over is done once, by the next', async () => {
  const running = await startHost(ground, 'spawn');
  const host = await running.connect(1);
  const other = await running.connect(1);
  const moving = host.handOver(running.programOf('next'), PATIENT);
  const asked = shell(ground, 'late', 'echo up; exec sleep 600');
  const [one, two] = await Promise.all([host.spawn(asked), other.spawn(asked)]);
  expect(one.pid).toBe(two.pid);
  await moving;
  await printed(host, 'late', 'up');
  expect((await host.list()).map(({ id }) => id)).toEqual(['late']);
  await running.stop();
});

test('an older worker that was heard of in the last turn of a host may change nothing at the next', async () => {
  const running = await startHost(ground, 'fence');
  const older = await running.connect(5);
  const newer = await running.connect(6);
  await newer.handOver(running.programOf('next'), PATIENT);
  await expect(older.spawn(shell(ground, 'late', 'true'))).rejects.toMatchObject({ code: 'STALE_EPOCH' });
  await expect(older.handOver(running.programOf('older'), PATIENT)).rejects.toMatchObject({ code: 'STALE_EPOCH' });
  expect(await newer.info()).toMatchObject({ build: 'next', epoch: 6 });
  await running.stop();
});

test('a session of which nothing could be kept on disk is handed over with its exit all the same', async () => {
  const running = await startHost(ground, 'full');
  const host = await running.connect(1);
  await host.spawn(shell(ground, 'unkept', 'echo up; read x; exit 5'));
  await printed(host, 'unkept', 'up');
  rmSync(join(ground.dir, 'full', 'state', 'sessions', 'unkept', 'start.json')); // as if the disk had been full
  await host.handOver(running.programOf('next'), PATIENT);
  await host.write('unkept', '\n');
  expect(await drained(host, 'unkept')).toMatchObject({ exit: { code: 5, signal: null } });
  await running.stop();
});

test('a successor finds its place taken when the old host died, and another was started before it was ready: it gives way', async () => {
  const first = await startHost(ground, 'raced');
  const host = await first.connect(1);
  await host.spawn(shell(ground, 'orphan', 'echo up; exec sleep 600'));
  await printed(host, 'orphan', 'up');
  const gate = join(ground.dir, 'raced-gate');
  const log = join(ground.dir, 'raced-log');
  const late = ['/bin/sh', '-c', `mkfifo ${gate}; read x <${gate}; exec "$@" 2>${log}`, 'sh', ...first.programOf('late')];
  host.handOver(late, { waitMs: 60_000 }).catch(() => undefined);
  await until('the successor waits', () => existsSync(gate));
  await first.crash();
  host.close();
  const second = await startHost(ground, 'raced');
  writeFileSync(gate, '\n');
  await until('the successor has given way', () => existsSync(log) && readFileSync(log, 'utf8').includes('pty host:'));
  const now = await second.connect(2);
  expect((await now.info()).pid).toBe(second.pid);
  expect(await drained(now, 'orphan')).toMatchObject({ exit: { code: null, signal: 1 } });
  now.close();
  await second.stop();
});

test('a successor is found by its socket when the old host died before it could name it', async () => {
  const running = await startHost(ground, 'unnamed');
  const host = await running.connect(1);
  await host.spawn(shell(ground, 'kept', 'echo up; while read x; do echo "got $x"; done'));
  await printed(host, 'kept', 'up');
  const killer = `kill -9 ${running.pid}; exec "$@"`;
  const next = await host.handOver(['/bin/sh', '-c', killer, 'sh', ...running.programOf('next')], { waitMs: 60_000 });
  expect(next.build).toBe('next');
  await host.write('kept', 'one\n');
  await printed(host, 'kept', 'got one');
  expect(existsSync(join(ground.dir, 'unnamed', 'pid'))).toBe(false);
  expect(await hostBehind(running.path, running.tokenFile, 20_000)).toEqual({ pid: next.pid, born: bornOf(next.pid) });
  expect(await hostBehind(join(ground.dir, 'nowhere', 'host'), running.tokenFile, 20_000)).toBeUndefined();
  await running.stop();
});
