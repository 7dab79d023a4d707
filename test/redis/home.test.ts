import { expect, test } from 'vitest';
import { othersThere } from '#core/merge';
import type { Merge } from '#core/records';
import { mqList } from '#views/mq-list';
import { why } from '#views/why';
import type { MirrorOutcome } from '#world/git/git';
import type { World } from '#world/world';
import { bringLeftHome } from '../../processors/home.ts';
import { deskEachTest, type TestDesk } from '../support/desk.ts';
import { newItem, shop, town } from '../support/shop.ts';

let desk: TestDesk;
deskEachTest((one) => {
  desk = one;
});

const BUSY = { state: 'left', why: 'main is checked out at /code/shop with changes that are not committed' } as const;

async function landed(mirror: MirrorOutcome): Promise<string> {
  const { id: work } = await newItem(desk, 'work');
  const id = `${work}.m1`;
  const doc = { id, work, rig: 'shop', title: 'work', author: 'toast', priority: 2, state: 'merged', mirror } as unknown as Merge;
  const more = { head: 'a'.repeat(40), branch: 'b', target: 'main', run: `${work}.r1`, submittedAt: 1, checks: 0, generation: 1 };
  await desk.change(async (reading) => {
    await reading.get('merge', id);
    return { put: [{ noun: 'merge', doc: { ...doc, ...more } }], answer: undefined };
  });
  return id;
}

const tryAgain = (mirror: MirrorOutcome) =>
  bringLeftHome({ desk, rigs: () => ['shop'], rig: () => shop, git: { mirror: async () => mirror } } as unknown as World);
const reasons = async () => (await why(desk, { town, rigs: [shop], now: 0, session: async () => undefined }, 'shop'))?.reasons;

test('what was left on the way home is brought there when it can be, without another landing', async () => {
  const ids = [await landed(BUSY), await landed(BUSY)];
  await tryAgain(BUSY);
  expect(await mqList(desk.books, shop)).toMatchObject({ unpushed: 2, unpushedWhy: BUSY.why });
  await tryAgain({ state: 'fast-forwarded' });
  expect(await mqList(desk.books, shop)).toMatchObject({ unpushed: 0, unpushedWhy: null });
  for (const id of ids) expect(await desk.books.read('merge', id)).toMatchObject({ mirror: { state: 'fast-forwarded' } });
});

test('why a landing is not home is told with what a person can do about it', async () => {
  await landed(BUSY);
  expect(await reasons()).toMatchObject([
    { code: 'not-pushed', evidence: BUSY.why, change: expect.stringContaining('every minute') },
  ]);
  await tryAgain({ state: 'left', why: othersThere('main') });
  expect(await reasons()).toMatchObject([{ evidence: othersThere('main'), change: expect.stringContaining('git pull') }]);
});
