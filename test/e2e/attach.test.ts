import { connect as connectSocket, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readToken } from '#world/pty/access';
import { connectHost } from '#world/pty/client';
import type { NumberedNews } from '#world/pty/host';
import { look, shownTo } from '../support/attach.ts';
import { makeGround, nextEvent, printed, shell, startHost } from '../support/pty.ts';
import { Followed } from '../support/screens.ts';
import { until } from '../support/until.ts';

const ground = makeGround();
afterAll(() => ground.clear());

const small = { cols: 40, rows: 10 };

test('who attaches sees the screen as it stands, then what is printed; what they type is heard once and in order', async () => {
  const running = await startHost(ground, 'see');
  const host = await running.connect(1);
  const line = String.raw`stty -echo; printf '\033[2J\033[3;5H\033[1mhere\033[0m\033]0;a title\007'; while read x; do echo "got $x"; done`;
  await host.spawn({ ...shell(ground, 'see', line), ...small });
  await printed(host, 'see', 'a title');
  const one = await look(host, 'see', { type: true, size: small });
  await until('the first paint', () => one.paints() === 1);
  expect(shownTo(one)).toContain('    here');
  expect(one.screen().scanner.modes.title).toBe('a title');
  for (const word of ['one\n', 'two\n', 'three\n']) one.stream.keys(Buffer.from(word));
  await until('all is heard', () => one.text().includes('got three'));
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
  await until('the second has the size', () => watcher.sizes.at(-1)?.cols === 50 && first.sizes.at(-1)?.cols === 50);
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
  second.stream.close();
  await until('the size stays', async () => (await host.peek('size', { lines: 1 }))?.cols === 70);
  await running.stop();
});

test('one who stops reading costs a bounded share and holds up nobody; then sees the screen as it is', async () => {
  const running = await startHost(ground, 'lag');
  const host = await running.connect(1);
  await host.spawn({
    ...shell(ground, 'lag', "read go; yes 'a line of some length' | head -c 20000000; echo; echo the end; read x"),
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

/** A way to a host whose connections can be cut. */
async function openBridge(to: string, at: string) {
  const sockets = new Set<import('node:net').Socket>();
  const server = createServer((near) => {
    const far = connectSocket(to);
    for (const [from, into] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        into.destroy();
      });
      from.pipe(into);
    }
  });
  const umask = process.umask(0o177);
  await new Promise<void>((resolve) => server.listen(at, resolve));
  process.umask(umask);
  return {
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    close: () => server.close(),
  };
}

test('cut connections lose and double no byte: not of a flood of output, and not of what is typed meanwhile', async () => {
  const running = await startHost(ground, 'cut');
  const host = await running.connect(1);
  const count = 60_000;
  const line = `stty -echo; read go; i=0; while [ $i -lt ${count} ]; do i=$((i+1)); echo "line $i of many that are printed without a pause, so that it comes to some 5 MB"; done; echo over; while read x; do echo "heard $x"; done`;
  await host.spawn({ ...shell(ground, 'cut', line), ...small });
  const path = join(ground.dir, 'cut', 'way');
  const bridge = await openBridge(running.path, path);
  const far = await connectHost({ path, token: readToken(running.tokenFile), build: 'test', waitMs: 5_000 });
  let rest = '';
  let expected = 0;
  let painted = false;
  const one = await look(far, 'cut', {
    type: true,
    onOutput: (bytes) => {
      rest += bytes.toString('latin1');
      const lines = rest.split('\r\n');
      rest = lines.pop() ?? '';
      for (const text of lines) {
        const n = Number(/^line (\d+) of/.exec(text)?.[1] ?? 0);
        if (n === 0) continue;
        expected++;
        if (n !== expected) painted = true;
      }
    },
  });
  await until('it looks', () => one.paints() === 1);
  one.stream.keys(Buffer.from('\n'));
  for (let round = 1; round <= 8; round++) {
    await until('some more came', () => expected > (count * round) / 10 || painted, 60_000);
    bridge.cut();
    one.stream.keys(Buffer.from(`word${round}\n`));
    await until('it is back', () => one.aways.length >= round * 2, 60_000);
  }
  await until('all is heard', () => one.text().includes('heard word8') || one.stream.seq === -1, 100_000);
  // a painting means that it was away for more than the ring holds: on a busy machine that may be
  if (one.paints() === 1) expect([painted, expected]).toEqual([false, count]);
  expect(one.text().match(/heard word\d/g)).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((n) => `heard word${n}`));
  const own = one.screen().lines();
  const whole = new Followed(small.cols, small.rows);
  whole.feed((await host.snapshot('cut'))?.bytes ?? Buffer.alloc(0));
  if (one.paints() === 1) expect(own.at(-5)).toEqual(whole.lines().at(-5));
  bridge.close();
  far.close();
  one.stream.close();
  await running.stop();
});

test('Ctrl+C overtakes a paste of 1 MB that nobody reads, and closes it; others wait for the end of a paste', async () => {
  const running = await startHost(ground, 'paste');
  const host = await running.connect(1);
  const line = String.raw`stty raw -echo; printf '\033[?2004hready'; read -r go < go; exec od -An -c -w1 -v`;
  await host.spawn({ ...shell(ground, 'paste', `mkfifo go; ${line}`), ...small });
  await printed(host, 'paste', 'ready');
  const one = await look(host, 'paste', { type: true });
  one.stream.keys(Buffer.from(`\x1b[200~${'x'.repeat(1 << 20)}\x1b[201~`));
  one.stream.keys(Buffer.from('\x03'), 'interrupt');
  one.stream.keys(Buffer.from('after'));
  await host.info();
  await host.spawn(shell(ground, 'opener', `echo > ${join(ground.dir, 'go')}`));
  one.stream.keys(Buffer.from('z'.repeat(64)));
  const text = await printed(host, 'paste', 'z\r\n   z\r\n');
  const heard = text.replaceAll(/\s+/g, '').replaceAll(/x+/g, 'x');
  expect(heard).toContain(String.raw`033[200~x033[201~003after`);
  await host.kill('paste', { graceMs: 0 });
  await running.stop();
});

test('a paste goes in whole, whoever else types or is written to the session meanwhile', async () => {
  const running = await startHost(ground, 'whole');
  const host = await running.connect(1);
  await host.spawn({ ...shell(ground, 'whole', 'stty raw -echo; printf ready; exec cat'), ...small });
  await printed(host, 'whole', 'ready');
  const [one, two] = [await look(host, 'whole', { type: true }), await look(host, 'whole', { type: true })];
  one.stream.keys(Buffer.from(`\x1b[200~${'a'.repeat(20_000)}`));
  await until('it is under way', async () => ((await host.get('whole'))?.seq ?? 0) > 20_000);
  two.stream.keys(Buffer.from('TWO'));
  const nudge = host.write('whole', '\x1b[200~NUDGE\x1b[201~');
  await host.info();
  one.stream.keys(Buffer.from('b'.repeat(20_000)));
  one.stream.keys(Buffer.from('\x1b[201~'));
  await nudge;
  await printed(host, 'whole', 'NUDGE\x1b[201~');
  const text = await printed(host, 'whole', 'TWO');
  expect(text.replaceAll(/a+b+/g, 'ab')).toMatch(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
    /^ready\x1b\[200~ab\x1b\[201~(TWO\x1b\[200~NUDGE\x1b\[201~|\x1b\[200~NUDGE\x1b\[201~TWO)$/,
  );
  // one who goes in the middle of a paste leaves it closed
  two.stream.keys(Buffer.from('\x1b[200~half'));
  await printed(host, 'whole', 'half');
  two.stream.close();
  await printed(host, 'whole', 'half\x1b[201~');
  await host.kill('whole', { graceMs: 0 });
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

test('questions of a program are answered by the terminal of the one who types, and by the host when nobody does', async () => {
  const running = await startHost(ground, 'ask');
  const host = await running.connect(1);
  const line = String.raw`stty raw -echo; while :; do head -c 1 >/dev/null; printf '\033[c'; head -c 7 | od -An -c; done`;
  await host.spawn({ ...shell(ground, 'ask', line), ...small });
  await host.write('ask', 'g');
  await printed(host, 'ask', '1   ;   2   c');
  const one = await look(host, 'ask', { type: true });
  await until('it looks', () => one.paints() === 1);
  one.stream.keys(Buffer.from('g'));
  await until('it is asked', () => one.text().includes('\x1b[c'));
  one.stream.keys(Buffer.from('\x1b[?9;9c'), 'report');
  await until('it was heard', () => one.text().includes('9   ;   9   c'));
  expect(one.text()).not.toContain('1   ;   2');
  one.stream.close();
  await until('it is gone', async () => {
    await host.write('ask', 'g');
    return ((await host.output('ask'))?.bytes.toString().match(/1 {3}; {3}2/g)?.length ?? 0) > 1;
  });
  await host.kill('ask', { graceMs: 0 });
  await running.stop();
});

test('what happens on a host is numbered: who was away is told what it missed, and who missed too much to look at the list', async () => {
  const running = await startHost(ground, 'news');
  const host = await running.connect(1);
  const seen: NumberedNews[] = [];
  const stop = host.events(0, { onNews: (event) => seen.push(event), onGap: () => undefined });
  const drained = nextEvent(host, 'drained', 'news');
  await host.spawn({ ...shell(ground, 'news', String.raw`read go; printf '\033]2;hello\007\007'; exit 2`), ...small });
  await host.resize('news', 50, 12);
  const one = await look(host, 'news', { type: true });
  await until('it looks', () => one.paints() === 1);
  one.stream.keys(Buffer.from('\n'));
  await drained;
  await until('all is told', () =>
    ['title', 'bell', 'output', 'drained'].every((type) => seen.some(({ news }) => news.type === type)),
  );
  expect(seen.map(({ n }) => n)).toEqual([...seen.map(({ n }) => n)].sort((a, b) => a - b));
  expect(seen.map(({ news }) => news.type).filter((type) => type !== 'output')).toEqual([
    'spawned',
    'resized',
    'title',
    'bell',
    'exited',
    'drained',
  ]);
  stop();
  await host.forget('news');
  const later: NumberedNews[] = [];
  const last = seen.at(-1)?.n ?? 0;
  const gaps: number[] = [];
  host.events(last, { onNews: (event) => later.push(event), onGap: (n) => gaps.push(n) });
  await until('the rest is told', () => later.some(({ news }) => news.type === 'forgotten'));
  expect(later.every(({ n }) => n > last)).toBe(true);
  host.events(1_000_000, { onNews: () => undefined, onGap: (n) => gaps.push(n) });
  await until('the gap is told', () => gaps.length === 1);
  expect(gaps[0]).toBeGreaterThanOrEqual(last);
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
