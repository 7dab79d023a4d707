import { expect, test } from 'vitest';
import { ack } from '#ops/ack';
import { hookCalled } from '#ops/hook-called';
import { withdraw } from '#ops/withdraw';
import { nudgeList } from '#views/nudges';
import { shippedPresets } from '#world/agents/presets';
import { systemClock } from '#world/clock';
import { HostRefused } from '#world/pty/host';
import { CALLER, job, RUN, SESSION, type ServedDeliveries, servedEachTest } from '../support/served-deliveries.ts';
import { until } from '../support/until.ts';

const FORGOTTEN = new HostRefused('SESSION_UNKNOWN', 'no such session');

let served: ServedDeliveries;
servedEachTest((one) => {
  served = one;
});

test('a nudge is handed to the host with what the program needs, and its outcome is written', async () => {
  const id = await served.say('look at the API', { key: 'k' });
  await served.asked(1);
  const { screen, submit } = shippedPresets().find(({ name }) => name === 'pi')?.preset ?? {};
  expect(served.host.asked[0]).toMatchObject({
    id: SESSION.id,
    text: 'look at the API',
    mode: 'wait-idle',
    key: 'k',
    screen,
    submit,
  });
  expect(await served.read(id)).toMatchObject({ state: 'claimed', claim: { path: 'terminal', session: SESSION.id } });
  served.host.answer({ outcome: 'taken' });
  await served.at.becomes(job(id), 'completed');
  expect((await served.read(id)).state).toBe('taken');
});

test('nudges of one agent go to the host one after the other, but for what is said at once', async () => {
  const [first, second] = [await served.say('first'), await served.say('second')];
  await served.asked(1);
  await served.parked(second, `waits for ${first}`);
  const now = await served.say('now', { mode: 'immediate' });
  await served.asked(2);
  expect(served.host.asked.map(({ text }) => text)).toEqual(['first', 'now']);
  served.host.answer({ outcome: 'taken' });
  await Promise.all([served.becomes(now, 'taken'), served.asked(3)]);
  served.host.answer({ outcome: 'taken' });
  await served.becomes(second, 'taken');
});

test('a worker that dies with a nudge at the host is followed by one that asks for the same one', async () => {
  const id = await served.say('once');
  await served.asked(1);
  await served.leave();
  await served.serve();
  await served.asked(2);
  expect(served.host.asked[1]?.nudge).toBe(served.host.asked[0]?.nudge);
  served.host.answer({ outcome: 'taken' });
  expect(await served.becomes(id, 'taken')).toMatchObject({ attempts: 1 });
});

test('what was certainly not sent is tried again, under the same id; what is unknown is not', async () => {
  served.host.answers.push({ outcome: 'not-sent', why: 'a dialog' });
  const id = await served.say('again');
  await served.parked(id, 'tries again soon');
  const { notBefore: _, ...doc } = await served.read(id);
  expect(doc).toMatchObject({ state: 'pending', why: 'a dialog', attempts: 1 });
  await served.at.put('delivery', doc);
  await served.asked(2);
  expect(served.host.asked[1]?.nudge).toBe(served.host.asked[0]?.nudge);
  served.host.answer({ outcome: 'unknown', why: 'a dialog came' });
  await served.becomes(id, 'unknown');
  await served.at.becomes(job(id), 'completed');
  expect(served.host.asked).toHaveLength(2);
});

test('what stands in the input stays claimed: no hook gets it', async () => {
  served.host.answers.push({ outcome: 'draft-left', why: 'a dialog' });
  const id = await served.say('typed');
  await served.parked(id, 'stands in the input');
  expect(await served.heardHook()).toMatchObject({ deliveries: [] });
  expect(await served.read(id)).toMatchObject({ state: 'claimed', attempts: 2 });
});

test('a session that ended before the host began leaves it pending, for the next one', async () => {
  served.host.answers.push(FORGOTTEN);
  const id = await served.say('hello');
  await until('it was given back', async () => (await served.read(id)).why === 'its session ended');
  expect((await served.read(id)).state).toBe('pending');
});

test('what a program took of which nothing shows that it reads was typed: that is an end, and no failure', async () => {
  served.preset = 'shell';
  const id = await served.say('a line');
  await served.asked(1);
  served.host.answer({ outcome: 'taken' });
  expect(await served.becomes(id, 'typed')).toMatchObject({ why: expect.stringContaining('its terminal has the line') });
  expect((await nudgeList(served.at.op.books, { all: true })).undelivered).toBe(0);
});

test('a session of which the host has forgotten all leaves unknown what a dead worker, or a host before it, was asked for', async () => {
  const id = await served.say('hello');
  await served.asked(1);
  await served.leave();
  served.host.answers.push(FORGOTTEN);
  await served.serve();
  expect(await served.becomes(id, 'unknown')).toMatchObject({ why: expect.stringContaining('forgotten') });
  served.host.startedAt = systemClock.now() + 60_000;
  served.host.answers.push(FORGOTTEN);
  await served.becomes(await served.say('hello again'), 'unknown');
});

test('without an agent it waits until the next one says hello', async () => {
  served.host.running = false;
  const id = await served.say('hello');
  await served.parked(id, 'no agent is there');
  served.host.running = true;
  const { ackedAt: _, ...fresh } = SESSION;
  await served.at.put('run', { ...RUN, session: fresh });
  await ack(served.at.op, CALLER);
  await served.asked(1);
  served.host.answer({ outcome: 'taken' });
  await served.becomes(id, 'taken');
});

test('nobody there until its time is over: undeliverable, and in the list', async () => {
  served.host.running = false;
  const id = await served.say('hello', { expiresIn: 50 });
  await served.becomes(id, 'undeliverable');
  expect(await served.at.op.books.index('deliveries.undelivered:gp-a')).toEqual([id]);
});

test('a nudge that is taken back, or replaced, is called back from the host', async () => {
  const id = await served.say('old', { key: 'k' });
  await served.asked(1);
  const newer = await served.say('new', { key: 'k' });
  expect(await served.becomes(id, 'superseded')).toMatchObject({ why: `by ${newer}` });
  await served.asked(2);
  await withdraw(served.at.op, newer);
  await served.becomes(newer, 'withdrawn');
  expect(served.host.withdrawn).toEqual(served.host.asked.map((one) => one.nudge));
});

test('a prompt that shows it is quicker than the screen, and the host is told', async () => {
  const id = await served.say('look at the API of the shop');
  await served.asked(1);
  await served.heardHook({ prompt: 'look at the API of the shop' });
  await served.at.becomes(job(id), 'completed');
  expect(await served.read(id)).toMatchObject({ state: 'taken', why: 'its prompt shows it' });
  expect(served.host.acked).toEqual([served.host.asked[0]?.nudge]);
});

test('an agent with hooks at work is left to them; when its turn is over the terminal is claimed', async () => {
  served.preset = 'claude';
  await served.heardHook();
  const id = await served.say('for the hook');
  await served.parked(id, 'left to the agent');
  expect(served.host.asked).toEqual([]);
  await hookCalled(served.at.op, CALLER, { at: 'stop', input: {}, mayPrint: false });
  await served.asked(1);
  served.host.answer({ outcome: 'taken' });
  await served.becomes(id, 'taken');
});

test('an agent whose screen cannot be seen is taken to be at work: no fault, and its hooks get what waits', async () => {
  served.preset = 'claude';
  served.host.blind = true;
  await served.heardHook();
  const id = await served.say('for the hook');
  await served.parked(id, 'left to the agent');
  expect(await served.at.jobOf(job(id))).toMatchObject({ data: expect.not.objectContaining({ faults: expect.anything() }) });
});

test('a hook that claimed and died leaves a claim that runs out: unknown', async () => {
  served.preset = 'claude';
  await served.heardHook();
  const id = await served.say('for the hook');
  await served.parked(id, 'left to the agent');
  await served.heardHook();
  await served.parked(id, 'a hook has it');
  const { claim, ...doc } = await served.read(id);
  if (claim) await served.at.put('delivery', { ...doc, claim: { ...claim, until: systemClock.now() } });
  await served.becomes(id, 'unknown');
  expect(served.host.asked).toEqual([]);
});
