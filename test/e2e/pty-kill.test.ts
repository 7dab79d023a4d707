import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { strays } from '#chores/doctor-strays';
import { killTree, survivors } from '#world/processes/kill';
import { bornOf, isAlive, scan } from '#world/processes/scan';
import { straysIn } from '#world/processes/strays';
import type { Identity } from '#world/processes/targets';
import { envOf, makeGround } from '../support/pty.ts';
import { until } from '../support/until.ts';

const ground = makeGround();
afterAll(() => ground.clear());

const tokenOf = (name: string) => `GT_SESSION=${ground.mark}${name}`;

/** Starts a leader of a session of its own that runs a script; each `$nap NAME` in it becomes a sleeper that leaves its pid in a file. */
async function plant(
  name: string,
  script: string,
  sleepers: number,
): Promise<{ leader: Identity; child: ChildProcess; pids: Map<string, Identity> }> {
  const dir = join(ground.dir, name);
  mkdirSync(dir);
  const nap = join(dir, 'nap');
  writeFileSync(nap, `echo $$ >"${dir}/$1.new" && /bin/mv "${dir}/$1.new" "${dir}/$1.pid"; exec /bin/sleep 600\n`);
  const env = { ...envOf(ground, name), nap: `/bin/sh ${nap}` };
  const child = spawn('/bin/bash', ['-c', script], { cwd: dir, env, detached: true, stdio: 'ignore' });
  const pid = child.pid ?? 0;
  const leader = { pid, born: bornOf(pid) ?? '' };
  const pidIn = (file: string) => Number(readFileSync(join(dir, file), 'latin1'));
  // asleep: what moved the file has ended, and the name is the program's
  const sleeps = (file: string) => readFileSync(`/proc/${pidIn(file)}/comm`, 'latin1') === 'sleep\n';
  const names = await until(`${sleepers} sleepers of ${name}`, () => {
    const found = readdirSync(dir).filter((file) => file.endsWith('.pid'));
    return found.length === sleepers && found.every(sleeps) && found;
  });
  const pids = names.map((file): [string, Identity] => {
    const sleeper = pidIn(file);
    return [file.slice(0, -4), { pid: sleeper, born: bornOf(sleeper) ?? '' }];
  });
  return { leader, child, pids: new Map(pids) };
}

function living(pids: ReadonlyMap<string, Identity>): string[] {
  return [...pids].filter(([, { pid, born }]) => isAlive(pid, born)).map(([name]) => name);
}

test('of eight ways to slip away from a session, only a scrubbed daemon succeeds', async () => {
  const script = `
    $nap group &
    set -m; $nap job & set +m
    setsid $nap session &
    (setsid $nap twice1 &)
    ( (setsid $nap twice2 &) & )
    (exec env -i setsid $nap scrubbed &)
    (trap '' HUP TERM; setsid $nap deaf &)
    $nap front`;
  const { leader, pids } = await plant('eight', script, 8);
  expect(living(pids)).toHaveLength(8);
  const scrubbed = pids.get('scrubbed');
  // its parents have ended: nothing in the process table leads from the session to it
  await until('the scrubbed one is adopted', async () => {
    const all = await scan();
    const parent = all.find((proc) => proc.pid === scrubbed?.pid)?.ppid;
    return all.every((proc) => proc.pid !== parent || (proc.pid !== leader.pid && proc.sid !== leader.pid));
  });
  // a person's own, by the same name and in the same directory
  const bystander = spawn('/bin/sleep', ['600'], { cwd: join(ground.dir, 'eight'), env: {}, detached: true, stdio: 'ignore' });
  const cwds = [join(ground.dir, 'eight')];
  expect((await straysIn(cwds, ground.mark.slice(0, -1))).map(({ pid }) => pid).sort()).toEqual(
    [scrubbed?.pid, bystander.pid].sort(),
  );
  expect(await killTree({ leader, tokens: [tokenOf('eight')], graceMs: 200 })).toEqual({ left: [] });
  expect(living(pids)).toEqual(['scrubbed']);
  expect(isAlive(leader.pid, leader.born)).toBe(false);
  expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
  // whom nobody can hold to the session, the doctor tells of
  const told = strays(await straysIn(cwds, ground.mark.slice(0, -1)));
  expect(told).toMatchObject({ ok: false, found: expect.stringContaining(`sleep (${scrubbed?.pid}) in ${cwds[0]}`) });
  process.kill(scrubbed?.pid ?? 0, 'SIGKILL');
  bystander.kill('SIGKILL');
});

test('a child without the token falls with the tree that it hangs on, also when its parent is killed first', async () => {
  const { leader, pids } = await plant('scrubbed-child', 'env -i setsid $nap child & $nap front', 2);
  process.kill(leader.pid, 'SIGSTOP');
  expect(await killTree({ leader, tokens: [tokenOf('scrubbed-child')], graceMs: 50 })).toEqual({ left: [] });
  expect(living(pids)).toEqual([]);
});

test('the grace is over as soon as all are gone, and at once when hurried', async () => {
  const quick = await plant('quick', '$nap front', 1);
  expect(await killTree({ leader: quick.leader, tokens: [tokenOf('quick')], graceMs: 3_600_000 })).toEqual({ left: [] });
  expect(living(quick.pids)).toEqual([]);
  const deaf = await plant('deaf', "trap '' TERM; $nap front", 1);
  const hurry = new AbortController();
  const kill = killTree({ leader: deaf.leader, tokens: [tokenOf('deaf')], graceMs: 3_600_000, hurry: hurry.signal });
  hurry.abort();
  expect(await kill).toEqual({ left: [] });
  expect(living(deaf.pids)).toEqual([]);
});

test('a kill that is given up leaves everyone as they were', async () => {
  const { leader, pids } = await plant('spared', "trap '' TERM; $nap front", 1);
  const stop = new AbortController();
  const kill = killTree({ leader, tokens: [tokenOf('spared')], graceMs: 3_600_000, signal: stop.signal });
  stop.abort(new Error('given up'));
  await expect(kill).rejects.toThrow('given up');
  expect(living(pids)).toEqual(['front']);
  await killTree({ leader, tokens: [tokenOf('spared')], graceMs: 0 });
});

test('a process in the same session as a carrier is spared when its session is not of gt', async () => {
  // without `detached`, both share the session of this very test, whose leader is none of ours
  const env = { PATH: envOf(ground, '')['PATH'] };
  const bystander = spawn('/bin/sleep', ['600'], { env, stdio: 'ignore' });
  const carrier = spawn('/bin/sleep', ['600'], { env: envOf(ground, 'carrier'), stdio: 'ignore' });
  const ended = once(carrier, 'exit');
  await until('the carrier is seen', async () => (await survivors([tokenOf('carrier')])).length === 1);
  expect(await killTree({ tokens: [tokenOf('carrier')], graceMs: 60_000 })).toEqual({ left: [] });
  expect(await ended).toEqual([null, 'SIGTERM']);
  expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
  bystander.kill('SIGKILL');
});

test('a reused pid is not taken for the leader', async () => {
  const { leader, pids } = await plant('reused', '$nap front', 1);
  const impostor = { pid: leader.pid, born: '1' };
  expect(await killTree({ leader: impostor, tokens: [`GT_SESSION=${ground.mark}nobody`], graceMs: 0 })).toEqual({ left: [] });
  expect(living(pids)).toEqual(['front']);
  expect(isAlive(impostor.pid, impostor.born)).toBe(false);
  await killTree({ leader, tokens: [tokenOf('reused')], graceMs: 0 });
});

test('all processes of a worker are found by the beginning of their token', async () => {
  const worker = `GT_WORKER=${ground.mark}17`;
  const env = { PATH: envOf(ground, '')['PATH'], GT_WORKER: worker.slice('GT_WORKER='.length) };
  const children = [1, 2].map(() => spawn('/bin/sleep', ['600'], { env, stdio: 'ignore' }));
  const ended = Promise.all(children.map((child) => once(child, 'exit')));
  await until('both are seen', async () => (await survivors([worker])).length === 2);
  expect(await survivors([`${worker}0`])).toEqual([]);
  expect(await killTree({ tokens: [{ prefix: `GT_WORKER=${ground.mark}` }], graceMs: 0 })).toEqual({ left: [] });
  expect(await ended).toHaveLength(2);
});

test('a token that could match what is not of gt is refused', async () => {
  for (const token of ['PATH=/bin', 'GT_SESSION=', { prefix: 'GT_SESSION=' }, { prefix: '' }])
    await expect(killTree({ tokens: [token], graceMs: 0 })).rejects.toThrow('Not a token');
});
