import { expect, test } from 'vitest';
import { nextForDelivery } from '#core/delivery-next';
import { setDnd } from '#ops/dnd';
import { delivered } from '#ops/hook-called';
import { type MailAtWork, mailEachTest, mailsIn } from '../support/mail-at-work.ts';
import { good } from '../support/shop.ts';

let mail: MailAtWork;
mailEachTest((one) => {
  mail = one;
});

const quiet = async (until?: number) =>
  good(await setDnd(mail.desk, mail.at.work, { by: 'overseer', ...(until !== undefined && { until }) }));
const told = async () => {
  const fetched = await mail.context();
  await delivered(mail.desk, fetched);
  return fetched.deliveries.map(({ id, isMail, text }) => (isMail ? mailsIn(text) : id));
};

test('who does not want to be disturbed is told nothing but what presses; then all that waited, in its order', async () => {
  const first = await mail.send('first');
  const nudge = await mail.at.say('look');
  await quiet();
  const urgent = await mail.send('urgent', { priority: 1 });
  expect(await told()).toEqual([]);
  expect((await mail.at.stop({ goesOn: false })).deliveries).toEqual([]);
  expect(await mail.terminal()).toBeUndefined();
  const now = await mail.send('now', { priority: 0 });
  expect(await told()).toEqual([[now.id]]);
  expect(await told()).toEqual([]);
  expect(await mail.told(first, urgent)).toEqual(['waiting', 'waiting']);
  const last = await mail.send('last');
  mail.desk.woken.length = 0;
  good(await setDnd(mail.desk, mail.at.work, undefined));
  expect(mail.desk.woken).toContain(`deliveries/${(await mail.line())[0]}`);
  const all = [...(await told()), ...(await told())];
  expect(all.flat().sort()).toEqual([first.id, urgent.id, last.id, nudge].sort());
  expect(all.filter(Array.isArray).flat()).toEqual([urgent.id, first.id, last.id]);
});

test('the job of what waits sleeps until quiet ends; what presses passes by the nudges before it', async () => {
  const nudge = await mail.at.say('look');
  const until = mail.desk.clock.now() + 1000;
  await quiet(until);
  const sent = await mail.send('now', { priority: 0 });
  const [, brings = ''] = await mail.line();
  const session = { id: mail.at.caller.session, saidHello: true, lastOutputAt: 0, looksIdle: true };
  const move = async (id: string, now: number, pressing: boolean) =>
    nextForDelivery(await mail.at.read(id), await mail.recipient(), { session, over: false, takesByHook: false, pressing }, now);
  expect(await move(nudge, until - 1, true)).toMatchObject({ do: 'wait', until });
  expect(await move(brings, until - 1, false)).toMatchObject({ do: 'wait', until });
  expect(await move(brings, until - 1, true)).toMatchObject({ do: 'claim' });
  expect(await move(nudge, until, false)).toMatchObject({ do: 'claim' });
  expect(await move(brings, until, true)).toMatchObject({ do: 'wait', why: expect.stringContaining(nudge) });
  expect(await mail.told(sent)).toEqual(['waiting']);
});

test('mail of priority 0 that comes while other mail waits for quiet to end wakes its job', async () => {
  await mail.send('first');
  await quiet();
  mail.desk.woken.length = 0;
  await mail.send('now', { priority: 0 });
  expect(mail.desk.woken).toContain(`deliveries/${(await mail.line())[0]}`);
});
