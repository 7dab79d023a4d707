import { beforeEach, expect, test } from 'vitest';
import { over } from '#core/question';
import type { Agent } from '#core/records';
import type { Ground } from '#ops/addressees';
import { answer } from '#ops/answer';
import { ask } from '#ops/ask';
import { subscribe } from '#ops/channels';
import { setDnd } from '#ops/dnd';
import { tell } from '#ops/end-question';
import { fileLetters } from '#ops/file-letters';
import { giveBack } from '#ops/give-back';
import { nudge } from '#ops/nudge';
import { replyMail } from '#ops/reply-mail';
import { sendMail } from '#ops/send-mail';
import { removeAgent } from '#ops/stop-agent';
import { addAgent, wantAgent } from '#ops/want-agent';
import { answersFor } from '#views/escalations';
import { inbox } from '#views/mail';
import { whoIsAway } from '#views/mail-waiting';
import { needs } from '#views/needs';
import { type MailAtWork, mailEachTest } from '../support/mail-at-work.ts';
import { close, good } from '../support/shop.ts';

/** Ann comes, goes, and somebody else gets her name. */
const ID = 'sh-crew-ann';
const ADDRESS = 'shop/crew/ann';
const ground: Ground = { rigs: [{ name: 'shop', prefix: 'sh' }], machine: 'anvil', groups: {} };

let mail: MailAtWork;
mailEachTest((one) => {
  mail = one;
});
beforeEach(() => comes());

const comes = async () => good(await addAgent(mail.desk, { id: ID, role: 'crew', rig: 'shop', name: 'ann', dir: '/town/ann' }));
const goes = async () => good(await removeAgent(mail.desk, ID));
const toAnn = async (text: string) => good(await sendMail(mail.desk, ground, { from: 'overseer', to: [ADDRESS], text }));
const fromAnn = async (to: string, text: string) =>
  good(await sendMail(mail.desk, ground, { from: ADDRESS, fromLine: ID, to: [to], text }));
const fileRead = (id: string) => fileLetters(mail.desk, { mailbox: ADDRESS, isOwn: true }, [id], 'read');
const box = (which: 'kept' | 'all' = 'kept') => inbox(mail.desk.books, ADDRESS, { which, count: 9 });

test('whoever gets the name of a removed crew member begins with an empty mailbox: what was not told goes back, and the rest into the archive', async () => {
  const told = await toAnn('for the first ann');
  good(await fileRead(told.id));
  const waits = await toAnn('not told yet');
  const said = good(await nudge(mail.desk, { to: ADDRESS, work: ID, text: 'look', mode: 'wait-idle' }));
  good(await setDnd(mail.desk, ID, { by: 'overseer' }));
  await goes(); // no worker serves
  await comes();
  expect(await box()).toMatchObject({ total: 0, unread: 0, archived: 2 });
  expect((await box('all')).letters.map(({ message, told: is }) => [message, is])).toEqual([
    [waits.id, 'none'],
    [told.id, 'none'],
  ]);
  expect(await mail.desk.books.read('recipient', ID)).toMatchObject({ line: [] });
  expect((await mail.desk.books.read('recipient', ID))?.dnd).toBeUndefined();
  expect(await mail.desk.books.read('delivery', said.id)).toMatchObject({ state: 'undeliverable', why: `${ID} was removed` });
  const [notice, ...more] = (await inbox(mail.desk.books, 'overseer', { which: 'unread', count: 9 })).letters;
  expect([notice?.subject, more]).toEqual(['Not delivered: not told yet', []]);
  const fresh = await toAnn('for the second ann');
  expect(await box()).toMatchObject({ total: 1, letters: [{ message: fresh.id, n: 3, told: 'waiting' }] });
});

test('an answer to a removed crew member reaches nobody who has its name, and neither does word of what it sent', async () => {
  const old = await fromAnn('overseer', 'may I?');
  const lost = await fromAnn(mail.box, 'look at this');
  await goes();
  expect(await replyMail(mail.desk, ground, old.id, { from: 'overseer', to: [], text: 'yes' })).toMatchObject({
    refused: 'MAIL_GONE',
    facts: { why: `${ID} was removed` },
  });
  await comes();
  expect(await replyMail(mail.desk, ground, old.id, { from: 'overseer', to: [], text: 'yes' })).toMatchObject({
    refused: 'MAIL_GONE',
  });
  await close(mail.desk, mail.at.work);
  const [line = ''] = await mail.line();
  await giveBack(mail.desk, line, 'it is closed');
  expect((await mail.letter(lost)).told).toBe('none');
  expect(await box('all')).toMatchObject({ total: 0, archived: 0 });
  const fresh = await fromAnn('overseer', 'I am new here');
  expect(await replyMail(mail.desk, ground, fresh.id, { from: 'overseer', to: [], text: 'hello' })).toMatchObject({
    boxes: [{ box: ADDRESS, line: ID }],
  });
});

test('what a removed crew member asked is over, with the reason, and no answer to it reaches whoever has its name', async () => {
  const { desk } = mail;
  const session = { id: `${ID}.s1`, n: 1, token: 'gt-first', at: 1, ackedAt: 1, startedAs: 'fresh' as const };
  const caller = { session: session.id, run: ID, token: session.token };
  const asks = async (topic: string) =>
    good(await ask(desk, { caller, topic, severity: 'medium', choices: [], expiresIn: 60_000, waits: false }));
  await hasSession(session);
  const [open, untold, expired] = [await asks('Which database?'), await asks('Which port?'), await asks('Which host?')];
  good(await answer(desk, { id: untold.id, words: '5432' }));
  await desk.change(async (reading) => {
    const doc = over((await reading.get('escalation', expired.id)) ?? expired, 'expired', 'gt', 'nobody answered in time', 2);
    return { put: [{ noun: 'escalation', doc }], answer: undefined };
  });
  await hasSession(undefined);
  await goes();
  const gone = `${ID} was removed`;
  expect(await desk.books.read('escalation', open.id)).toMatchObject({ state: 'closed', ended: 'elsewhere', reason: gone });
  expect((await needs(desk.books, { rigs: [] })).total).toBe(0);
  await comes();
  for (const { id } of [open, untold, expired]) await tell(desk, id);
  expect(await answersFor(desk.books, ID)).toEqual([]);
  expect((await desk.books.read('escalation', expired.id))?.told).toMatchObject({ why: gone });
  expect((await desk.books.read('recipient', ID))?.line ?? []).toEqual([]);
});

async function hasSession(session: Agent['session']): Promise<void> {
  await mail.desk.change(async (reading) => {
    const { session: _, ...agent } = (await reading.get('agent', ID)) as Agent;
    return { put: [{ noun: 'agent', doc: { ...agent, ...(session ? { session } : {}) } }], answer: undefined };
  });
}

test('a channel goes on without a subscriber that was removed, and whoever has its name has not subscribed', async () => {
  good(await subscribe(mail.desk, 'news', { box: ADDRESS, line: ID }));
  good(await subscribe(mail.desk, 'news', { box: 'overseer' }));
  await goes();
  const post = () => sendMail(mail.desk, ground, { from: 'shop/witness', to: ['channel:news'], text: 'news' });
  expect(good(await post()).boxes.map(({ box: one }) => one)).toEqual(['channel:news', 'overseer']);
  await comes();
  expect(good(await post()).boxes.map(({ box: one }) => one)).toEqual(['channel:news', 'overseer']);
});

test('an answer to all goes to everybody who has the mail and is still there, once, and not to who answers', async () => {
  good(await addAgent(mail.desk, { id: 'sh-crew-bob', role: 'crew', rig: 'shop', name: 'bob', dir: '/town/bob' }));
  good(await subscribe(mail.desk, 'news', { box: 'overseer' }));
  const to = ['shop/crew/*', mail.box, 'queue:reviews', 'channel:news'];
  const asked = good(await sendMail(mail.desk, ground, { from: 'mayor', fromLine: 'hq-mayor', to, text: 'who can?' }));
  good(await removeAgent(mail.desk, 'sh-crew-bob'));
  const answer = { from: ADDRESS, fromLine: ID, to: [], text: 'I can' };
  const reached = async (more: object, toAll: boolean) =>
    good(await replyMail(mail.desk, ground, asked.id, { ...answer, ...more }, toAll))
      .boxes.map(({ box: one }) => one)
      .sort();
  expect(await reached({}, true)).toEqual(['channel:news', 'mayor', 'overseer', mail.box].sort());
  expect(await reached({ cc: ['mayor'] }, false)).toEqual(['mayor']);
});

test('who sends is told at once which agent is told later, and why', async () => {
  const away = (more: object = {}) =>
    whoIsAway(
      mail.desk.books,
      [
        { box: ADDRESS, line: ID },
        { box: mail.box, line: mail.at.work },
        { box: 'overseer', line: null },
      ],
      { now: mail.desk.clock.now(), pressing: false, ...more },
    );
  expect(await away()).toEqual([{ box: ADDRESS, why: 'nobody has started it (`gt crew start shop/ann`)' }]);
  good(await wantAgent(mail.desk, { id: ID, role: 'crew', rig: 'shop', name: 'ann', dir: '/town/ann' }));
  expect(await away()).toEqual([]);
  good(await setDnd(mail.desk, mail.at.work, { by: 'overseer' }));
  expect(await away()).toMatchObject([{ box: mail.box, why: expect.stringContaining('gt dnd off --agent') }]);
  expect(await away({ pressing: true })).toEqual([]);
});
