import { expect, test } from 'vitest';
import type { Letter } from '#core/records';
import { ack } from '#ops/ack';
import { nudge } from '#ops/nudge';
import { postLetters, type Sent } from '#ops/send-mail';
import { removeAgent } from '#ops/stop-agent';
import { inbox } from '#views/mail';
import { mailsIn } from '../support/mail-at-work.ts';
import { aLasting } from '../support/records.ts';
import { CALLER, job, RUN, SESSION, type ServedDeliveries, servedEachTest, WORK } from '../support/served-deliveries.ts';
import { good } from '../support/shop.ts';
import { until } from '../support/until.ts';

let served: ServedDeliveries;
servedEachTest((one) => {
  served = one;
});

const BOX = { box: 'gp/polecats/toast', line: WORK.id };
const send = async (text: string): Promise<Sent> =>
  good(await postLetters(served.at.op, { from: 'overseer', to: [BOX.box], text }, [BOX]));
const letter = async ({ id }: Sent) => (await served.at.op.books.read('letter', `${id}@${WORK.id}`)) as Letter;
const told = (mail: Sent, is: Letter['told']) =>
  until(`${mail.id} is ${is}`, () => letter(mail).then((one) => one.told === is && one));
const first = async () => (await served.at.op.books.read('recipient', WORK.id))?.line[0]?.id ?? '';

test('mail is typed by the host, and told when it was taken; what came meanwhile comes next', async () => {
  const a = await send('one');
  await served.asked(1);
  const [b, c] = [await send('two'), await send('three')];
  expect(served.host.asked.map(({ text }) => mailsIn(text))).toEqual([[a.id]]);
  served.host.answer({ outcome: 'taken' });
  await told(a, 'told');
  await served.asked(2);
  expect(mailsIn(served.host.asked[1]?.text ?? '')).toEqual([b.id, c.id]);
});

test('a worker that dies with mail at the host is followed by one that asks for the same text by the same id', async () => {
  const a = await send('one');
  await served.asked(1);
  await served.leave();
  await served.serve();
  await served.asked(2);
  const [before, after] = served.host.asked;
  expect([after?.nudge, after?.text]).toEqual([before?.nudge, before?.text]);
  served.host.answer({ outcome: 'taken' });
  await told(a, 'told');
});

test('mail that the host let go untyped is asked for anew, and what is unknown is not', async () => {
  served.host.answers.push({ outcome: 'expired' });
  const a = await send('one');
  await served.asked(2);
  const [before, after] = served.host.asked;
  expect(after?.text).toBe(before?.text);
  expect(after?.nudge).not.toBe(before?.nudge);
  served.host.answer({ outcome: 'unknown', why: 'a dialog came' });
  expect(await told(a, 'unknown')).toMatchObject({ state: 'unread', why: 'a dialog came' });
  expect(served.host.asked).toHaveLength(2);
});

test('mail that a hook of a session has which is over is unknown when the next one says hello, and the next mail goes on', async () => {
  served.preset = 'claude';
  await served.heardHook();
  const a = await send('one');
  await served.parked(await first(), 'left to the agent');
  await served.heardHook();
  await served.parked(await first(), 'a hook has it');
  const b = await send('two');
  const session = { ...SESSION, id: 'gp-a.r1.s2', token: CALLER.token.replace('.s1.', '.s2.') };
  const { ackedAt: _, ...fresh } = session;
  await served.at.put('run', { ...RUN, sessions: 2, session: fresh });
  await ack(served.at.op, { ...CALLER, session: session.id, token: session.token });
  await told(a, 'unknown');
  await told(b, 'bound');
});

test('mail for a dog that is removed before it comes goes back to who sent it, and none is sent to it any more', async () => {
  const dog = aLasting('hq-dog-rex', { role: 'dog', name: 'rex' });
  await served.at.put('agent', dog);
  const to = { box: 'dogs/rex', line: dog.id };
  const { id } = good(await postLetters(served.at.op, { from: 'overseer', to: [to.box], text: 'sit' }, [to]));
  const delivery = (await served.at.op.books.read('recipient', dog.id))?.line[0]?.id ?? '';
  await served.parked(delivery, 'no agent is there');
  good(await removeAgent(served.at.op, dog.id));
  expect(await served.becomes(delivery, 'undeliverable')).toMatchObject({ why: 'hq-dog-rex was removed' });
  expect(await served.at.op.books.read('letter', `${id}@dogs/rex`)).toMatchObject({ told: 'none' });
  expect(await inbox(served.at.op.books, 'overseer', { which: 'unread', count: 9 })).toMatchObject({ total: 1 });
  const again = await postLetters(served.at.op, { from: 'overseer', to: [to.box], text: 'sit' }, [to]);
  expect(again).toMatchObject({ refused: 'MAIL_GONE' });
  expect(await nudge(served.at.op, { to: to.box, work: dog.id, text: 'sit', mode: 'wait-idle' })).toMatchObject({
    refused: 'AGENT_UNKNOWN',
  });
});

test('when its item is closed, mail that waits comes back, however many letters', async () => {
  served.host.running = false;
  const mails: Sent[] = [];
  for (let i = 0; i < 25; i++) mails.push(await send(`mail ${i}`)); // at once, some could find the books busy
  const id = await first();
  await served.parked(id, 'no agent is there');
  const { run: _, ...work } = WORK;
  await served.at.put('work', { ...work, status: 'closed', closed: { at: 1, reason: 'done' } });
  await served.at.op.wake([job(id)]);
  await served.becomes(id, 'undeliverable');
  for (const mail of mails) expect((await letter(mail)).told).toBe('none');
  expect(await inbox(served.at.op.books, 'overseer', { which: 'unread', count: 9 })).toMatchObject({ total: 2 });
});
