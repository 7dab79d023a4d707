import { describe, expect, test } from 'vitest';
import { MAIL_KEPT_MS } from '#core/limits';
import type { Letter } from '#core/records';
import { archiveRead, dropLetters, fileLetters } from '#ops/file-letters';
import { delivered } from '#ops/hook-called';
import { inbox, mailExport, mailMeant, mailOpened, mailSearch } from '#views/mail';
import { status } from '#views/status';
import { type Link, openLink } from '#world/store/link';
import { type MailAtWork, mailEachTest } from '../support/mail-at-work.ts';
import { good, town } from '../support/shop.ts';

const MINE = { mailbox: 'overseer', isOwn: true };

let mail: MailAtWork;
mailEachTest((one) => {
  mail = one;
});

const books = () => mail.desk.books;
const toMe = (text: string, more: object = {}) => mail.toMe(text, more);
const kept = (count = 20) => inbox(books(), 'overseer', { which: 'kept', count });

describe('a mailbox', () => {
  test('shows the newest first, with its counts; what is read is unread no more, and the archive is apart', async () => {
    const [a, b, c] = [await toMe('one'), await toMe('two'), await toMe('three')];
    expect((await kept()).letters.map(({ n, message }) => [n, message])).toEqual([
      [3, c.id],
      [2, b.id],
      [1, a.id],
    ]);
    expect((await status(books(), town, [])).mail).toEqual({ unread: 3 });
    good(await fileLetters(mail.desk, MINE, [b.id], 'read'));
    expect(await inbox(books(), 'overseer', { which: 'unread', count: 9 })).toMatchObject({
      letters: [
        { n: 3, message: c.id },
        { n: 1, message: a.id },
      ],
      unread: 2,
      total: 3,
    });
    expect(good(await archiveRead(mail.desk, MINE))).toBe(1);
    expect(await inbox(books(), 'overseer', { which: 'all', count: 9 })).toMatchObject({
      total: 2,
      archived: 1,
      letters: [{}, { n: 2, message: b.id }, {}],
    });
    expect(await mailOpened(books(), 'overseer', b.id)).toMatchObject({ body: 'two', state: 'archived', from: mail.box });
    expect(await fileLetters(mail.desk, MINE, ['ml-none'], 'read')).toMatchObject({ refused: 'MAIL_UNKNOWN' });
  });

  test('gives each mail a number of its own: it means that mail whatever comes, is put aside or goes, and never another', async () => {
    const meant = (...said: string[]) => Promise.all(said.map((one) => mailMeant(books(), 'overseer', one)));
    const [a, b] = [await toMe('one'), await toMe('two')];
    expect(await meant('1', '2', '3', '0', '-1')).toEqual([a.id, b.id, undefined, undefined, undefined]);
    const many = await Promise.all(Array.from({ length: 6 }, (_, i) => toMe(`at once ${i}`)));
    expect((await meant('3', '4', '5', '6', '7', '8')).sort()).toEqual(many.map(({ id }) => id).sort());
    good(await fileLetters(mail.desk, MINE, [a.id], 'archived'));
    expect(await meant('1', '2')).toEqual([a.id, b.id]);
    const later = mail.at.later(2 * MAIL_KEPT_MS);
    expect(await dropLetters(later, later.clock.now() - MAIL_KEPT_MS)).toBe(1);
    const last = await toMe('after all');
    expect(await meant('1', '2', '9')).toEqual([undefined, b.id, last.id]);
    expect(await meant(b.id, b.id.slice(3), 'ml-none')).toEqual([b.id, b.id, undefined]);
    // An item's mailbox goes with its last letter.
    const own = await mail.send('to the polecat');
    good(await fileLetters(mail.desk, { mailbox: mail.at.work, isOwn: true }, [own.id], 'read'));
    const end = mail.at.later(4 * MAIL_KEPT_MS);
    expect((await books().read('mailbox', mail.at.work))?.last).toBe(1);
    expect(await dropLetters(end, end.clock.now() - MAIL_KEPT_MS)).toBe(1);
    expect([await books().read('mailbox', mail.at.work), (await books().read('mailbox', 'overseer'))?.last]).toEqual([
      undefined,
      9,
    ]);
  });

  test('with a hundred thousand old mails costs what it shows', async () => {
    const link = await openLink({ path: mail.at.path }, { waitMs: 10_000 });
    try {
      await fill(link, 100_000);
      const cost = async (count: number) => {
        mail.desk.calls();
        const before = await sentBytes(link);
        const shown = await kept(count);
        expect([shown.letters.length, shown.total]).toEqual([count, 100_000]);
        return { ...mail.desk.calls(), bytes: (await sentBytes(link)) - before };
      };
      const [few, many] = [await cost(10), await cost(20)];
      expect(few.commands).toBeLessThanOrEqual(3 + 1 + 10);
      expect(many.commands - few.commands).toBe(10);
      expect(few.bytes).toBeLessThan(40_000);
      mail.desk.calls();
      expect((await mailSearch(books(), 'overseer', 'nowhere', 5)).looked).toBeLessThanOrEqual(2000);
    } finally {
      link.close();
    }
  });

  test('is searched for all of the words, newest first', async () => {
    const [a, , c] = [
      await toMe('the API has changed'),
      await toMe('the shop is open'),
      await toMe('x', { subject: 'Api of the shop' }),
    ];
    expect((await mailSearch(books(), 'overseer', 'api', 9)).letters.map(({ message }) => message)).toEqual([c.id, a.id]);
    expect((await mailSearch(books(), 'overseer', 'API changed', 9)).letters.map(({ message }) => message)).toEqual([a.id]);
    expect((await mailSearch(books(), 'overseer', 'nothing such', 9)).letters).toEqual([]);
  });

  test('is exported whole, the archive first, each mail one object', async () => {
    const [a, b] = [await toMe('one'), await toMe('two')];
    good(await fileLetters(mail.desk, MINE, [b.id], 'archived'));
    const all: object[] = [];
    for await (const one of mailExport(books(), 'overseer')) all.push(one);
    expect(all).toMatchObject([
      {
        id: b.id,
        from: mail.box,
        to: ['overseer'],
        subject: 'two',
        body: 'two',
        state: 'archived',
        at: expect.stringMatching(/Z$/),
      },
      { id: a.id, body: 'one' },
    ]);
  });

  test('keeps what was read, or told, for a month; then it goes, with the mail that no mailbox holds, and the unread stays', async () => {
    const [old, unread] = [await toMe('old'), await toMe('unread')];
    const answer = await toMe('answer', { replyTo: old.id });
    good(await fileLetters(mail.desk, MINE, [old.id, answer.id], 'read'));
    expect(await dropLetters(mail.desk, mail.desk.clock.now() - MAIL_KEPT_MS)).toBe(0);
    const later = mail.at.later(MAIL_KEPT_MS + 1000);
    expect(await dropLetters(later, later.clock.now() - MAIL_KEPT_MS)).toBe(2);
    expect([await books().index('messages'), (await kept()).letters.map(({ message }) => message)]).toEqual([
      [unread.id],
      [unread.id],
    ]);
    expect(await books().text(old.id)).toEqual({});
    const [told, waits] = [
      await mail.send('told'),
      await mail
        .context()
        .then((one) => delivered(mail.desk, one))
        .then(() => mail.send('waits')),
    ];
    const last = mail.at.later(2 * MAIL_KEPT_MS);
    expect(await dropLetters(last, last.clock.now() - MAIL_KEPT_MS)).toBe(1);
    expect([await mail.letter(told), await mail.told(waits)]).toEqual([undefined, ['waiting']]);
  });
});

/** Old letters of the overseer, as the commits of as many mails would have left them. */
async function fill(link: Link, count: number): Promise<void> {
  const { keys } = books();
  const page = 5000;
  for (let from = 0; from < count; from += page) {
    const letters = Array.from({ length: page }, (_, i): Letter => oldLetter(from + i));
    await link.pipeline(letters.map((one) => ['HSET', keys.record('letter', one.id), 'doc', JSON.stringify(one), 'v', '1']));
    await link.call('ZADD', keys.index('letters:overseer'), ...letters.flatMap(({ id, at }) => [String(at), id]));
  }
}

const oldLetter = (n: number): Letter => ({
  id: `ml-old${n}@overseer`,
  message: `ml-old${n}`,
  box: 'overseer',
  from: 'mayor',
  subject: `old mail ${n}`,
  type: 'note',
  priority: 2,
  thread: `ml-old${n}`,
  at: n,
  bytes: 100_000,
  head: 'it was long ago',
  state: 'read',
  told: 'none',
});

async function sentBytes(link: Link): Promise<number> {
  return Number(/total_net_output_bytes:(\d+)/.exec(String(await link.call('INFO', 'stats')))?.[1]);
}
