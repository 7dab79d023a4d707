import { expect, test } from 'vitest';
import { afterExit, NO_EXITS } from '#core/restarts';

const policy = { base: 250, longest: 10_000, breakAfter: 5, window: 60_000, brokenWait: 30_000 };

test('the first restart is immediate, the next wait a quarter of a second, then twice as long; the fifth exit within a minute breaks', () => {
  let exits = NO_EXITS;
  const waits: Array<[number, boolean]> = [];
  for (let now = 0; now < 6000; now += 1000) {
    const next = afterExit(exits, now, 900, policy);
    exits = next.exits;
    waits.push([next.wait, next.broken]);
  }
  expect(waits).toEqual([
    [0, false],
    [250, false],
    [500, false],
    [1000, false],
    [30_000, true],
    [30_000, true],
  ]);
  expect(exits.times).toHaveLength(5);
});

test('one that ends every twenty seconds is never broken off, and waits at most ten seconds', () => {
  let exits = NO_EXITS;
  let wait = 0;
  for (let turn = 0; turn < 20; turn++) {
    const next = afterExit(exits, turn * 20_000, 19_000, policy);
    expect(next.broken).toBe(false);
    ({ exits, wait } = next);
  }
  expect(wait).toBe(10_000);
});

test('a minute of good life forgets the streak', () => {
  const bad = afterExit(afterExit(NO_EXITS, 0, 1, policy).exits, 10, 1, policy);
  expect(bad.wait).toBe(250);
  expect(afterExit(bad.exits, 70_000, 60_000, policy).wait).toBe(0);
});
