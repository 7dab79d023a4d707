import { afterAll, beforeAll, expect, test } from 'vitest';
import { ends, landedOnce } from '../support/kill-proof.ts';
import { KillTown } from '../support/kill-story.ts';

/** The places in the worker. Each life has two: the worker dies at the first, and its heir at the second, on the way of one item or of the next. */
const LIVES = [
  ['commit', 'swap'],
  ['wake', 'merge'],
  ['want', 'exit'],
  ['grant', 'verdict'],
  ['add', 'clear'],
  ['worktree', 'checked'],
  ['spawn', 'close'],
  ['pin', 'mirror'],
  ['cleared', 'cleared'],
] as const;

let story: KillTown;
beforeAll(async () => {
  story = await KillTown.begin();
});
afterAll(() => ends(story));

test.each(LIVES)('workers that are killed at `%s` and at `%s` have landed all once in the end', async (first, second) => {
  const item = await story.item();
  const next = await story.item({ deps: [item] });
  const worker = await story.order(first);
  expect(await story.sling([item, next])).toMatchObject({ exit: 0 });
  await story.death(worker);
  const heir = await story.successor(worker);
  await story.order(second);
  await story.death(heir);
  const last = await story.successor(heir);
  expect(new Set([worker.pid, heir.pid, last.pid]).size).toBe(3);
  await landedOnce(story, [item, next], [[next, item]]);
});
