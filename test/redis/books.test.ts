import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Member, member } from '#core/ids';
import { CLASHES, EVENT_BYTES } from '#core/limits';
import type { Work } from '#core/records';
import { isRefusal, refuse } from '#core/refusals';
import { type Books, StaleEpoch } from '#world/store/books';
import type { Keys } from '#world/store/keys';
import { isUnseen, raiseEpoch, take } from '#world/store/take';
import { freshKeys, op, openTeller, type Teller } from '../support/books.ts';
import { item } from '../support/records.ts';
import { type PrivateRedis, privateRedis } from '../support/redis.ts';

let server: PrivateRedis;
let one: Teller;
let other: Teller;
let keys: Keys;
let books: Books;
beforeAll(async () => {
  server = await privateRedis();
});
afterAll(() => server.stop());
beforeEach(async () => {
  keys = freshKeys();
  one = await openTeller(server.path, keys);
  other = await openTeller(server.path, keys);
  books = one.books;
  return () => {
    one.link.close();
    other.link.close();
  };
});

/** Writes one item, made from what it was. */
const put = (at: Books, id: string, make: (before: Work | undefined) => Work, more: object = {}, writer = op) =>
  at.change(writer, async (reading) => ({
    put: [{ noun: 'work', doc: make(await reading.get('work', id)) }],
    answer: undefined,
    ...more,
  }));
const born = (id: string, more: Partial<Work> = {}, rest: object = {}) => put(books, id, () => item(id, more), rest);
const mark = (id: string): Member => member('work', `${id}@1`);
const version = (id: string) => one.link.call('HGET', keys.record('work', id), 'v');

/** All that the books hold, with every version: equal before and after means that nothing was written. */
async function everything(): Promise<string> {
  const names = ((await one.link.call('KEYS', `${keys.books}*`)) as string[]).sort();
  return JSON.stringify(
    await one.link.pipeline(
      names.flatMap((name) => [
        ['ECHO', name],
        ['DUMP', name],
      ]),
    ),
  );
}

describe('who may write', () => {
  test('a commit of an older epoch is refused and writes nothing', async () => {
    const old = await raiseEpoch(one.link, books, 5);
    const now = await raiseEpoch(other.link, books, 5);
    expect(now).toBe(old + 1);
    await born('gp-a');
    const before = await everything();
    const rest = {
      events: [{ type: 'work.told', subject: 'gp-a' }],
      marks: [mark('gp-b')],
      text: [{ id: 'gp-a', fields: { a: 'b' } }],
    };
    const late = put(books, 'gp-a', (doc) => item('gp-a', { ...doc, title: 'late' }), rest, { actor: 'gt', epoch: old });
    await expect(late).rejects.toBeInstanceOf(StaleEpoch);
    expect(await everything()).toBe(before);
    await put(books, 'gp-a', (doc) => item('gp-a', { ...doc, title: 'of now' }), {}, { actor: 'gt', epoch: now });
    expect(await books.read('work', 'gp-a')).toMatchObject({ title: 'of now' });
  });

  test('an older worker takes no job: the mark stays for the worker of now', async () => {
    const old = await raiseEpoch(one.link, books, 5);
    await born('gp-a');
    const now = await raiseEpoch(one.link, books, 5);
    await expect(take(one.link, books, old, mark('gp-a'), 'work', 'gp-a')).rejects.toBeInstanceOf(StaleEpoch);
    expect(await isUnseen(one.link, books, mark('gp-a'))).toBe(true);
    expect((await take(one.link, books, now, mark('gp-a'), 'work', 'gp-a')).doc?.id).toBe('gp-a');
  });

  test('an epoch is the larger of the last one plus one and the clock', async () => {
    expect(await raiseEpoch(one.link, books, 1_700_000_000_000)).toBe(1_700_000_000_000);
    expect(await raiseEpoch(one.link, books, 1_600_000_000_000)).toBe(1_700_000_000_001);
    expect(await raiseEpoch(one.link, books, 1_700_000_000_001)).toBe(1_700_000_000_002);
    expect(await raiseEpoch(one.link, books, 1_800_000_000_123)).toBe(1_800_000_000_123);
  });

  test.each([0, 2, 999])('books of schema %i are neither written nor changed', async (schema) => {
    await one.link.call('SET', keys.schema, schema);
    const before = await everything();
    expect(await born('gp-a')).toMatchObject({ refused: 'SCHEMA_TOO_NEW' });
    expect(await everything()).toBe(before);
  });
});

describe('writers beside each other', () => {
  test('of 50 that claim one item at once, one wins', async () => {
    await born('gp-a');
    const claim = (at: Books, name: string) =>
      at.change(op, async (reading) => {
        const doc = await reading.get('work', 'gp-a');
        if (doc?.['holder']) return refuse('WORK_TAKEN', { id: 'gp-a', holder: String(doc['holder']) });
        return { put: [{ noun: 'work', doc: { ...item('gp-a'), ...doc, holder: name } }], answer: name };
      });
    const claims = await Promise.all(Array.from({ length: 50 }, (_, i) => claim(i % 2 ? books : other.books, `n${i}`)));
    const won = claims.filter((claimed) => !isRefusal(claimed));
    expect(won).toHaveLength(1);
    expect(await books.read('work', 'gp-a')).toMatchObject({ holder: won[0] && 'answer' in won[0] ? won[0].answer : '' });
    expect(claims.filter((claimed) => isRefusal(claimed) && claimed.refused === 'WORK_TAKEN')).toHaveLength(49);
    expect(await version('gp-a')).toBe('2');
  });

  test('who clashes decides again, from what is there now', async () => {
    await born('gp-a');
    const saw: Array<string | undefined> = [];
    await put(books, 'gp-a', (doc) => item('gp-a', { ...doc, priority: 0 }));
    await books.change(op, async (reading) => {
      const doc = await reading.get('work', 'gp-a');
      saw.push(doc?.title);
      if (saw.length === 1) await put(other.books, 'gp-a', (was) => item('gp-a', { ...was, title: 'changed meanwhile' }));
      return { put: [{ noun: 'work', doc: item('gp-a', { ...doc, priority: 4 }) }], answer: undefined };
    });
    expect(saw).toEqual(['the work of gp-a', 'changed meanwhile']);
    expect(await books.read('work', 'gp-a')).toMatchObject({ title: 'changed meanwhile', priority: 4 });
  });

  test('a record that was only read must still be so, also when it was absent', async () => {
    let tries = 0;
    const written = await books.change(op, async (reading) => {
      const seen = await reading.get('work', 'gp-b');
      if (++tries === 1) await put(other.books, 'gp-b', () => item('gp-b'));
      await reading.get('work', 'gp-a');
      return { put: [{ noun: 'work', doc: item('gp-a', { deps: seen ? ['gp-b'] : [] }) }], answer: tries };
    });
    expect(written).toMatchObject({ answer: 2 });
    expect(await books.read('work', 'gp-a')).toMatchObject({ deps: ['gp-b'] });
  });

  test(`whoever clashes ${CLASHES} times is told that the books are busy, and has written nothing`, async () => {
    await born('gp-a');
    let tries = 0;
    const answer = await books.change(op, async (reading) => {
      const doc = await reading.get('work', 'gp-a');
      await put(other.books, 'gp-a', (was) => item('gp-a', { ...was, updatedAt: ++tries }));
      return { put: [{ noun: 'work', doc: item('gp-a', { ...doc, title: 'never' }) }], answer: undefined };
    });
    expect(answer).toMatchObject({ refused: 'BOOKS_BUSY' });
    expect(tries).toBe(CLASHES);
    expect(await books.read('work', 'gp-a')).toMatchObject({ updatedAt: CLASHES, title: 'the work of gp-a' });
  });

  test('a record that was not read is not written', async () => {
    const before = await everything();
    const blind = books.change(op, () => ({ put: [{ noun: 'work', doc: item('gp-a') }], answer: undefined }));
    await expect(blind).rejects.toThrow('without having been read');
    expect(await everything()).toBe(before);
  });
});

describe('needs', () => {
  const needing = () =>
    born('gp-s', { deps: ['gp-a', 'gp-b'] }, { needs: [{ id: 'gp-s', job: mark('gp-s'), on: ['gp-a', 'gp-b'] }] });
  const close = (id: string) => put(books, id, (doc) => item(id, { ...doc, status: 'closed' }), { settle: [id] });
  const markedBy = (written: Awaited<ReturnType<typeof close>>) => ('marked' in written ? written.marked : []);

  test('the last need that ends wakes who waits, and closing twice changes nothing for it', async () => {
    await born('gp-a');
    await born('gp-b');
    await needing();
    expect(markedBy(await close('gp-a'))).not.toContain(mark('gp-s'));
    expect(await books.unmet('gp-s')).toEqual([['gp-b']]);
    expect(markedBy(await close('gp-a'))).not.toContain(mark('gp-s'));
    expect(markedBy(await close('gp-b'))).toContain(mark('gp-s'));
    const epoch = await raiseEpoch(one.link, books, 9);
    expect(await take(one.link, books, epoch, mark('gp-s'), 'work', 'gp-s')).toMatchObject({ unmet: 0 });
    expect(markedBy(await close('gp-b'))).not.toContain(mark('gp-s'));
    expect(await isUnseen(one.link, books, mark('gp-s'))).toBe(false);
  });

  test('reopening puts the need back and tells who waits; the next close takes it out again', async () => {
    await born('gp-a');
    await born('gp-b');
    await needing();
    await close('gp-a');
    await close('gp-b');
    const again = await put(books, 'gp-a', () => item('gp-a', { generation: 2 }), { unsettle: ['gp-a'] });
    expect(markedBy(again)).toContain(mark('gp-s'));
    expect(await books.unmet('gp-s')).toEqual([['gp-a']]);
    expect(markedBy(await close('gp-a'))).toContain(mark('gp-s'));
    expect(await books.unmet('gp-s')).toEqual([[]]);
  });
});

describe('what is kept', () => {
  test('long text lies apart from the record, field by field', async () => {
    const long = 'Ω\n"\\'.repeat(50_000);
    await born('gp-a', {}, { text: [{ id: 'gp-a', fields: { description: long, notes: 'first' } }] });
    await put(books, 'gp-a', (doc) => item('gp-a', doc), { text: [{ id: 'gp-a', fields: { notes: 'second' } }] });
    expect(await books.text('gp-a')).toEqual({ description: long, notes: 'second' });
    expect(await books.text('gp-none')).toEqual({});
    expect(Number(await one.link.call('HSTRLEN', keys.record('work', 'gp-a'), 'doc'))).toBeLessThan(1000);
  });

  test('fields that this version does not know are kept and written back', async () => {
    const strange = { ...item('gp-a'), colour: { of: ['a', 'bead'] }, hold: { name: 'toast', dir: 'd', since: 7 } };
    await put(books, 'gp-a', () => strange);
    await put(other.books, 'gp-a', (doc) => item('gp-a', { ...doc, priority: 0 }));
    expect(await books.read('work', 'gp-a')).toEqual({ ...strange, priority: 0 });
  });

  test('an event is cut to its size, not refused, whatever it is made of', async () => {
    const odd = ['x', '"', '\\', '\n', 'Ω', '\u{1F69A}', '\u0001', '\ud83d'];
    for (const char of odd)
      await born('gp-a', {}, { events: [{ type: 'work.told', subject: 'gp-a', data: { said: char.repeat(5000) } }] });
    const entries = (await one.link.call('XRANGE', keys.events, '-', '+')) as Array<[string, string[]]>;
    expect(entries).toHaveLength(odd.length);
    for (const [, fields] of entries) {
      const data = fields[fields.indexOf('data') + 1] ?? '';
      expect(Buffer.byteLength(data)).toBeLessThanOrEqual(EVENT_BYTES);
      expect(JSON.parse(data).cut).toContain('said');
    }
    await born('gp-a', {}, { events: [{ type: 'work.told', subject: 'gp-a', data: { said: 'y'.repeat(900) } }] });
    const [[, last] = []] = (await one.link.call('XREVRANGE', keys.events, '+', '-', 'COUNT', 1)) as Array<[string, string[]]>;
    expect(last?.at(-1)).toBe(JSON.stringify({ said: 'y'.repeat(900) }));
  });

  test('the mark goes before the reading: what is committed after it is marked anew', async () => {
    const epoch = await raiseEpoch(one.link, books, 9);
    await born('gp-a');
    expect(await take(one.link, books, epoch, mark('gp-a'), 'work', 'gp-a')).toMatchObject({ doc: { id: 'gp-a' }, unmet: 0 });
    expect(await isUnseen(one.link, books, mark('gp-a'))).toBe(false);
    await put(books, 'gp-a', (doc) => item('gp-a', { ...doc, title: 'own' }), {}, { actor: 'gt', epoch, self: mark('gp-a') });
    expect(await isUnseen(one.link, books, mark('gp-a'))).toBe(false);
    await put(books, 'gp-a', (doc) => item('gp-a', { ...doc, title: 'of another' }));
    expect(await isUnseen(one.link, books, mark('gp-a'))).toBe(true);
    expect(await take(one.link, books, epoch, mark('gp-none'), 'work', 'gp-none')).toMatchObject({ doc: undefined, unmet: 0 });
  });
});
