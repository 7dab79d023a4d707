import { expect, test } from 'vitest';
import { makeMutex } from '#world/git/mutex';

test('worktree commands of one repository go one after the other, also after one that failed', async () => {
  const alone = makeMutex();
  const seen: string[] = [];
  const step = (name: string, fails = false) =>
    alone('/r/repo', async () => {
      seen.push(`${name}+`);
      await Promise.resolve();
      seen.push(`${name}-`);
      if (fails) throw new Error(name);
    });
  const all = await Promise.allSettled([step('a'), step('b', true), step('c')]);
  expect(seen).toEqual(['a+', 'a-', 'b+', 'b-', 'c+', 'c-']);
  expect(all.map((one) => one.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

test('two repositories do not wait for each other', async () => {
  const alone = makeMutex();
  let free = () => {};
  const held = alone('/r/one', () => new Promise<void>((resolve) => (free = resolve)));
  expect(await alone('/r/two', async () => 'went on')).toBe('went on');
  free();
  await held;
});
