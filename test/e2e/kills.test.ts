import { afterAll, beforeAll, expect, test } from 'vitest';
import { ends, landedOnce } from '../support/kill-proof.ts';
import { KillTown, PATIENCE_MS } from '../support/kill-story.ts';

/** The places in the worker, in the order in which an item comes by them. */
const PLACES = [
  'commit',
  'wake',
  'want',
  'grant',
  'add',
  'worktree',
  'spawn',
  'exit',
  'pin',
  'merge',
  'checked',
  'verdict',
  'swap',
  'close',
  'mirror',
  'clear',
  'cleared',
];

let story: KillTown;
beforeAll(async () => {
  story = await KillTown.begin();
});
afterAll(() => ends(story));

test.each(PLACES)(
  'a worker that is killed at `%s` has landed all once in the end',
  async (place) => {
    const item = await story.item();
    const next = await story.item({ deps: [item] });
    const worker = await story.order(place);
    expect(await story.sling(item, next)).toMatchObject({ exit: 0 });
    await story.death(worker);
    const heir = await story.successor(worker);
    expect(heir.pid).not.toBe(worker.pid);
    await landedOnce(story, [item, next], [[next, item]]);
  },
  PATIENCE_MS * 2,
);
