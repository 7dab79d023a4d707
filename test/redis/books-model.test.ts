import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { raiseEpoch } from '#world/store/take';
import { freshKeys, openTeller, ticking } from '../support/books.ts';
import { BooksModel, shown } from '../support/books-model.ts';
import { type Move, moves } from '../support/books-moves.ts';
import { type PrivateRedis, privateRedis } from '../support/redis.ts';

let server: PrivateRedis;
beforeAll(async () => {
  // Written before it is answered, as in a town; only a loss of power could tell the two apart.
  server = await privateRedis({ aof: true, flags: ['--appendfsync', 'no'] });
});
afterAll(() => server.stop());

async function live(steps: readonly Move[]): Promise<void> {
  const keys = freshKeys();
  const clock = ticking();
  const tellers = [await openTeller(server.path, keys, clock), await openTeller(server.path, keys, clock)] as const;
  const [{ link, books }] = tellers;
  const epoch = await raiseEpoch(link, books, clock.now());
  const crash = async () => {
    await server.kill();
    await server.start();
  };
  const model = new BooksModel();
  try {
    for (const [i, step] of steps.entries()) {
      await step.run({ tellers, crash, epoch: () => epoch }, model);
      expect(await shown(link, keys), `after move ${i}: ${step.name}`).toEqual(model.show());
    }
  } finally {
    for (const one of tellers) one.link.close();
  }
}

test('whatever is committed, cut, repeated, raced or killed, the books are what a simple model says', async () => {
  let last: Promise<void> | undefined;
  const each = (steps: readonly Move[]) => {
    last = live(steps);
    return last;
  };
  await fc.assert(fc.asyncProperty(moves, each), { numRuns: 80, interruptAfterTimeLimit: 12_000 });
  await last; // the one that the time limit left behind goes on with its Redis
});
