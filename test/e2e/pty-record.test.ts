import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Host, SpawnRequest } from '#world/pty/host';
import { readIndex } from '#world/pty/recording/shelf';
import { makeGround, nextEvent, printed, runToEnd, shell, startHost } from '../support/pty.ts';
import { play, readAll } from '../support/recorder.ts';
import { Followed } from '../support/screens.ts';
import { until } from '../support/until.ts';

const ground = makeGround();
afterAll(() => ground.clear());

const small = { cols: 40, rows: 10 };

/** A session whose recording lies in a directory of its name. */
function recorded(id: string, line: string, record: Partial<SpawnRequest['record']> = {}): SpawnRequest & { dir: string } {
  const dir = join(ground.dir, 'recordings', id);
  return { ...shell(ground, id, line), ...small, record: { dir, ...record }, dir };
}

/** Waits until the recording of an ended session is whole. */
const finished = (dir: string) => until('the recording is written', async () => (await readIndex(dir))?.end);

async function shownBy(host: Host, id: string): Promise<string[]> {
  const snapshot = await host.snapshot(id);
  const shown = new Followed(small.cols, small.rows);
  shown.feed(snapshot?.bytes ?? Buffer.alloc(0));
  const lines = shown.lines();
  shown.dispose();
  return lines;
}

test('a recorded session plays to the screen that it ended with: colours, wide characters cut over chunks, sizes', async () => {
  const running = await startHost(ground, 'plays');
  const host = await running.connect(1);
  expect(host.features.has('record')).toBe(true);
  const line = String.raw`stty -echo; printf '\033[1;31mred\033[0m \344\275'; read x; printf '\240\345\245\275 \033]0;title\007\033[4:3mcurly\033[0m\n'; read y; printf '%s\n' 1 2 3 4 5 6 7 8 9 10 11 12`;
  const asked = recorded('plays', line);
  await host.spawn(asked);
  await printed(host, 'plays', 'red');
  await host.write('plays', '\n');
  await printed(host, 'plays', 'curly');
  await host.resize('plays', 30, 8);
  const drained = nextEvent(host, 'drained', 'plays');
  await host.write('plays', '\n');
  await drained;
  const end = await finished(asked.dir);
  expect(end.seq).toBe((await host.get('plays'))?.seq);
  const [part] = await readAll(asked.dir);
  const text = part?.events.map((event) => (event.kind === 'o' ? event.text : '')).join('');
  expect(text).toBe((await host.output('plays'))?.bytes.toString());
  expect(text).toContain('\u4f60\u597d');
  expect(part?.events.filter(({ kind }) => kind !== 'o').map(({ kind, text }) => [kind, text])).toEqual([['r', '30x8']]);
  const snapshot = await host.snapshot('plays');
  const shown = new Followed(30, 8);
  shown.feed(snapshot?.bytes ?? Buffer.alloc(0));
  const lines = await play(asked.dir);
  expect(lines).toEqual(shown.lines());
  for (const name of readdirSync(asked.dir)) expect(statSync(join(asked.dir, name)).mode & 0o777).toBe(0o600);
  await running.stop();
});

test('no secret of the environment, the session or the host is in a recording or in what is kept at the end, however it is printed', async () => {
  const running = await startHost(ground, 'secret');
  const host = await running.connect(1);
  const secret = 'hunter2-correct/horse';
  const key = `sk-${'ant-AbCdEf012345'.repeat(3)}`;
  const hostToken = readFileSync(running.tokenFile, 'latin1').trim();
  const script = `
    const { writeSync } = require('fs');
    const say = (text) => { for (const part of text) writeSync(1, part); };
    say([...process.env.MY_API_KEY, '\\r\\n']);
    say([...process.env.MY_API_KEY].map((char, at) => '\\x1b[3' + at % 8 + 'm' + char + '\\x1b[0m'));
    say(['\\r\\n', process.env.MY_API_KEY.slice(0, 9), '\\r\\n', process.env.MY_API_KEY.slice(9), '\\r\\n']);
    say(['\\x1b]0;', ...process.env.MY_API_KEY, '\\x07', ...process.env.PLAIN, '\\r\\n']);
    say([...process.env.GT_SESSION, '\\r\\n', ...process.env.PLAIN_TOO, '\\r\\nall of it\\r\\n']);`;
  const asked = recorded('secret', '');
  const env = { ...asked.env, MY_API_KEY: secret, PLAIN: key, PLAIN_TOO: hostToken };
  const end = await runToEnd(host, { ...asked, argv: [process.execPath, '-e', script], env, cols: 120, rows: 30 });
  expect(end.exit).toMatchObject({ code: 0 });
  const output = (await host.output('secret'))?.bytes.toString() ?? '';
  for (const text of [secret, key, hostToken, asked.env['GT_SESSION'] as string]) expect(output).not.toContain(text);
  expect(output).toContain(`${'*'.repeat(secret.length)}\r\r\n`);
  await finished(asked.dir);
  const files = readdirSync(asked.dir).map((name) => readFileSync(join(asked.dir, name), 'utf8'));
  const recording = files.join('').replaceAll(/\\u001b\[[0-9;]*m|\\r|\\n/g, '');
  expect(recording).toContain('all of it');
  for (const piece of ['hunter', 'correct', 'horse', 'AbCdEf', hostToken.slice(0, 12), hostToken.slice(-12), ground.mark])
    expect(recording).not.toContain(piece);
  const lines = await play(asked.dir);
  expect(lines.join('\n').replaceAll(/\{[^}]*\}/g, '')).toContain(`${'*'.repeat(secret.length)}`);
  await running.stop();
});

test('a session that floods is recorded in parts, and another is heard meanwhile', async () => {
  const running = await startHost(ground, 'flood');
  const host = await running.connect(1);
  const size = 5_000_000;
  await host.spawn(shell(ground, 'quiet', 'stty -echo; echo up; while read x; do echo "got $x"; done'));
  await printed(host, 'quiet', 'up');
  const line = `i=0; yes '\u4f60\u597d, a line of some length' | head -c ${size}; printf '\\nthe end\\n'`;
  const asked = recorded('flood', line, { maxBytes: 4 << 20 });
  const drained = nextEvent(host, 'drained', 'flood');
  await host.spawn(asked);
  await until('the flood has begun', async () => ((await host.get('flood'))?.seq ?? 0) > 0);
  for (const word of ['one', 'two', 'three']) {
    await host.write('quiet', `${word}\n`);
    await printed(host, 'quiet', `got ${word}`);
  }
  expect((await drained).seq).toBeGreaterThan(size);
  await finished(asked.dir);
  const parts = await readAll(asked.dir);
  expect(parts.length).toBeGreaterThan(1);
  expect(parts.reduce((sum, { path }) => sum + statSync(path).size, 0)).toBeLessThan(4.2 * (1 << 20));
  expect(parts.flatMap(({ events }) => events).filter(({ kind }) => kind === 'm')).toEqual([]);
  const shown = await shownBy(host, 'flood');
  expect(await play(asked.dir, -1)).toEqual(shown);
  expect(await play(asked.dir)).toEqual(shown);
  await running.stop();
});

test('a recording is turned off and on by request, with what is typed if that is asked for', async () => {
  const running = await startHost(ground, 'turned');
  const host = await running.connect(1);
  const asked = recorded('turned', 'stty -echo; echo up; while read x; do echo "got $x"; done');
  await host.spawn(asked);
  await printed(host, 'turned', 'up');
  expect(await host.record('turned')).toEqual({ on: true, input: false, part: 1 });
  await host.write('turned', 'one\n');
  await printed(host, 'turned', 'got one\r\n'); // the end of the row may come later
  expect(await host.record('turned', { on: false })).toEqual({ on: false, input: false, part: 1 });
  await host.write('turned', 'two\n');
  await printed(host, 'turned', 'got two\r\n');
  expect(await host.record('turned', { on: true, input: true })).toMatchObject({ on: true, input: true });
  await host.write('turned', 'three\n');
  await printed(host, 'turned', 'got three');
  await host.kill('turned', { graceMs: 0 });
  await finished(asked.dir);
  const parts = await readAll(asked.dir);
  const events = parts.flatMap((part) => part.events);
  expect(parts).toHaveLength(2);
  expect(parts[0]?.events.map(({ text }) => text).join('')).toBe('up\r\ngot one\r\n');
  // In pieces where a secret of the session begins as the text ends.
  const typed = events.filter(({ kind }) => kind === 'i').map(({ text }) => text);
  expect(typed.join('')).toBe('three\n');
  expect(await play(asked.dir, -1)).toEqual(await shownBy(host, 'turned'));
  await host.spawn(shell(ground, 'plain', 'exit 0'));
  expect(await host.record('plain')).toBeUndefined();
  await expect(host.record('nobody')).rejects.toMatchObject({ code: 'SESSION_UNKNOWN' });
  await expect(host.spawn({ ...asked, id: 'bad', record: { dir: 'here' } })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  const person = await running.connect();
  expect(await person.record('turned')).toBeDefined();
  await running.stop();
});

test('a recording that cannot be written harms nothing, and is told of once in the log of the host', async () => {
  const running = await startHost(ground, 'nowhere');
  const host = await running.connect(1);
  const line = 'for i in 1 2 3 4; do head -c 70000 /dev/zero | tr "\\0" x; echo; done; echo end';
  const end = await runToEnd(host, {
    ...shell(ground, 'nowhere', line),
    record: { dir: join(running.tokenFile, 'no', 'directory') },
  });
  expect(end).toMatchObject({ exit: { code: 0 }, seq: 280_013 });
  await running.stop();
  await until('all that it said is read', () => running.child.stderr?.closed);
  expect(
    running
      .stderr()
      .split('\n')
      .filter((text) => text.includes('recording')),
  ).toHaveLength(1);
  expect(running.stderr()).toContain('The recording of nowhere has gaps: ');
});

test('what is kept of an ended session holds no value of its secret variables', async () => {
  const running = await startHost(ground, 'words');
  const host = await running.connect(1);
  const secret = 'correct horse battery';
  const asked = shell(ground, 'words', 'read x; printf "my key is %s, yes\\n" "$MY_API_KEY"');
  await host.spawn({ ...asked, env: { ...asked.env, MY_API_KEY: secret } });
  const drained = nextEvent(host, 'drained', 'words');
  await host.write('words', '\n');
  await drained;
  const kept = (await host.output('words'))?.bytes.toString();
  expect(kept).toContain(`my key is ${'*'.repeat(secret.length)}, yes`);
  const files = readdirSync(ground.dir, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  expect(files.some((file) => file.name === 'tail')).toBe(true);
  for (const { parentPath, name } of files) expect(readFileSync(join(parentPath, name), 'latin1')).not.toContain(secret);
  await running.stop();
});
