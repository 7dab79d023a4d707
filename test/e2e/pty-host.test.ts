import { afterAll, expect, test } from 'vitest';
import { killTree, survivors } from '#world/processes/kill';
import { isAlive } from '#world/processes/scan';
import { HostGone } from '#world/pty/host';
import { makeGround, nextEvent, printed, runToEnd, shell, startHost } from '../support/pty.ts';
import { until } from '../support/until.ts';

const ground = makeGround();
afterAll(() => ground.clear());

test('a spawn that is repeated, at once or later, is one process', async () => {
  const running = await startHost(ground, 'once');
  const host = await running.connect(1);
  const asked = shell(ground, 'gp-1.r1.s1', 'echo started; exec sleep 600');
  const answers = await Promise.all([host.spawn(asked), host.spawn(asked), host.spawn(asked)]);
  expect(new Set(answers.map((info) => info.pid)).size).toBe(1);
  expect((await host.spawn(asked)).pid).toBe(answers[0]?.pid);
  await printed(host, asked.id, 'started');
  // the shell that keeps the exit code, and the agent
  await until('both run', async () => (await survivors([`GT_SESSION=${ground.mark}${asked.id}`])).length === 2);
  expect(await host.kill(asked.id, { graceMs: 0 })).toEqual({ left: [] });
  const again = await host.spawn(asked);
  expect(again.pid).toBe(answers[0]?.pid);
  await running.stop();
});

test('an end is told at once, then again when all output was seen; it is a code or a signal', async () => {
  const running = await startHost(ground, 'ends');
  const host = await running.connect(1);
  const types: string[] = [];
  host.onEvent((event) => types.push(`${event.type} ${event.session.id}`));
  const code = await runToEnd(host, shell(ground, 'code', 'printf bye; exit 3'));
  expect(code).toMatchObject({ state: 'drained', seq: 3, exit: { code: 3, signal: null } });
  expect(types).toEqual(['spawned code', 'exited code', 'drained code']);
  const signal = await runToEnd(host, shell(ground, 'signal', 'kill -9 $$'));
  expect(signal.exit).toMatchObject({ code: null, signal: 9 });
  await host.forget('code');
  await host.forget('code');
  expect(types.at(-1)).toBe('forgotten code');
  expect(await host.get('code')).toBeUndefined();
  expect(await host.output('code')).toBeUndefined();
  await running.stop();
});

test('a session hears what is written, and tells its output from any byte on', async () => {
  const running = await startHost(ground, 'talk');
  const host = await running.connect(1);
  await host.spawn({
    ...shell(ground, 'talk', 'stty -echo; echo ready; read a; echo got $a; stty size; exec sleep 600'),
    cols: 90,
    rows: 20,
  });
  await expect(host.forget('talk')).rejects.toMatchObject({ code: 'SESSION_RUNS' });
  await printed(host, 'talk', 'ready');
  await host.resize('talk', 70, 30);
  await host.write('talk', 'hello\n');
  const text = await printed(host, 'talk', '30 70\r\n');
  expect(text).toContain('got hello');
  const part = await host.output('talk', 7);
  expect(part).toMatchObject({ from: 7, seq: text.length });
  expect(part?.bytes.toString()).toBe(text.slice(7));
  await expect(host.write('nobody', 'x')).rejects.toMatchObject({ code: 'SESSION_UNKNOWN' });
  await host.kill('talk', { graceMs: 60_000 });
  await until('the end is seen', async () => (await host.get('talk'))?.state === 'drained');
  await expect(host.write('talk', 'x')).rejects.toMatchObject({ code: 'PTY_GONE' });
  await running.stop();
});

test('two kills of one session are one kill, with the shorter grace', async () => {
  const running = await startHost(ground, 'hurry');
  const host = await running.connect(1);
  await host.spawn(shell(ground, 'deaf', "trap '' TERM; echo up; sleep 600; sleep 600"));
  await printed(host, 'deaf', 'up');
  const drained = nextEvent(host, 'drained', 'deaf');
  const kills = [host.kill('deaf', { graceMs: 3_600_000 }), host.kill('deaf', { graceMs: 0 })];
  expect(await Promise.all(kills)).toEqual([{ left: [] }, { left: [] }]);
  expect((await drained).exit).toMatchObject({ code: null, signal: 9 });
  expect(await host.kill('deaf')).toEqual({ left: [] });
  await running.stop();
});

test('a program or directory that is missing is named before anything is started', async () => {
  const running = await startHost(ground, 'missing');
  const host = await running.connect(1);
  const asked = shell(ground, 'missing', 'true');
  await expect(host.spawn({ ...asked, argv: ['no-such-agent'] })).rejects.toMatchObject({
    code: 'BINARY_MISSING',
    message: expect.stringContaining('no-such-agent'),
  });
  const elsewhere = { ...asked.env, PATH: '/nowhere' };
  await expect(host.spawn({ ...asked, env: elsewhere })).rejects.toMatchObject({
    code: 'BINARY_MISSING',
    message: expect.stringContaining('/nowhere'),
  });
  await expect(host.spawn({ ...asked, cwd: '/no/such/dir' })).rejects.toMatchObject({
    code: 'CWD_MISSING',
    message: expect.stringContaining('/no/such/dir'),
  });
  await expect(host.spawn({ ...asked, id: '../up' })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  await expect(host.spawn({ ...asked, env: { PATH: asked.env['PATH'] ?? '' } })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  expect(await host.list()).toEqual([]);
  // a word of the shell is not taken for a program
  await expect(host.spawn({ ...asked, argv: ['exit', '5'] })).rejects.toMatchObject({ code: 'BINARY_MISSING' });
  await running.stop();
});

test('an exit is listed by the next host, with its last output, until it is forgotten', async () => {
  const first = await startHost(ground, 'crash');
  const host = await first.connect(1);
  const gone = new Promise<void>((resolve) => host.onGone(resolve));
  const ended = await runToEnd(host, shell(ground, 'ended', 'echo last words; exit 5'));
  await host.spawn(shell(ground, 'lost', 'echo up; exec sleep 600'));
  await printed(host, 'lost', 'up');
  await first.crash();
  await gone;
  await expect(host.list()).rejects.toBeInstanceOf(HostGone);

  const second = await startHost(ground, 'crash');
  const next = await second.connect(1);
  expect(await next.get('ended')).toEqual(ended);
  expect((await next.output('ended'))?.bytes.toString()).toBe('last words\r\n');
  const lost = await until('the lost one is told as ended', async () => {
    const info = await next.get('lost');
    return info?.state === 'drained' && info;
  });
  expect(lost.exit).toMatchObject({ code: null, signal: 1 });
  expect(await next.kill('lost', { graceMs: 0 })).toEqual({ left: [] });
  await next.forget('ended');
  await next.forget('lost');
  await second.crash();

  const third = await startHost(ground, 'crash');
  expect(await (await third.connect()).list()).toEqual([]);
  await third.stop();
});

test('an exit while the host did not look is read from what the shell wrote', async () => {
  const first = await startHost(ground, 'stopped');
  const host = await first.connect(1);
  const { pid, born } = await host.spawn(shell(ground, 'silent', 'echo up; read line; exit 9'));
  await printed(host, 'silent', 'up'); // a signal before it is what it will be would be lost
  await host.write('silent', 'go'); // no newline yet: the agent reads on
  process.kill(first.pid, 'SIGSTOP');
  const agent = await until('the agent is found', async () =>
    (await survivors([`GT_SESSION=${ground.mark}silent`])).find((found) => found.pid !== pid),
  );
  process.kill(agent.pid, 'SIGTERM');
  await until('the shell has ended', () => !isAlive(pid, born));
  await first.crash();
  const second = await startHost(ground, 'stopped');
  expect(await (await second.connect(1)).get('silent')).toMatchObject({ state: 'drained', exit: { code: null, signal: 15 } });
  await second.stop();
});

test('what ignored the hang-up of a lost host, or left its session, is swept by token', async () => {
  const running = await startHost(ground, 'sweep');
  const host = await running.connect(1);
  const { pid, born } = await host.spawn(shell(ground, 'sweep', "trap '' HUP; setsid sleep 600 & echo up; sleep 600"));
  await printed(host, 'sweep', 'up');
  const token = `GT_SESSION=${ground.mark}sweep`;
  await until(
    'both sleepers run',
    async () => (await survivors([token])).filter((found) => found.command === 'sleep').length === 2,
  );
  await running.crash();
  await until('the leader has ended', () => !isAlive(pid, born));
  expect((await survivors([token])).filter((found) => found.command === 'sleep')).toHaveLength(2);
  expect(await killTree({ tokens: [token], graceMs: 0 })).toEqual({ left: [] });
  expect(await survivors([token])).toEqual([]);
});

test('an older worker may look, but change nothing, also after the host was started anew', async () => {
  const first = await startHost(ground, 'epochs');
  const older = await first.connect(5);
  await older.spawn(shell(ground, 'held', 'exec sleep 600'));
  const newer = await first.connect(6);
  await expect(older.spawn(shell(ground, 'late', 'true'))).rejects.toMatchObject({ code: 'STALE_EPOCH' });
  await expect(older.kill('held')).rejects.toMatchObject({ code: 'STALE_EPOCH' });
  await expect(older.write('held', 'x')).rejects.toMatchObject({ code: 'STALE_EPOCH' });
  expect((await older.list()).map((session) => session.id)).toEqual(['held']);
  expect(await newer.info()).toMatchObject({ pid: first.pid, build: 'test', epoch: 6, sessions: 1 });
  const person = await first.connect();
  await expect(person.spawn(shell(ground, 'person', 'true'))).rejects.toMatchObject({ code: 'EPOCH_MISSING' });
  expect(await person.kill('held', { graceMs: 0 })).toEqual({ left: [] });
  await first.stop();

  const second = await startHost(ground, 'epochs');
  await expect((await second.connect(5)).spawn(shell(ground, 'late', 'true'))).rejects.toMatchObject({ code: 'STALE_EPOCH' });
  await second.stop();
});

test('TERM and HUP do not end a host while an agent runs; a stop ends both', async () => {
  const running = await startHost(ground, 'term');
  const host = await running.connect(1);
  await host.spawn(shell(ground, 'kept', "trap '' TERM; echo up; sleep 600"));
  await printed(host, 'kept', 'up');
  running.child.kill('SIGHUP');
  running.child.kill('SIGTERM');
  await until('the host has heard it', () => running.stderr().includes('SIGTERM ignored while 1 sessions run'));
  expect(await host.get('kept')).toMatchObject({ state: 'running' });
  const gone = new Promise<void>((resolve) => host.onGone(resolve));
  expect(await host.stop({ graceMs: 0 })).toEqual({ left: [] });
  await gone;
  const next = await startHost(ground, 'term');
  expect(await (await next.connect()).get('kept')).toMatchObject({ state: 'drained', exit: { signal: 9 } });
  const ended = new Promise((resolve) => next.child.once('exit', resolve));
  next.child.kill('SIGTERM');
  expect(await ended).toBe(0);
});
