import { afterAll, expect, test } from 'vitest';
import { look, shownTo } from '../support/attach.ts';
import { makeGround, printed, shell, startHost } from '../support/pty.ts';
import { until } from '../support/until.ts';

const ground = makeGround();
afterAll(() => ground.clear());

const small = { cols: 40, rows: 10 };

test('who attaches sees the screen as it stands, then what is printed; what they type is heard once and in order', async () => {
  const running = await startHost(ground, 'see');
  const host = await running.connect(1);
  const line = String.raw`stty -echo; printf '\033[2J\033[3;5H\033[1mhere\033[0m\033]0;a title\007'; while read x; do echo "got $x"; done`;
  await host.spawn({ ...shell(ground, 'see', line), ...small });
  await printed(host, 'see', 'a title\x07');
  const one = await look(host, 'see', { type: true, size: small });
  await until('the first paint', () => one.paints() === 1);
  expect(shownTo(one)).toContain('    here');
  expect(one.screen().scanner.modes.title).toBe('a title');
  for (const word of ['one\n', 'two\n', 'three\n']) one.stream.keys(Buffer.from(word));
  await until('all is heard', () => one.text().includes('got three\r\n'));
  expect(one.text().match(/got \w+/g)).toEqual(['got one', 'got two', 'got three']);
  expect(one.stream.seq).toBe((await host.get('see'))?.seq);
  one.stream.close();
  await running.stop();
});

test('the last to type owns the size; one who only looks never does, and is told', async () => {
  const running = await startHost(ground, 'size');
  const host = await running.connect(1);
  const line = 'stty -echo; trap "stty size" WINCH; echo up; while :; do read x; done';
  await host.spawn({ ...shell(ground, 'size', line), ...small });
  await printed(host, 'size', 'up');
  const first = await look(host, 'size', { type: true, size: { cols: 60, rows: 20 } });
  await until('the first has its size', () => first.stream.size.cols === 60);
  const watcher = await look(host, 'size', { size: { cols: 33, rows: 11 } });
  const second = await look(host, 'size', { type: true, size: { cols: 50, rows: 15 } });
  await until('all see it', () => second.paints() > 0 && watcher.paints() > 0);
  expect([watcher.stream.size, second.stream.size]).toEqual([
    { cols: 60, rows: 20 },
    { cols: 60, rows: 20 },
  ]);
  second.stream.keys(Buffer.from('x'));
  await until('the second has the size', () => [first, watcher, second].every(({ sizes }) => sizes.at(-1)?.cols === 50));
  watcher.stream.resize({ cols: 20, rows: 5 });
  first.stream.resize({ cols: 70, rows: 22 });
  // an answer of the first one's terminal is no typing
  first.stream.keys(Buffer.from('\x1b[?1;2c'), 'report');
  expect(() => watcher.stream.keys(Buffer.from('y'))).not.toThrow();
  await host.info();
  expect(second.stream.size).toEqual({ cols: 50, rows: 15 });
  first.stream.keys(Buffer.from('\n'));
  await until('it is the first one again', () => second.sizes.at(-1)?.cols === 70);
  await until('the program was told', () => first.text().includes('22 70') || shownTo(first).includes('22 70'));
  first.stream.close();
  await until('the size stays', async () => (await host.peek('size', { lines: 1 }))?.cols === 70);
  second.stream.keys(Buffer.from('z'));
  await until('who stayed has its size with its next key', () => second.sizes.at(-1)?.cols === 50);
  second.stream.close();
  await running.stop();
});

test('one who stops reading costs a bounded share and holds up nobody; then sees the screen as it is', async () => {
  const running = await startHost(ground, 'lag');
  const host = await running.connect(1);
  await host.spawn({
    ...shell(ground, 'lag', "read go; yes 'a line of some length' | head -c 10000000; echo; printf 'the end'; read x"),
    ...small,
  });
  const reader = await look(host, 'lag', { type: true });
  const stuck = await look(host, 'lag');
  await until('both see it', () => reader.paints() === 1 && stuck.paints() === 1);
  stuck.stream.pause();
  reader.stream.keys(Buffer.from('\n'));
  await until('the program is done', () => shownTo(reader).includes('the end'), 100_000);
  stuck.stream.resume();
  await until('it has caught up', () => shownTo(stuck).includes('the end'));
  expect(stuck.paints()).toBeGreaterThan(1);
  expect(stuck.bytes()).toBeLessThan(4_000_000);
  expect(stuck.stream.seq).toBe(reader.stream.seq);
  expect(shownTo(stuck)).toBe(shownTo(reader));
  await running.stop();
});

test('the end of a session comes after its last output, with how it ended; afterwards it can be looked at, and unknown ones cannot', async () => {
  const running = await startHost(ground, 'end');
  const host = await running.connect(1);
  await host.spawn({ ...shell(ground, 'end', 'read go; head -c 300000 /dev/zero | tr "\\0" x; echo last; exit 3'), ...small });
  const one = await look(host, 'end', { type: true });
  await until('it looks', () => one.paints() === 1);
  one.stream.keys(Buffer.from('\n'));
  expect(await one.end).toMatchObject({ exit: { code: 3 } });
  expect(shownTo(one)).toContain('last');
  const late = await look(host, 'end');
  expect(await late.end).toMatchObject({ exit: { code: 3 } });
  expect(shownTo(late)).toContain('last');
  await expect(look(host, 'nobody')).rejects.toMatchObject({ code: 'SESSION_UNKNOWN' });
  await running.stop();
});

test('lines that are scrolled away come on request', async () => {
  const running = await startHost(ground, 'history');
  const host = await running.connect(1);
  await host.spawn({ ...shell(ground, 'history', 'seq 1 100; printf end; read x'), ...small });
  await printed(host, 'history', 'end');
  const above = (await host.history('history', 50))?.split('\n');
  expect(above?.[0]).toBe('42');
  expect(above?.at(-1)).toBe('91');
  expect(await host.history('nobody', 5)).toBeUndefined();
  await running.stop();
});
