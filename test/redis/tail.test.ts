import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tail } from '#world/store/tail';
import { freshKeys, op, openTeller, type Teller } from '../support/books.ts';
import { redisOfFile } from '../support/fresh.ts';
import { item } from '../support/records.ts';
import { until } from '../support/until.ts';

const server = redisOfFile();
let teller: Teller;
const over = new AbortController();
let following: Promise<void> | undefined;
beforeEach(async () => {
  teller = await openTeller(server.path, freshKeys());
});
afterEach(async () => {
  over.abort();
  await following;
  teller.link.close();
});

/** Writes an event about an item. */
const happens = (id: string) =>
  teller.books.change(op, async (reading) => {
    await reading.get('work', id);
    return { put: [{ noun: 'work', doc: item(id) }], events: [{ type: 'work.told', subject: id }], answer: undefined };
  });

test('who follows the events from now on hears of each, also of one that comes while a read has just ended without any', async () => {
  await happens('gp-before');
  const heard: string[] = [];
  const redis = new Redis({ path: server.path, maxRetriesPerRequest: null });
  let reads = 0;
  const read = redis.xread.bind(redis) as (...words: unknown[]) => Promise<unknown>;
  // The first read comes to the end of its time, and before the next one reaches Redis something happens.
  Object.assign(redis, {
    xread: async (...words: unknown[]) => {
      if (++reads > 1) return read(...words);
      await happens('gp-between');
      return null;
    },
  });
  following = tail(redis, teller.books.keys, ({ subject }) => heard.push(subject), over.signal);
  await until('the next read is under way', () => reads >= 2);
  await happens('gp-after');
  await until('the last one is heard of', () => heard.includes('gp-after'));
  expect(heard).toEqual(['gp-between', 'gp-after']);
});
