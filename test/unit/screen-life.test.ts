import { expect, test } from 'vitest';
import { Ring } from '#world/pty/ring';
import { Screen } from '#world/pty/screen/screen';
import { Screens } from '#world/pty/screen/screens';
import { Followed } from '../support/screens.ts';

/** A host's screens with time in our hands: turns are taken by `turn`, and a stopwatch that moves on by `step` ms whenever it is read. */
function makeScreens(step = 0) {
  let now = 1_000_000;
  let spent = 0;
  let planned: (() => void) | undefined;
  const timers = new Map<object, { at: number; run: () => void }>();
  const screens = new Screens({
    now: () => now,
    spent: () => {
      spent += step;
      return spent;
    },
    later: (run) => {
      planned = run;
    },
    after: (ms, run) => {
      const key = {};
      timers.set(key, { at: now + ms, run });
      return () => timers.delete(key);
    },
  });
  const turn = () => {
    const run = planned;
    planned = undefined;
    run?.();
    return run !== undefined;
  };
  return {
    screens,
    turn,
    settle: () => {
      let turns = 0;
      while (turn()) turns++;
      return turns;
    },
    pass: (ms: number) => {
      now += ms;
      for (const [key, { at, run }] of [...timers]) if (at <= now && timers.delete(key)) run();
    },
  };
}

type Time = ReturnType<typeof makeScreens>;

function open(time: Time, answers: ReadonlyMap<string, string> = new Map()) {
  const ring = new Ring(256 << 10);
  const replies: string[] = [];
  const holds: boolean[] = [];
  const screen = new Screen(80, 24, {
    ring: () => ring,
    reply: (text) => replies.push(text),
    hold: (isFull) => holds.push(isFull),
    wants: (one) => time.screens.wants(one),
    now: time.screens.deps.now,
    after: time.screens.deps.after,
    answers,
  });
  const print = (output: string | Buffer) => {
    const bytes = Buffer.from(output as string);
    screen.makeRoom(bytes.length);
    ring.push(bytes);
    screen.heard(bytes);
  };
  const text = async () => {
    const shown = screen.peek({ lines: 30, colour: false });
    time.settle();
    return (await shown).text;
  };
  return { screen, ring, replies, holds, print, text };
}

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
  one.print('x'.repeat(80));
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

test('fifty noisy sessions do not keep back a quiet one, and all of them move', () => {
  const time = makeScreens(0.5); // two looks at the watch to a millisecond
  const noisy = Array.from({ length: 50 }, () => open(time));
  const quiet = open(time);
  for (const one of [...noisy, quiet]) one.screen.watch();
  time.settle();
  for (const one of noisy) one.print('noise '.repeat(10_000));
  for (let round = 0; round < 20; round++) {
    quiet.print('k');
    time.turn();
    expect(quiet.screen.backlog).toBe(0); // in the turn after it was heard
    for (const one of noisy) if (one.screen.backlog < 30_000) one.print('noise '.repeat(1_000));
  }
  expect(noisy.filter(({ screen }) => screen.seq === 0)).toEqual([]);
  expect(noisy.filter(({ screen }) => screen.seq > 400_000)).toEqual([]);
});

test('at most one session wakes in a turn', () => {
  const time = makeScreens();
  const sleepers = Array.from({ length: 5 }, () => open(time));
  for (const one of sleepers) one.print('\x1b[c');
  for (let woken = 1; woken <= 5; woken++) {
    time.turn();
    expect(sleepers.filter(({ screen }) => screen.isLive)).toHaveLength(woken);
  }
});

test('a program that prints faster than its screen parses waits, and not a byte is lost', async () => {
  const time = makeScreens(3);
  const one = open(time);
  for (let line = 0; line < 40_000; line++) one.print(`line ${line}\r\n`);
  expect(one.holds).toEqual([true]);
  time.settle();
  expect(one.holds).toEqual([true, false]);
  expect((await one.text()).split('\n').slice(-3)).toEqual(['line 39998', 'line 39999', '']);
});

test('a hundred sleepers cost less than half a megabyte each', () => {
  const time = makeScreens();
  const screen = Array.from({ length: 24 }, (_, y) => `\x1b[${y + 1};1H\x1b[3${y % 8}m${`word${y} `.repeat(12)}`).join('');
  const before = process.memoryUsage();
  const sleepers = Array.from({ length: 100 }, () => {
    const one = open(time);
    for (let line = 0; line < 1_200; line++) one.print(`${line} \x1b[1m${'text '.repeat(14)}\x1b[0m\r\n`);
    one.print(`${screen}\x1b[c`);
    time.settle();
    time.pass(40_000);
    time.settle();
    expect(one.screen.isLive).toBe(false);
    return one.screen;
  });
  const after = process.memoryUsage();
  const each = (after.rss - before.rss) / sleepers.length / 1e6;
  process.stdout.write(
    `a sleeping screen with its ring: ${each.toFixed(2)} MB of RSS, ${((after.arrayBuffers - before.arrayBuffers) / sleepers.length / 1e6).toFixed(2)} MB of buffers\n`,
  );
  expect(each).toBeLessThan(1.5); // twenty times that when they are live
});
