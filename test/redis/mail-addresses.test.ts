import { beforeEach, describe, expect, test } from 'vitest';
import type { Agent } from '#core/records';
import { isRefusal } from '#core/refusals';
import type { Ground } from '#ops/addressees';
import { subscribe, unsubscribe } from '#ops/channels';
import { claimMail } from '#ops/claim-mail';
import { type Mail, sendMail } from '#ops/send-mail';
import { inbox } from '#views/mail';
import { deskEachTest, type TestDesk } from '../support/desk.ts';
import { close, good, newItem, TOKEN } from '../support/shop.ts';

let desk: TestDesk;
let work: string;
deskEachTest((one) => {
  desk = one;
});
beforeEach(async () => {
  work = (await newItem(desk, 'greet')).id;
  await desk.grant(work, { token: TOKEN });
  await put({ id: 'sh-crew-ann', role: 'crew', rig: 'shop', name: 'ann' });
});

const ground: Ground = {
  rigs: [
    { name: 'shop', prefix: 'sh' },
    { name: 'attic', prefix: 'at' },
  ],
  machine: 'anvil',
  groups: {
    core: ['mayor', 'group:hands', 'mayor'],
    hands: ['shop/toast', 'shop/crew/*'],
    round: ['mayor', 'group:trip'],
    trip: ['group:round'],
    broken: ['mayor', 'shop/tost'],
    empty: ['attic/*'],
  },
};

const put = (more: Pick<Agent, 'id' | 'role' | 'rig' | 'name'> & Partial<Agent>) =>
  desk.change(async (reading) => {
    await reading.get('agent', more.id);
    const agent: Agent = {
      generation: 1,
      dir: '/a',
      createdAt: 1,
      createdBy: 'overseer',
      sessions: 0,
      deaths: 0,
      diedAt: [],
      wanted: { at: 1, by: 'overseer' },
      ...more,
    };
    return { put: [{ noun: 'agent', doc: agent }], answer: undefined };
  });
const mayor = () => put({ id: 'hq-mayor', role: 'mayor', rig: '', name: 'mayor' });

const send = (to: string | readonly string[], more: Partial<Mail> = {}) =>
  sendMail(desk, ground, { from: 'overseer', to: [to].flat(), text: 'hello', ...more });
const reached = async (to: string | readonly string[], more: Partial<Mail> = {}) =>
  good(await send(to, more)).boxes.map(({ box }) => box);
const letters = async (box: string) => (await inbox(desk.books, box, { which: 'all', count: 50 })).letters;

describe('an address reaches', () => {
  test('one agent: by every form of its name, by its item, run and session', async () => {
    for (const to of [
      'shop/toast',
      'shop/polecats/toast',
      'shop/polecats/toast/',
      'toast',
      work,
      `${work}.r1`,
      `${work}.r1.s1`,
      'anvil:shop/toast',
    ])
      expect(await reached(to)).toEqual(['shop/polecats/toast']);
    for (const to of ['shop/ann', 'shop/crew/ann', 'sh-crew-ann', 'ann']) expect(await reached(to)).toEqual(['shop/crew/ann']);
    for (const to of ['overseer', '--human']) expect(await reached(to)).toEqual(['overseer']);
  });

  test('many at once, each once, and not who sends', async () => {
    await mayor();
    const all = ['mayor', 'shop/crew/ann', 'shop/polecats/toast'];
    expect((await reached(['@town', 'shop/toast', work])).sort()).toEqual(all);
    expect((await reached('@rig/shop')).sort()).toEqual(all.slice(1));
    expect((await reached('group:core')).sort()).toEqual(all);
    expect(await reached('*/polecats')).toEqual(['shop/polecats/toast']);
    expect(await reached('shop/*', { from: 'shop/polecats/toast', fromLine: work })).toEqual(['shop/crew/ann']);
  });

  test('nobody, and says so with the nearest: then nothing is sent to anybody', async () => {
    const before = await desk.books.count('messages');
    expect(await send(['mayor', 'shop/tost'])).toMatchObject({
      refused: 'ADDRESS_UNKNOWN',
      facts: { address: 'shop/tost', hint: expect.stringContaining('shop/toast') },
    });
    expect(await send('group:broken')).toMatchObject({ refused: 'ADDRESS_UNKNOWN', facts: { address: 'shop/tost' } });
    expect(await send('group:cor')).toMatchObject({
      refused: 'GROUP_UNKNOWN',
      facts: { hint: expect.stringContaining('group:core') },
    });
    expect(await send('group:round')).toMatchObject({ refused: 'GROUP_CYCLE', facts: { path: 'round → trip → round' } });
    for (const to of ['group:empty', 'attic/*', 'attic/polecats'])
      expect(await send(to)).toMatchObject({ refused: 'MAIL_NOBODY' });
    expect(await send('channel:none')).toMatchObject({ refused: 'CHANNEL_UNKNOWN' });
    expect(await send('moon:mayor')).toMatchObject({ refused: 'MACHINE_UNKNOWN' });
    expect(await desk.books.count('messages')).toBe(before);
  });

  test('a polecat between two of its runs', async () => {
    await desk.change(async (reading) => {
      const run = await reading.get('run', `${work}.r1`);
      const doc = await reading.get('work', work);
      if (!run || !doc) throw new Error('no run');
      const { run: _, ...free } = doc;
      const held = { ...free, hold: { name: 'toast', dir: '/w' } };
      return {
        put: [
          { noun: 'run', doc: { ...run, state: 'ended' } },
          { noun: 'work', doc: held as typeof doc },
        ],
        answer: undefined,
      };
    });
    expect(await reached('shop/toast')).toEqual(['shop/polecats/toast']);
    expect(await desk.books.count(`letters.waiting:${work}`)).toBe(1);
  });
});

describe('mail to a role that is code', () => {
  test('goes to the mayor with a word for whom, and to the person where no mayor is wanted', async () => {
    expect(await reached(['shop/witness', 'shop/refinery'])).toEqual(['overseer']);
    await mayor();
    expect(good(await send(['shop/witness', 'shop/refinery'], { type: 'HELP' })).boxes).toEqual([
      { box: 'mayor', line: 'hq-mayor', for: 'shop/witness, shop/refinery' },
    ]);
    expect(good(await send(['mayor', 'deacon'])).boxes).toEqual([{ box: 'mayor', line: 'hq-mayor' }]);
    expect(good(await send('shop/plugins/lint')).boxes).toMatchObject([{ box: 'mayor', for: 'shop/plugins/lint' }]);
    expect(await reached('*/witness')).toEqual(['mayor']);
  });

  test('is consumed when it tells what the books hold, and goes to the agent in the role where one is wanted', async () => {
    expect(await reached('shop/witness', { type: 'POLECAT_DONE' })).toEqual(['shop/witness']);
    expect(await letters('shop/witness')).toMatchObject([{ state: 'archived', why: 'consumed' }]);
    await put({ id: 'sh-witness', role: 'witness', rig: 'shop', name: 'witness' });
    expect(good(await send('shop/witness')).boxes).toEqual([{ box: 'shop/witness', line: 'sh-witness' }]);
    expect(await desk.books.count('letters.waiting:sh-witness')).toBe(1);
  });
});

test('a channel brings its posts to who has subscribed, and keeps them readable', async () => {
  good(await subscribe(desk, 'news', { box: 'shop/polecats/toast', line: work }));
  for (let i = 0; i < 2; i++) good(await subscribe(desk, 'news', { box: 'overseer' }));
  expect((await reached('channel:news', { from: 'mayor', fromLine: 'hq-mayor' })).sort()).toEqual([
    'channel:news',
    'overseer',
    'shop/polecats/toast',
  ]);
  good(await unsubscribe(desk, 'news', { box: 'overseer' }));
  await close(desk, work);
  expect(await reached('channel:news')).toEqual(['channel:news']);
  expect(await letters('channel:news')).toMatchObject([{ state: 'read' }, { state: 'read' }]);
});

test('a queue gives each mail to one of those who take from it, oldest first, and tells nobody of it', async () => {
  const ids = [];
  for (let i = 0; i < 6; i++) ids.push(good(await send('queue:reviews', { text: `no. ${i}` })).id);
  expect(await desk.books.count('deliveries.mail')).toBe(0);
  const takers = Array.from({ length: 8 }, (_, i) => ({ box: `shop/crew/c${i}`, line: `sh-crew-c${i}` }));
  const taken = (await Promise.all(takers.map((who) => claimMail(desk, 'reviews', who)))).map((one) =>
    isRefusal(one) ? one.refused : one?.message,
  );
  expect(taken.filter(Boolean).sort()).toEqual(ids.sort());
  expect(await letters('queue:reviews')).toEqual([]);
  const mine = takers[taken.findIndex(Boolean)];
  expect(await letters(mine?.box ?? '')).toMatchObject([{ state: 'unread', told: 'none' }]);
  const next = [good(await send('queue:reviews')).id, good(await send('queue:reviews')).id];
  expect(await claimMail(desk, 'reviews', takers[0] ?? { box: '' })).toMatchObject({ message: next[0] });
});

describe('mail in circles', () => {
  const ann = { from: 'shop/crew/ann', fromLine: 'sh-crew-ann' };

  test('is refused after so many rounds of two agents, and one person is asked about it', async () => {
    const toast = { from: 'shop/polecats/toast', fromLine: work };
    let last = good(await send('shop/ann', toast)).id;
    let sent = 0;
    for (let i = 0; i < 60; i++) {
      const answer = await send(i % 2 === 0 ? 'shop/toast' : 'shop/ann', { ...(i % 2 === 0 ? ann : toast), replyTo: last });
      if (isRefusal(answer)) expect(answer.refused).toBe('MAIL_LOOP');
      else [last, sent] = [answer.id, sent + 1];
    }
    expect(sent).toBe(40);
    const asked = await desk.books.readMany('escalation', await desk.books.index('escalations.open'));
    expect(asked).toMatchObject([{ cause: 'mail-loop', count: 1 }]);
    good(await send('shop/ann', { replyTo: last }));
    good(await send('shop/toast', { ...ann, replyTo: last }));
  });

  test('is refused when a program answers what a program sent, or floods a mailbox; a person may', async () => {
    const first = good(await send('overseer', { ...ann, auto: true })).id;
    expect(await send('shop/ann', { from: 'shop/polecats/toast', fromLine: work, auto: true, replyTo: first })).toMatchObject({
      refused: 'MAIL_LOOP',
    });
    good(await send('shop/ann', { from: 'shop/polecats/toast', fromLine: work, replyTo: first }));
    const flood = [];
    for (let i = 0; i < 40; i++) flood.push(await send('shop/toast', ann));
    expect(flood.filter(isRefusal)).toHaveLength(10);
    for (let i = 0; i < 40; i++) good(await send('shop/toast'));
  });
});
