import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { makeScreens, open } from '../support/screen-time.ts';

/** Each of these takes a second or two; on a machine with much else to do, ten times that. */
const PATIENCE = { timeout: 60_000 };

test('a hundred sleepers cost less than half a megabyte each', PATIENCE, async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const used = async () => {
    collect();
    // buffers are given back some turns after they were collected
    for (let turns = 0; turns < 5; turns++) await new Promise((resolve) => setImmediate(resolve));
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const time = makeScreens();
  const lines = Array.from({ length: 300 }, (_, line) => `${line} \x1b[3${line % 8}m${`word${line} `.repeat(8)}\x1b[0m\r\n`).join(
    '',
  );
  const sleepers: unknown[] = [];
  const before = await used();
  for (let count = 0; count < 100; count++) {
    const one = open(time);
    one.print(`${lines}\x1b[c`);
    time.settle();
    time.pass(40_000);
    time.settle();
    expect(one.screen.isLive).toBe(false);
    sleepers.push(one);
  }
  const each = ((await used()) - before) / sleepers.length / 1e6;
  process.stdout.write(`a sleeping screen, with its ring: ${each.toFixed(3)} MB\n`);
  expect(each).toBeLessThan(0.5);
});

test('fifty noisy sessions do not keep back a quiet one, and all of them move', PATIENCE, () => {
  const time = makeScreens(0.5); // two looks at the watch to a millisecond
  const noisy = Array.from({ length: 50 }, () => open(time));
  const quiet = open(time);
  for (const one of [...noisy, quiet]) one.screen.watch();
  time.settle();
  for (const one of noisy) one.print('noise '.repeat(10_000));
  for (let round = 0; round < 200; round++) {
    quiet.print('k');
    time.turn();
    expect(quiet.screen.backlog).toBe(0); // in the turn after it was heard
    for (const one of noisy) if (one.screen.backlog < 30_000) one.print('noise '.repeat(1_000));
  }
  expect(noisy.filter(({ screen }) => screen.seq === 0)).toEqual([]);
  expect(noisy.filter(({ screen }) => screen.seq > 1_000_000)).toEqual([]);
});

test('at most one session wakes in a turn', PATIENCE, () => {
  const time = makeScreens();
  const sleepers = Array.from({ length: 5 }, () => open(time));
  for (const one of sleepers) one.print('\x1b[c');
  for (let woken = 1; woken <= 5; woken++) {
    time.turn();
    expect(sleepers.filter(({ screen }) => screen.isLive)).toHaveLength(woken);
  }
});

test('a program that prints faster than its screen parses waits, and not a byte is lost', PATIENCE, async () => {
  const time = makeScreens(3);
  const one = open(time);
  for (let line = 0; line < 40_000; line++) one.print(`line ${line}\r\n`);
  expect(one.holds).toEqual([true]);
  time.settle();
  expect(one.holds).toEqual([true, false]);
  expect((await one.text()).split('\n').slice(-3)).toEqual(['line 39998', 'line 39999', '']);
});
