import { expect, test } from 'vitest';
import type { Answer } from '#world/pty/answers';
import { Answers } from '#world/pty/answers';

/** Answers with a count of how often the work was done. */
function counting() {
  let time = 1_000;
  let done = 0;
  const answers = new Answers(() => time);
  const work = async (): Promise<Answer> => {
    done++;
    return { ok: done };
  };
  return {
    ask: (client: string, n: number) => answers.once(client, n, work),
    wait: (ms: number) => (time += ms),
    done: () => done,
  };
}

test('a repeated request gets its first answer, even while that is worked out; another client is not meant', async () => {
  const { ask, done } = counting();
  expect(await Promise.all([ask('a', 1), ask('a', 1)])).toEqual([{ ok: 1 }, { ok: 1 }]);
  expect(await ask('b', 1)).toEqual({ ok: 2 });
  expect(await ask('a', 1)).toEqual({ ok: 1 });
  expect(done()).toBe(2);
});

test('answers are kept for ten minutes, and the last thousand of a client', async () => {
  const { ask, wait, done } = counting();
  await ask('a', 1);
  wait(9 * 60_000);
  await ask('a', 1);
  expect(done()).toBe(1);
  wait(60_000);
  await ask('a', 1);
  expect(done()).toBe(2);
  for (let n = 2; n <= 1_001; n++) await ask('a', n);
  await ask('a', 1_001);
  expect(done()).toBe(1_002);
  await ask('a', 1);
  expect(done()).toBe(1_003);
});
