import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { unchanged } from '#core/change';
import type { Seen } from '#world/store/books';
import { raiseEpoch, take } from '#world/store/take';
import { freshKeys, op, openTeller, type Teller } from '../support/books.ts';
import { item } from '../support/records.ts';
import { type PrivateRedis, privateRedis } from '../support/redis.ts';

let server: PrivateRedis;
let one: Teller;
beforeAll(async () => {
  server = await privateRedis();
});
afterAll(() => server.stop());
beforeEach(async () => {
  one = await openTeller(server.path, freshKeys());
  return () => one.link.close();
});

test('who begins from a reading of before writes without reading, and reads anew when that reading is old', async () => {
  const saw: Array<string | undefined> = [];
  const named = (title: string, seen?: Seen) =>
    one.books.change(
      op,
      async (reading) => {
        saw.push((await reading.get('work', 'gp-a'))?.title);
        return { put: [{ noun: 'work', doc: item('gp-a', { title }) }], answer: undefined };
      },
      seen,
    );
  await named('first');
  const epoch = await raiseEpoch(one.link, one.books, 5);
  const { seen } = await take(one.link, one.books, epoch, 'work/gp-a@1', 'work', 'gp-a');
  await named('second', seen);
  await named('third', seen);
  expect(saw).toEqual([undefined, 'first', 'first', 'second']);
  expect(await one.books.read('work', 'gp-a')).toMatchObject({ title: 'third' });
});

test('a reading of before is of its own record alone', async () => {
  const epoch = await raiseEpoch(one.link, one.books, 5);
  const { seen } = await take(one.link, one.books, epoch, 'work/gp-none@1', 'work', 'gp-none');
  await one.books.change(op, async (reading) => {
    await reading.get('work', 'gp-b');
    return { put: [{ noun: 'work', doc: item('gp-b') }], answer: undefined };
  });
  const read = await one.books.change(op, async (reading) => unchanged((await reading.get('work', 'gp-b'))?.id), seen);
  expect(read).toMatchObject({ answer: 'gp-b' });
});
