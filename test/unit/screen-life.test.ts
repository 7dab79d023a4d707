import { expect, test } from 'vitest';
import { makeScreens, open } from '../support/screen-time.ts';
import { Followed } from '../support/screens.ts';

test('a screen is made when it is first looked at, and sleeps after 30 s without output or anybody who looks', async () => {
  const time = makeScreens();
  const one = open(time);
  one.print('\x1b[31mhello\r\n');
  expect(time.settle()).toBe(0);
  expect(one.screen.isLive).toBe(false);
  expect(await one.text()).toBe('hello\n');
  expect(one.screen.isLive).toBe(true);
  time.pass(29_000);
  one.print('more');
  time.settle();
  time.pass(29_000);
  time.settle();
  expect(one.screen.isLive).toBe(true);
  const release = one.screen.watch();
  time.pass(60_000);
  time.settle();
  expect(one.screen.isLive).toBe(true);
  release();
  time.pass(29_999);
  time.settle();
  expect(one.screen.isLive).toBe(true);
  time.pass(5_000);
  time.settle();
  expect(one.screen.isLive).toBe(false);
  one.print(' and more');
  expect(await one.text()).toBe('hello\nmore and more');
});

test('output to a sleeper stays in its tail until that is full; then it wakes, and sleeps again if the tail was long in filling', () => {
  const time = makeScreens();
  const one = open(time);
  one.print('x'.repeat(64 << 10));
  expect(time.settle()).toBe(0);
  time.pass(30_000);
  one.print('y');
  time.turn();
  expect(one.screen.isLive).toBe(true);
  expect(one.screen.backlog).toBe(0);
  time.settle();
  expect(one.screen.isLive).toBe(false);
  one.print('x'.repeat((64 << 10) + 1));
  time.settle();
  expect(one.screen.isLive).toBe(true); // it was filled at once: more will come
});

test('a question wakes a sleeper, also one that comes in two parts, and is answered in order', () => {
  const time = makeScreens();
  const answers = new Map([
    ['\x1b[?u', '\x1b[?0u'],
    ['\x1b]11;?', '\x1b]11;rgb:0/0/0\x1b\\'],
    ['\x1bP+q544e', '\x1bP0+r\x1b\\'],
  ]);
  const one = open(time, answers);
  one.print('plain \x1b[1mtext\x1b[');
  expect(time.settle()).toBe(0);
  one.print('6n');
  time.settle();
  expect(one.replies).toEqual(['\x1b[1;11R']);
  one.print('\x1b[?u\x1b[c\x1b]11;?\x1b\\\x1b[5n\x1bP+q544e\x1b\\\x1b[c');
  time.settle();
  expect(one.replies.slice(1)).toEqual([
    '\x1b[?0u',
    '\x1b[?1;2c',
    '\x1b]11;rgb:0/0/0\x1b\\',
    '\x1b[0n',
    '\x1bP0+r\x1b\\',
    '\x1b[?1;2c',
  ]);
  one.screen.someoneTypes = true;
  one.print('\x1b[c\x1b[?u');
  time.settle();
  expect(one.replies).toHaveLength(7);
});

test('what was answered before a sleep is not answered again', () => {
  const time = makeScreens();
  const one = open(time);
  one.print('\x1b[c');
  time.settle();
  time.pass(40_000);
  time.settle();
  expect(one.screen.isLive).toBe(false);
  one.print('\x1b[5n');
  time.settle();
  expect(one.replies).toEqual(['\x1b[?1;2c', '\x1b[0n']);
});

test('who looks sees the first safe byte; after 250 ms, or 4 kB, whatever there is', async () => {
  const time = makeScreens();
  const one = open(time);
  one.print('a\x1b[?2026hb');
  let seen = one.screen.snapshot();
  time.settle();
  one.print('c\x1b[?2026l\x1b[?2026hd');
  time.settle();
  expect((await seen).seq).toBe(19);
  seen = one.screen.snapshot();
  time.settle();
  time.pass(250);
  expect((await seen).seq).toBe(28);
  seen = one.screen.snapshot();
  one.print('e'.repeat(5_000));
  time.settle();
  expect((await seen).seq).toBe(28 + 4_096);
});

test('a snapshot that is cut within a sequence ends with the beginning of that', async () => {
  for (const [begun, rest] of [
    ['\x1b[3', '1mred'],
    ['\xe4\xbd', '\xa0'],
    ['\x1b]0;ti', 'tle\x07'],
    ['\x1bP1$', 'r0m\x1b\\'],
  ] as const) {
    const time = makeScreens();
    const one = open(time);
    one.print(Buffer.from(`text${begun}`, 'latin1'));
    const seen = one.screen.snapshot();
    time.settle();
    time.pass(250);
    const restored = new Followed(80, 24);
    restored.feed((await seen).bytes);
    restored.feed(Buffer.from(rest, 'latin1'));
    const whole = new Followed(80, 24);
    whole.feed(Buffer.from(`text${begun}${rest}`, 'latin1'));
    expect(restored.lines()).toEqual(whole.lines());
  }
});

test('a new size holds for what is printed after it, also of a sleeper', async () => {
  const time = makeScreens();
  const one = open(time);
  one.print(`${'x'.repeat(80)}\r\n`);
  one.screen.resize(40, 10);
  one.print('yz');
  expect(await one.text()).toBe(`${'x'.repeat(40)}\n${'x'.repeat(40)}\nyz`);
  const shown = one.screen.peek({ lines: 5, colour: false });
  expect(await shown).toMatchObject({ cols: 40, rows: 10, cursor: { x: 2, y: 2, hidden: false } });
});

test('a look at a screen whose session is forgotten is refused, not left waiting', async () => {
  const time = makeScreens();
  const one = open(time);
  one.print('\x1b[?2026h');
  const seen = one.screen.snapshot();
  time.settle();
  time.screens.drop(one.screen);
  await expect(seen).rejects.toMatchObject({ code: 'SESSION_UNKNOWN' });
});
