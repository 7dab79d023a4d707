import { describe, expect, test } from 'vitest';
import { CONTEXT_BYTES, MAIL_BATCH, MAIL_BYTES } from '#core/limits';
import { giveBack } from '#ops/give-back';
import { delivered } from '#ops/hook-called';
import { moveDelivery } from '#ops/move-delivery';
import { postLetters } from '#ops/send-mail';
import { withdraw } from '#ops/withdraw';
import { inbox } from '#views/mail';
import { type MailAtWork, mailEachTest, mailsIn } from '../support/mail-at-work.ts';
import { close, good, newItem } from '../support/shop.ts';

let mail: MailAtWork;
mailEachTest((one) => {
  mail = one;
});

const toMayor = (text: string, more: object = {}) =>
  postLetters(mail.desk, { from: 'overseer', to: ['mayor'], text, ...more }, [{ box: 'mayor', line: 'hq-mayor' }]);

describe('a mail', () => {
  test('stands in the books with its text and a letter in each mailbox, and one delivery is on its way', async () => {
    const sent = await mail.send('look at the API\nof the shop');
    expect(await mail.desk.books.read('message', sent.id)).toMatchObject({
      from: 'overseer',
      subject: 'look at the API',
      thread: sent.id,
    });
    expect(await mail.desk.books.textField(sent.id, 'body')).toBe('look at the API\nof the shop');
    expect(await mail.letter(sent)).toMatchObject({ box: mail.box, line: mail.at.work, state: 'unread', told: 'waiting' });
    const [delivery = ''] = await mail.line();
    expect(await mail.at.read(delivery)).toMatchObject({ mail: true, state: 'pending', work: mail.at.work });
    expect(mail.desk.woken).toContain(`deliveries/${delivery}`);
  });

  test('to somebody who is away waits with hundreds of others in one delivery, and a claim costs what it takes', async () => {
    const many = 300;
    for (let i = 0; i < many; i++) await mail.send(`mail ${i}`);
    expect(await mail.line()).toHaveLength(1);
    expect(await mail.desk.books.count(`letters.waiting:${mail.at.work}`)).toBe(many);
    mail.desk.calls();
    const fetched = await mail.context();
    expect(mail.desk.calls().commands).toBeLessThan(150);
    expect(mailsIn(fetched.deliveries[0]?.text ?? '')).toHaveLength(MAIL_BATCH);
    expect(await mail.line()).toHaveLength(2);
  });

  test('is sent once, however often the same one is sent', async () => {
    const [a, b] = [await mail.send('once', { id: 'ml-once' }), await mail.send('once', { id: 'ml-once' })];
    expect(a).toEqual(b);
    expect(await mail.desk.books.count(`letters:${mail.at.work}`)).toBe(1);
  });

  test('is refused when it is empty, too large, or for an item that is closed', async () => {
    const boxes = [{ box: mail.box, line: mail.at.work }];
    const from = { from: 'overseer', to: [] };
    expect(await postLetters(mail.desk, { ...from, text: ' ' }, boxes)).toMatchObject({ refused: 'MAIL_EMPTY' });
    expect(await postLetters(mail.desk, { ...from, text: 'x'.repeat(5 * MAIL_BYTES) }, boxes)).toMatchObject({
      refused: 'MAIL_TOO_LARGE',
      facts: { bytes: 5 * MAIL_BYTES },
    });
    expect(await postLetters(mail.desk, { ...from, text: 'x', subject: 's'.repeat(201) }, boxes)).toMatchObject({
      refused: 'USAGE',
    });
    const item = await newItem(mail.desk, 'done');
    await close(mail.desk, item.id);
    expect(await postLetters(mail.desk, { ...from, text: 'x' }, [{ box: 'shop/polecats/nux', line: item.id }])).toMatchObject({
      refused: 'MAIL_GONE',
    });
    expect(await mail.desk.books.count('messages')).toBe(0);
  });

  test('to many reaches each of them once, though many write at once', async () => {
    const boxes = Array.from({ length: 40 }, (_, i) => ({ box: `dogs/d${i}`, line: `hq-dog-d${i}` }));
    const all = await Promise.all(
      Array.from({ length: 6 }, (_, n) =>
        postLetters(mail.desk, { from: 'overseer', to: ['@town'], text: `to all ${n}`, id: `ml-all${n}` }, boxes),
      ),
    );
    for (const one of all) expect(good(one).boxes).toHaveLength(40);
    for (const { box, line } of boxes) {
      expect((await inbox(mail.desk.books, box, { which: 'unread', count: 9 })).letters).toHaveLength(6);
      expect((await mail.desk.books.read('recipient', line))?.line).toHaveLength(1);
    }
  });

  test('for an agent that is not there yet waits for it', async () => {
    good(await toMayor('hello'));
    expect((await inbox(mail.desk.books, 'mayor', { which: 'unread', count: 9 })).letters).toMatchObject([{ told: 'waiting' }]);
  });
});

describe('the agent', () => {
  test('is told once, by a hook: bound with the claim, told when it is printed', async () => {
    const [a, b] = [await mail.send('first'), await mail.send('second')];
    const fetched = await mail.context();
    expect(fetched.deliveries).toMatchObject([{ isMail: true }]);
    const { text = '' } = fetched.deliveries[0] ?? {};
    expect(mailsIn(text)).toEqual([a.id, b.id]);
    // A mail of one line is its own subject: it is said once.
    expect(text).toMatch(/\[GAS TOWN\] Mail ml-\w+ from overseer, \d{4}-\S+Z: first\n\n/);
    expect(await mail.told(a, b)).toEqual(['bound', 'bound']);
    expect((await mail.context()).deliveries).toEqual([]);
    await delivered(mail.desk, fetched);
    expect(await mail.letter(a)).toMatchObject({ told: 'told', state: 'unread', session: mail.at.caller.session });
    expect(await mail.line()).toEqual([]);
    const events = await mail.desk.books.eventsBefore(undefined, 50);
    expect(
      events
        .filter(({ type }) => type === 'mail.injected')
        .map(({ subject }) => subject)
        .sort(),
    ).toEqual([a.id, b.id].sort());
  });

  test('is told by the terminal the same text again when it was certainly not sent, and nothing that came meanwhile', async () => {
    const a = await mail.send('first');
    const typed = await mail.terminal();
    const b = await mail.send('second');
    const [first = '', second = ''] = await mail.line();
    await moveDelivery(mail.desk, first, (doc) => ({ doc, state: 'pending' }));
    expect(await mail.told(a, b)).toEqual(['bound', 'waiting']);
    expect(await mail.terminal()).toBe(typed);
    await moveDelivery(mail.desk, first, (doc) => ({ doc, state: 'taken' }));
    expect(await mail.told(a, b)).toEqual(['told', 'waiting']);
    expect(await mail.line()).toEqual([second]);
    expect(mailsIn((await mail.terminal()) ?? '')).toEqual([b.id]);
  });

  test('is not told again what it may have been told: it stays unread, and a prompt that shows it proves it', async () => {
    const a = await mail.send('look at the API of the shop');
    const text = await mail.terminal();
    const [first = ''] = await mail.line();
    await moveDelivery(mail.desk, first, (doc) => ({ doc, state: 'unknown', why: 'nobody saw it' }));
    expect(await mail.letter(a)).toMatchObject({ told: 'unknown', state: 'unread', why: 'nobody saw it' });
    expect([await mail.line(), (await mail.context()).deliveries]).toEqual([[], []]);
    await mail.at.context({ prompt: text ?? '' });
    expect(await mail.told(a)).toEqual(['told']);
  });

  test('of the next session is told at once what waits behind a hook of a session that died', async () => {
    const a = await mail.send('to the first');
    good(await mail.at.stop({ goesOn: false }).then((one) => one));
    const b = await mail.send('to the second');
    const run = await mail.desk.books.read('run', mail.at.caller.run);
    const token = `${mail.at.caller.token}9`;
    const caller = { ...mail.at.caller, session: `${run?.id}.s2`, token };
    await mail.desk.change(async (reading) => {
      const now = await reading.get('run', mail.at.caller.run);
      if (!now?.session) throw new Error('no session');
      return {
        put: [{ noun: 'run', doc: { ...now, session: { ...now.session, id: caller.session, token } } }],
        answer: undefined,
      };
    });
    const { deliveries } = await mail.contextOf(caller);
    expect(mailsIn(deliveries[0]?.text ?? '')).toEqual([b.id]);
    expect(await mail.told(a, b)).toEqual(['unknown', 'bound']);
  });

  test('is told of a long mail by its beginning, and never more than a hook may print', async () => {
    const long = await mail.send('x'.repeat(20_000));
    for (let i = 0; i < 3; i++) await mail.send('y'.repeat(5000));
    const texts: string[] = [];
    for (let fetched = await mail.context(); fetched.deliveries.length > 0; fetched = await mail.context()) {
      texts.push(...fetched.deliveries.map(({ text }) => text));
      await delivered(mail.desk, fetched);
    }
    expect(texts[0]).toContain(`20000 bytes: \`gt mail read ${long.id}\``);
    expect(texts.map((text) => mailsIn(text).length)).toEqual([2, 1, 1]);
    for (const text of texts) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(CONTEXT_BYTES);
  });

  test('is told each thread in order; what is urgent goes first, with what waits before it in its thread', async () => {
    const a1 = await mail.send('a1');
    const b1 = await mail.send('b1');
    for (let i = 0; i < 30; i++) await mail.send(`other ${i}`);
    const b2 = await mail.send('b2', { replyTo: b1.id, priority: 0 });
    const b3 = await mail.send('b3', { replyTo: b2.id });
    const { deliveries } = await mail.context();
    const told = mailsIn(deliveries[0]?.text ?? '');
    expect(told.slice(0, 3)).toEqual([b1.id, b2.id, a1.id]);
    expect(told).not.toContain(b3.id);
    expect(await mail.desk.books.read('message', b3.id)).toMatchObject({ thread: b1.id, subject: 'Re: b1' });
  });

  test('gets no control characters by mail', async () => {
    await mail.send('look\x1b[201~ at\x07 it');
    expect(await mail.terminal()).toContain('\nlook at it\n');
  });

  test('cannot have its mail taken back: it is archived instead', async () => {
    const a = await mail.send('hello');
    const [first = ''] = await mail.line();
    expect(await withdraw(mail.desk, first)).toMatchObject({ refused: 'NUDGE_IS_MAIL' });
    expect(await mail.told(a)).toEqual(['waiting']);
  });
});

describe('an agent that will not come any more', () => {
  test('gets nothing: each sender has one notice, and a later polecat of its name is told nothing', async () => {
    const other = await newItem(mail.desk, 'other');
    const mine = await mail.send('one');
    await mail.send('two', { from: 'shop/polecats/nux', fromLine: other.id });
    await mail.send('three', { from: 'shop/polecats/nux', fromLine: other.id });
    const [first = ''] = await mail.line();
    await close(mail.desk, mail.at.work);
    await giveBack(mail.desk, first, `${mail.at.work} is closed`);
    expect(await mail.at.stateOf(first)).toBe('undeliverable');
    expect(await mail.letter(mine)).toMatchObject({ told: 'none', state: 'unread', why: `${mail.at.work} is closed` });
    const [overseer, nux] = [await inbox(mail.desk.books, 'overseer', ALL), await inbox(mail.desk.books, other.id, ALL)];
    expect(overseer.letters).toMatchObject([{ subject: 'Not delivered: one', type: 'undeliverable', thread: mine.id }]);
    expect(nux.letters).toMatchObject([{ subject: 'Not delivered: 2 mails', type: 'undeliverable', told: 'waiting' }]);
    expect(await mail.desk.books.count('deliveries.undelivered')).toBe(0);
  });

  test('and one that wrote to it and has gone too: no notice, and none about a notice', async () => {
    const other = await newItem(mail.desk, 'other');
    await mail.send('one', { from: 'shop/polecats/nux', fromLine: other.id });
    await mail.send('late', { from: 'gas-town', type: 'undeliverable' });
    const before = await mail.desk.books.count('messages');
    const [first = ''] = await mail.line();
    for (const id of [other.id, mail.at.work]) await close(mail.desk, id);
    await giveBack(mail.desk, first, 'gone');
    expect(await mail.desk.books.count('messages')).toBe(before);
  });

  test('with more mail than is given back at once: all of it is, in steps', async () => {
    for (let i = 0; i < MAIL_BATCH + 5; i++) await mail.send(`mail ${i}`);
    const [first = ''] = await mail.line();
    await close(mail.desk, mail.at.work);
    await giveBack(mail.desk, first, 'gone');
    expect(await mail.at.stateOf(first)).toBe('pending');
    await giveBack(mail.desk, first, 'gone');
    expect(await mail.at.stateOf(first)).toBe('undeliverable');
    expect(await mail.desk.books.count(`letters.waiting:${mail.at.work}`)).toBe(0);
    expect((await inbox(mail.desk.books, 'overseer', ALL)).total).toBe(2);
  });
});

const ALL = { which: 'all', count: 100 } as const;
