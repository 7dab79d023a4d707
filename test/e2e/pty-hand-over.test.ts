import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { survivors } from '#world/processes/kill';
import type { Host } from '#world/pty/host';
import { envOf, makeGround, printed, runToEnd, shell, startHost } from '../support/pty.ts';
import { until } from '../support/until.ts';

const ground = makeGround();
/** A successor on a busy machine takes its time. */
const PATIENT = { waitMs: 60_000 };
afterAll(() => ground.clear());

const small = { cols: 40, rows: 10 };
const drained = (host: Host, id: string) =>
  until(`${id} is drained`, async () => {
    const info = await host.get(id);
    return info?.state === 'drained' && info;
  });

test('a host hands its sessions to a successor: the agents, their screens and all that was said go on', async () => {
  const running = await startHost(ground, 'whole');
  const host = await running.connect(1);
  const line =
    'stty -echo; printf "\\033[31mred\\033[0m up"; while read x; do printf "got %s;" "$x"; [ "$x" = end ] && exit 7; done';
  const { pid, born, startedAt } = await host.spawn({ ...shell(ground, 'talk', line), ...small });
  await printed(host, 'talk', ' up');
  await host.resize('talk', 30, 8);
  await host.write('talk', 'one\n');
  await printed(host, 'talk', 'got one;');
  const ended = await runToEnd(host, shell(ground, 'ended', 'printf over; exit 4'));
  let moved = 0;
  host.onMoved(() => moved++);
  const gone: string[] = [];
  host.onGone(() => gone.push('gone'));

  const next = await host.handOver(running.programOf('newer'), PATIENT);
  expect(next.pid).not.toBe(running.pid);
  expect(next).toMatchObject({ build: 'newer', epoch: 1, sessions: 2 });
  await until('the old host has ended', () => running.child.exitCode === 0);
  expect(JSON.parse(readFileSync(join(ground.dir, 'whole', 'pid'), 'utf8')).pid).toBe(next.pid);
  expect(host.build).toBe('newer');
  expect([moved, gone]).toEqual([1, []]);
  expect(await host.get('talk')).toMatchObject({ pid, born, startedAt, state: 'running' });
  expect(await host.get('ended')).toEqual(ended);
  expect(await host.peek('talk', { lines: 1, colour: true })).toMatchObject({
    cols: 30,
    rows: 8,
    text: '\x1b[0;31mred\x1b[0m upgot one;\x1b[0m',
  });
  await host.write('talk', 'two\n');
  expect(await printed(host, 'talk', 'got two;')).toContain('upgot one;got two;');
  await host.write('talk', 'end\n');
  expect(await drained(host, 'talk')).toMatchObject({ exit: { code: 7, signal: null } });
  expect((await runToEnd(host, shell(ground, 'fresh', 'stty size; exit 3'))).exit).toMatchObject({ code: 3 });
  expect(readdirSync(join(ground.dir, 'whole')).sort()).toEqual(['host', 'pid', 'state', 'token']);
  expect(readdirSync(join(ground.dir, 'whole', 'state')).sort()).toEqual(['epoch', 'nudges', 'sessions']);
  await running.stop();
});

test('a host hands over ten times in a row, and no agent gets a terminal that is not its own', async () => {
  const running = await startHost(ground, 'ten');
  const host = await running.connect(1);
  for (const id of ['one', 'two', 'three']) await host.spawn(shell(ground, id, 'read x; exit 6'));
  const before = new Set([running.pid]);
  for (let turn = 0; turn < 10; turn++) {
    const { pid } = await host.handOver(running.programOf(`build-${turn}`), PATIENT);
    expect(before.has(pid)).toBe(false);
    before.add(pid);
    expect(readdirSync(`/proc/${pid}/fd`).filter((fd) => linkOf(pid, fd).endsWith('ptmx'))).toHaveLength(3);
  }
  const request = { id: 'lister', argv: ['ls', '-l', '/proc/self/fd'], cwd: ground.dir, env: envOf(ground, 'lister') };
  await runToEnd(host, request);
  const text = (await host.output('lister'))?.bytes.toString() ?? '';
  const terminals = text.match(/-> \S*(pts|ptmx|tty)\S*/g) ?? [];
  expect(terminals, text).toHaveLength(3);
  expect(new Set(terminals).size).toBe(1);
  await host.write('one', '\n');
  expect(await drained(host, 'one')).toMatchObject({ exit: { code: 6 } });
  expect(await host.kill('two', { graceMs: 0 })).toEqual({ left: [] });
  expect(await drained(host, 'two')).toMatchObject({ exit: { code: null, signal: 9 } });
  expect(await host.kill('three', { graceMs: 60_000 })).toEqual({ left: [] });
  expect(await drained(host, 'three')).toMatchObject({ exit: { code: null } });
  for (const id of ['one', 'two', 'three', 'lister']) await host.forget(id);
  const { pid } = await host.info();
  expect(readdirSync(`/proc/${pid}/fd`).filter((fd) => /ptmx|pts/.test(linkOf(pid, fd)))).toEqual([]);
  await running.stop();
});

function linkOf(pid: number, fd: string): string {
  try {
    return readlinkSync(`/proc/${pid}/fd/${fd}`);
  } catch {
    return '';
  }
}

test('a successor that dies, says nothing, or cannot be started changes nothing', async () => {
  const running = await startHost(ground, 'fails');
  const host = await running.connect(1);
  await host.spawn(shell(ground, 'kept', 'stty -echo; echo up; while read x; do echo "got $x"; done'));
  await printed(host, 'kept', 'up');
  let moved = 0;
  host.onMoved(() => moved++);
  const failed = { code: 'HAND_OVER_FAILED' };
  await expect(host.handOver(['/bin/false'])).rejects.toMatchObject({ ...failed, message: expect.stringContaining('code 1') });
  const asked = host.handOver(['/bin/sh', '-c', 'exec sleep 600'], { waitMs: 300 });
  const meanwhile = host.write('kept', 'meanwhile\n');
  await expect(asked).rejects.toMatchObject({ ...failed, message: expect.stringContaining('300 ms') });
  await meanwhile;
  await printed(host, 'kept', 'got meanwhile');
  // one that is killed when all is ready but the word
  const stopped = host.handOver(['/bin/sh', '-c', 'exec 3>&-; exec "$@"', 'sh', ...running.programOf('mute')], { waitMs: 3_000 });
  await expect(stopped).rejects.toMatchObject(failed);
  await expect(host.handOver(['no-such-program'])).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  await host.write('kept', 'after\n');
  await printed(host, 'kept', 'got after');
  expect((await (await running.connect()).info()).pid).toBe(running.pid);
  expect(moved).toBe(0);
  expect(await survivors([`GT_SESSION=${ground.mark}kept`])).toHaveLength(2);
  expect(readdirSync(join(ground.dir, 'fails')).sort()).toEqual(['host', 'state', 'token']);
  await running.stop();
});

test('a write that is under way is finished by the successor, once, and only then answered', async () => {
  const running = await startHost(ground, 'paste');
  const host = await running.connect(1);
  const size = 1_000_000;
  await host.spawn(
    shell(
      ground,
      'slow',
      `stty raw -echo; printf up; read -r -n 1 x; head -c ${size} | cksum; exec sleep 600`.replace(
        'read -r -n 1 x',
        'head -c 1 >/dev/null',
      ),
    ),
  );
  await printed(host, 'slow', 'up');
  let isWritten = false;
  const text = Buffer.from(Array.from({ length: size }, (_, index) => 97 + (index % 26)));
  const pasted = host.write('slow', Buffer.concat([Buffer.from('!'), text])).then(() => {
    isWritten = true;
  });
  for (let turn = 0; turn < 3; turn++) await host.handOver(running.programOf(`paste-${turn}`), PATIENT);
  await pasted;
  expect(isWritten).toBe(true);
  const { stdout } = spawnSync('cksum', { input: text });
  const sum = String(stdout).trim().split(/\s+/).slice(0, 2).join(' ');
  await printed(host, 'slow', sum);
  await running.stop();
});
