import { afterAll, expect, test } from 'vitest';
import { makeGround, nextEvent, printed, runToEnd, shell, startHost } from '../support/pty.ts';
import { Followed } from '../support/screens.ts';
import { until } from '../support/until.ts';

const ground = makeGround();
afterAll(() => ground.clear());

const small = { cols: 40, rows: 10 };

test('a peek shows the screen as it stands, not what was printed on the way', async () => {
  const running = await startHost(ground, 'peek');
  const host = await running.connect(1);
  expect(host.features).toContain('screen');
  const line = String.raw`printf 'draft\r\033[2K\033[1;31mfinal\033[0m line\033[5;7H\033[4:3mhere\033[0m\033]0;my title\007\033[?25l'; echo; read x; printf '\033[Hx'; read y`;
  await host.spawn({ ...shell(ground, 'seen', line), ...small });
  await printed(host, 'seen', '?25l\r\n');
  const shown = await host.peek('seen', { lines: 10 });
  expect(shown).toMatchObject({
    text: 'final line\n\n\n\n      here\n',
    title: 'my title',
    cursor: { x: 0, y: 5, hidden: true },
  });
  expect(shown).toMatchObject({ ...small, alternate: false, seq: (await host.get('seen'))?.seq });
  const coloured = await host.peek('seen', { lines: 6, colour: true });
  expect(coloured?.text.split('\n')[0]).toBe('\x1b[0;1;31mfinal\x1b[0m line\x1b[0m');
  expect((await host.peek('seen', { lines: 2 }))?.text).toBe('      here\n');
  await host.resize('seen', 20, 5);
  expect(await host.peek('seen', { lines: 10 })).toMatchObject({ cols: 20, rows: 5 });
  await expect(host.peek('seen', { lines: 0 })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  expect(await host.peek('nobody', { lines: 1 })).toBeUndefined();
  expect(await host.snapshot('nobody')).toBeUndefined();
  const person = await running.connect();
  expect((await person.peek('seen', { lines: 10 }))?.title).toBe('my title');
  await running.stop();
});

test('a program that asks its terminal something is answered, though nobody looks', async () => {
  const running = await startHost(ground, 'asks');
  const host = await running.connect(1);
  const line = String.raw`stty raw -echo; printf '\033[3;5H\033[6n'; head -c 6 | od -An -c; printf '\033[c'; head -c 7 | od -An -c; stty sane; printf 'all\n'`;
  const end = await runToEnd(host, { ...shell(ground, 'asks', line), ...small });
  expect(end.exit).toMatchObject({ code: 0 });
  const output = (await host.output('asks'))?.bytes.toString().replaceAll(/\s+/g, '');
  expect(output).toContain('033[3;5R');
  expect(output).toContain('033[?1;2c');
  await running.stop();
});

test('a snapshot and the output that follows it make the screen, also of a program that is in the middle of something', async () => {
  const running = await startHost(ground, 'joins');
  const host = await running.connect(1);
  const line = String.raw`printf '\033[?1049h\033[2;6r\033[?1hone\033[3'; read x; printf '1mred\033[0m\n\n\n\n\n\n\nlast'; read y`;
  await host.spawn({ ...shell(ground, 'joins', line), ...small });
  await printed(host, 'joins', 'one\x1b[3');
  const snapshot = await host.snapshot('joins');
  await host.write('joins', '\n');
  await printed(host, 'joins', 'last');
  const rest = await host.output('joins', snapshot?.seq);
  const restored = new Followed(small.cols, small.rows);
  restored.feed(snapshot?.bytes ?? Buffer.alloc(0));
  restored.feed(rest?.bytes ?? Buffer.alloc(0));
  const whole = new Followed(small.cols, small.rows);
  whole.feed((await host.output('joins'))?.bytes ?? Buffer.alloc(0));
  expect(restored.lines()).toEqual(whole.lines());
  await running.stop();
});

test('a flood is parsed whole: the program waits for its screen, the others are heard, and what stands last is shown after its end', async () => {
  const running = await startHost(ground, 'flood');
  const host = await running.connect(1);
  const size = 6_000_000;
  await host.spawn(shell(ground, 'quiet', 'stty -echo; echo up; while read x; do echo "got $x"; done'));
  await printed(host, 'quiet', 'up');
  const drained = nextEvent(host, 'drained', 'flood');
  await host.spawn({
    ...shell(ground, 'flood', `printf '\\033[c'; yes 'a line of some length' | head -c ${size}; printf '\\nthe end\\n'`),
    ...small,
  });
  const peeked = until('the flood has begun', async () => ((await host.get('flood'))?.seq ?? 0) > 0);
  await peeked;
  await host.write('quiet', 'k\n');
  await printed(host, 'quiet', 'got k');
  expect((await host.peek('flood', { lines: 3 }))?.seq).toBeGreaterThan(0);
  expect((await drained).seq).toBeGreaterThan(size);
  expect((await host.peek('flood', { lines: 2 }))?.text).toBe('the end\n');
  await host.forget('flood');
  expect(await host.peek('flood', { lines: 2 })).toBeUndefined();
  await running.stop();
});

test('the screen of a session of a lost host is what its last output painted', async () => {
  const running = await startHost(ground, 'earlier');
  const line = String.raw`printf 'first\nsec\rthe last words'`;
  await runToEnd(await running.connect(1), { ...shell(ground, 'old', line), ...small });
  await running.crash();
  const next = await startHost(ground, 'earlier');
  const host = await next.connect(2);
  expect(await host.peek('old', { lines: 5 })).toMatchObject({ ...small, text: 'first\nthe last words' });
  expect((await host.output('old'))?.bytes.toString()).toBe('first\r\nsec\rthe last words');
  await next.stop();
});
