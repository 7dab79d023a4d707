import { describe, expect, test } from 'vitest';
import type { Agent } from '#core/records';
import { isRefusal } from '#core/refusals';
import { resolveAddresses } from '#ops/addressees';
import { dropLetters, fileLetters } from '#ops/file-letters';
import { delivered, hookCalled } from '#ops/hook-called';
import { mailToSelf } from '#ops/mail-to-self';
import { moveDelivery } from '#ops/move-delivery';
import { replyMail } from '#ops/reply-mail';
import { postLetters, sendMail } from '#ops/send-mail';
import { noteProcess } from '#processors/session-changes';
import { inbox, mailThread } from '#views/mail';
import { mailForPrime, whyMailWaits } from '#views/mail-waiting';
import { nudgeList } from '#views/nudges';
import { why } from '#views/why';
import type { World } from '#world/world';
import { type MailAtWork, mailEachTest, mailsIn } from '../support/mail-at-work.ts';
import { close, good, newItem, shop, town } from '../support/shop.ts';

const GROUND = { rigs: [{ name: 'shop', prefix: 'sh' }], machine: 'anvil', groups: {} };

let mail: MailAtWork;
mailEachTest((one) => {
  mail = one;
});

const books = () => mail.desk.books;
const toMe = (text: string, more: object = {}) => mail.toMe(text, more);

describe('an agent that reads its mail itself', () => {
  test('is not told of it any more; a person who looks takes nothing from it', async () => {
    const [a, b] = [await mail.send('one'), await mail.send('two')];
    good(await fileLetters(mail.desk, { mailbox: mail.at.work, isOwn: false }, [b.id], 'read'));
    good(await fileLetters(mail.desk, { mailbox: mail.at.work, isOwn: true }, [a.id], 'read'));
    expect(await mail.told(a, b)).toEqual(['none', 'waiting']);
    good(await fileLetters(mail.desk, { mailbox: mail.at.work, isOwn: false }, [b.id], 'archived'));
    const [first = ''] = await mail.line();
    expect((await mail.context()).deliveries).toEqual([]);
    expect(await mail.at.read(first)).toMatchObject({ state: 'withdrawn', why: 'nothing is left to tell' });
  });

  test('hears at its start how much lies unread that was told before, and not what is still to come', async () => {
    const run = await books().read('run', mail.at.caller.run);
    if (!run) throw new Error('no run');
    const [a, b] = [await mail.send('one'), await mail.send('two')];
    expect(await mailForPrime(books(), run, mail.desk.clock.now())).toBe('');
    await delivered(mail.desk, await mail.context());
    await mail.send('three');
    const said = await mailForPrime(books(), run, mail.desk.clock.now());
    expect(said.split('\n')).toEqual([
      '2 mails that were told before are unread (`gt mail read <id>`):',
      `- ${b.id} from overseer, now: two`,
      `- ${a.id} from overseer, now: one`,
    ]);
  });

  test('hears at its start nothing of the note that it left to itself: that stands there already', async () => {
    const run = await books().read('run', mail.at.caller.run);
    if (!run) throw new Error('no run');
    await mailToSelf(mail.desk, run, { session: mail.at.caller.session, note: 'half is done' });
    expect(await books().count(`letters.unread:${mail.at.work}`)).toBe(0);
    expect(await mailForPrime(books(), run, mail.desk.clock.now())).toBe('');
  });
});

test('what an agent leaves to itself as it is handed off lies read in its mailbox, and goes in time', async () => {
  const session = 'hq-mayor.s1';
  await mail.desk.change(async (reading) => {
    await reading.get('agent', 'hq-mayor');
    return { put: [{ noun: 'agent', doc: mayor(session, 'k') }], answer: undefined };
  });
  for (const n of [1, 2, 3]) await mailToSelf(mail.desk, mayor(session, 'k'), { session: `hq-mayor.s${n}`, note: `note ${n}` });
  expect(await inbox(books(), 'mayor', { which: 'kept', count: 9 })).toMatchObject({ total: 3, unread: 0 });
  expect(await mailForPrime(books(), mayor(session, 'k'), mail.desk.clock.now())).toBe('');
  expect(await dropLetters(mail.desk, mail.desk.clock.now() + 1)).toBe(3);
  expect(await inbox(books(), 'mayor', { which: 'all', count: 9 })).toMatchObject({ total: 0, archived: 0 });
});

test('what waits for an agent that lasts looks again as soon as its session has started, hooks or none', async () => {
  const [id, token] = ['hq-mayor.s2', 'k'];
  good(await sendMail(mail.desk, GROUND, { from: 'overseer', to: ['mayor'], text: 'good morning' }));
  const { pid: _, ...session } = mayor(id, token).session as NonNullable<Agent['session']>;
  const noted = { ...mayor(id, token), session };
  await mail.desk.change(async (reading) => {
    await reading.get('agent', 'hq-mayor');
    return { put: [{ noun: 'agent', doc: noted }], answer: undefined };
  });
  const [first] = (await books().read('recipient', 'hq-mayor'))?.line ?? [];
  mail.desk.woken.length = 0;
  for (const _again of [1, 2]) await noteProcess(noted, { desk: mail.desk } as unknown as World, id, { pid: 7, born: 'now' });
  expect(mail.desk.woken.filter((one) => one === `deliveries/${first?.id}`)).toHaveLength(1);
});

test('an agent that lasts is told by its hooks what waited for it, before there was one and while it was away', async () => {
  const before = good(await sendMail(mail.desk, GROUND, { from: 'overseer', to: ['mayor'], text: 'good morning' }));
  const [session, token] = ['hq-mayor.s1', 'tdesk.hq-mayor.s1.00112233445566778899'];
  await mail.desk.change(async (reading) => {
    await reading.get('agent', 'hq-mayor');
    return { put: [{ noun: 'agent', doc: mayor(session, token) }], answer: undefined };
  });
  const fetched = good(
    await hookCalled(mail.desk, { session, run: 'hq-mayor', token }, { at: 'context', input: { prompt: 'hi' }, mayPrint: true }),
  );
  expect(fetched.deliveries.map(({ text }) => mailsIn(text))).toEqual([[before.id]]);
  await delivered(mail.desk, fetched);
  expect(await books().read('letter', `${before.id}@mayor`)).toMatchObject({ told: 'told', session });
  expect(await mailForPrime(books(), mayor(session, token), mail.desk.clock.now())).toContain(before.id);
  good(await sendMail(mail.desk, GROUND, { from: 'overseer', to: ['mayor'], text: 'and one thing more' }));
  const facts = { town, now: mail.desk.clock.now(), rigs: [shop], session: async () => undefined };
  expect((await why(mail.desk, facts, 'hq-mayor'))?.reasons.map(({ code }) => code)).toContain('mail-waits');
});

const mayor = (id: string, token: string): Agent => ({
  id: 'hq-mayor',
  generation: 1,
  role: 'mayor',
  rig: '',
  name: 'mayor',
  dir: '/town/mayor',
  createdAt: 1,
  createdBy: 'overseer',
  sessions: 1,
  session: { id, token, at: 1, pid: 1 },
  deaths: 0,
  diedAt: [],
});

describe('a thread', () => {
  test('is later with each mail, also when clocks stand still, and is shown from its beginning', async () => {
    const desk = { ...mail.desk, clock: { now: () => 5000 } };
    const boxes = [{ box: mail.box, line: mail.at.work }];
    const first = good(await postLetters(desk, { from: 'overseer', to: [], text: 'a' }, boxes));
    const ids = [first.id];
    for (const text of ['b', 'c', 'd'])
      ids.push(good(await postLetters(desk, { from: 'overseer', to: [], text, replyTo: ids.at(-1) ?? '' }, boxes)).id);
    const thread = await mailThread(books(), ids[2] ?? '', 9);
    expect(thread?.mails.map(({ id, at }) => [id, at])).toEqual(ids.map((id, i) => [id, 5000 + i]));
    expect(thread).toMatchObject({ thread: first.id, count: 4 });
    // However long it is, the last of it are shown, and no more is read.
    mail.desk.calls();
    expect((await mailThread(books(), first.id, 2)).mails.map(({ id }) => id)).toEqual(ids.slice(-2));
    expect(mail.desk.calls().commands).toBeLessThanOrEqual(3 + 2 + 2);
  });

  test('goes on with who wrote, and with nobody who has that name later', async () => {
    const asked = await toMe('may I?');
    const answer = good(await replyMail(mail.desk, GROUND, asked.id, { from: 'overseer', to: [], text: 'yes' }));
    expect(answer).toMatchObject({ thread: asked.id, subject: 'Re: may I?', boxes: [{ box: mail.box, line: mail.at.work }] });
    await close(mail.desk, mail.at.work);
    expect(await replyMail(mail.desk, GROUND, asked.id, { from: 'overseer', to: [], text: 'well' })).toMatchObject({
      refused: 'MAIL_GONE',
    });
  });
});

describe('an address', () => {
  const boxesOf = async (...addresses: string[]) => {
    const found = await resolveAddresses({ books: books(), ...GROUND }, addresses);
    return isRefusal(found) ? found : found.boxes;
  };

  test('comes down to one mailbox, however it is spelled', async () => {
    const polecat = { box: 'shop/polecats/toast', line: mail.at.work };
    for (const spelling of [
      'shop/toast',
      'shop/polecats/toast',
      'shop/polecats/toast/',
      'toast',
      mail.at.work,
      `${mail.at.work}.r1`,
    ])
      expect(await boxesOf(spelling), spelling).toEqual([polecat]);
    for (const spelling of ['mayor', 'mayor/', 'hq-mayor'])
      expect(await boxesOf(spelling)).toEqual([{ box: 'mayor', line: 'hq-mayor' }]);
    expect(await boxesOf('overseer', 'human', 'shop/toast', mail.at.work)).toEqual([{ box: 'overseer' }, polecat]);
  });

  test('that nobody has leads to the nearest', async () => {
    expect(await boxesOf('shop/toasty')).toMatchObject({
      refused: 'ADDRESS_UNKNOWN',
      facts: { hint: expect.stringContaining('`shop/toast`') },
    });
    expect(await sendMail(mail.desk, GROUND, { from: 'overseer', to: ['majjor'], text: 'x' })).toMatchObject({
      facts: { hint: expect.stringContaining('`mayor`') },
    });
    const item = await newItem(mail.desk, 'nobody has it');
    expect(await boxesOf(item.id)).toMatchObject({ refused: 'ITEM_WITHOUT_AGENT', facts: { item: item.id } });
  });
});

test('why an agent is not told yet is said, and lists of nudges name its mail', async () => {
  await mail.send('one');
  await mail.send('two');
  expect(await whyMailWaits(books(), mail.at.work)).toMatchObject([
    { code: 'mail-waits', what: '2 mails for it wait to be told.' },
  ]);
  const facts = { town, now: mail.desk.clock.now(), rigs: [shop], session: async () => undefined };
  expect((await why(mail.desk, facts, mail.at.work))?.reasons.map(({ code }) => code)).toContain('mail-waits');
  await mail.terminal();
  const [first = ''] = await mail.line();
  expect(await nudgeList(books(), { all: false })).toMatchObject({
    nudges: [{ id: first, head: 'mail from overseer: one (+1)' }],
    waiting: 0,
  });
  await moveDelivery(mail.desk, first, (doc) => ({ doc, state: 'taken' }));
  expect(await whyMailWaits(books(), mail.at.work)).toEqual([]);
});
