import { afterAll, beforeAll, expect, test } from 'vitest';
import { ends, landedOnce } from '../support/kill-proof.ts';
import { drawn, KillTown, PATIENCE_MS } from '../support/kill-story.ts';

/** Places that an item comes by, most of them once, and how often the worker may pass before it dies. */
const PLACES = {
  commit: 6,
  wake: 6,
  worktree: 1,
  spawn: 1,
  exit: 1,
  pin: 1,
  merge: 1,
  checked: 1,
  verdict: 1,
  swap: 1,
  close: 1,
  clear: 1,
};
const KILLS = 5;
const seed = Number(process.env['GT_SEED'] ?? Math.floor(Math.random() * 1e9));

let story: KillTown;
beforeAll(async () => {
  story = await KillTown.begin();
});
afterAll(() => ends(story));

test(
  `a worker that is killed ${KILLS} times in a row, wherever it is, has landed all once in the end (GT_SEED=${seed})`,
  async () => {
    const draw = drawn(seed);
    const first = await story.item();
    const items = [first, await story.item(), await story.item({ deps: [first] })];
    const order = () => {
      const [place, most] = draw(Object.entries(PLACES));
      return story.order(place, draw(Array.from({ length: most }, (_, i) => i + 1)));
    };
    // before the work begins: all of it may have come by when it is slung
    let worker = await order();
    expect(await story.sling(items)).toMatchObject({ exit: 0 });
    let kills = 0;
    while (await story.deathOrRest(worker, items)) {
      worker = await story.successor(worker);
      if (++kills === KILLS) break;
      await order();
    }
    story.recall();
    expect(kills).toBeGreaterThan(0);
    await landedOnce(story, items, [[items[2] ?? first, first]]);
  },
  PATIENCE_MS * 4,
);
