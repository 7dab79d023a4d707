import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { HookInput } from '#core/hook-words';
import type { Delivery, Run as PolecatRun } from '#core/records';
import { isRefusal } from '#core/refusals';
import { ack } from '#ops/ack';
import { hookCalled } from '#ops/hook-called';
import { type Nudge, nudge } from '#ops/nudge';
import { withdraw } from '#ops/withdraw';
import type { Turn } from '#processors/answer';
import { deliveries } from '#processors/deliveries';
import { shippedPresets } from '#world/agents/presets';
import { systemClock } from '#world/clock';
import { makeNews, type News } from '#world/news';
import { type Host, HostRefused } from '#world/pty/host';
import { tail } from '#world/store/tail';
import type { World } from '#world/world';
import type { Sleepers } from '../../src/daemon/sleepers.ts';
import { freshKeys } from '../support/books.ts';
import { aRun, item } from '../support/records.ts';
import { type PrivateRedis, privateRedis } from '../support/redis.ts';
import { SaidHost } from '../support/said-host.ts';
import { type Run, type Town, town } from '../support/sleepers.ts';
import { until } from '../support/until.ts';

const WORK = item('gp-a', { status: 'in_progress', run: 'gp-a.r1', runs: 1 });
const TOKEN = 'town.gp-a.r1.s1.00112233445566778899';
const SESSION = { id: 'gp-a.r1.s1', token: TOKEN, at: 1, pid: 1, ackedAt: 2 };
const RUN: PolecatRun = aRun('gp-a.r1', { state: 'live', agent: 'claude', sessions: 1, session: SESSION });
const FORGOTTEN = new HostRefused('SESSION_UNKNOWN', 'no such session');
const CALLER = { session: SESSION.id, run: RUN.id, token: TOKEN };

let server: PrivateRedis;
let at: Town;
let host: SaidHost;
let worker: Sleepers | undefined;
let follower: Redis;
let over: AbortController;
let preset = 'pi';
let keys = freshKeys();
beforeAll(async () => {
  server = await privateRedis();
});
afterAll(() => server.stop());
beforeEach(async () => {
  keys = freshKeys();
  host = new SaidHost();
  preset = 'pi';
  await serve();
  await at.put('run', RUN);
  await at.put('work', WORK);
});
afterEach(leave);

/** A worker with the real processor, its news told by the real stream. */
async function serve(): Promise<void> {
  const news = makeNews(systemClock);
  over = new AbortController();
  follower = new Redis({ path: server.path, maxRetriesPerRequest: null });
  follower.on('error', () => undefined);
  await follower.ping();
  void tail(follower, keys, ({ subject }) => news.tell(subject), over.signal, '0-0');
  const run: Run = (turn, desk) => deliveries(turn as unknown as Turn<'delivery'>, worldOf(news, desk));
  at = await town(server.path, keys, { deliveries: run });
  worker = await at.begin();
}

async function leave(): Promise<void> {
  over.abort();
  await worker?.stop(2000);
  await at.end();
}

const worldOf = (news: News, desk: World['desk']) =>
  ({
    desk,
    news,
    epoch: 1,
    host: () => host as unknown as Host,
    rig: () => ({}),
    agents: { preset: () => shippedPresets().find(({ name }) => name === preset)?.preset },
  }) as unknown as World;

async function say(text: string, more: Partial<Nudge> = {}): Promise<string> {
  const made = await nudge(at.op, { to: 'gp/toast', work: WORK.id, text, mode: 'wait-idle', ...more });
  if (isRefusal(made)) throw new Error(made.refused);
  return made.id;
}
const read = async (id: string) => (await at.op.books.read('delivery', id)) as Delivery;
const becomes = (id: string, state: Delivery['state']) =>
  until(`${id} is ${state}`, () => read(id).then((doc) => doc.state === state && doc));
const asked = (count: number) => until(`the host was asked ${count} times`, () => host.asked.length >= count);
const heardHook = (input: HookInput = { tool: 'Bash' }) => hookCalled(at.op, CALLER, { at: 'context', input, mayPrint: true });
const job = (id: string) => `deliveries/${id}` as const;
const parked = (id: string, why: string) =>
  until(`${id} is parked: ${why}`, async () => {
    const found = (await at.state(job(id))) === 'delayed' ? await at.jobOf(job(id)) : undefined;
    return String(found?.progress ?? '').includes(why);
  });

test('a nudge is handed to the host with what the program needs, and its outcome is written', async () => {
  const id = await say('look at the API', { key: 'k' });
  await asked(1);
  const { screen, submit } = shippedPresets().find(({ name }) => name === 'pi')?.preset ?? {};
  expect(host.asked[0]).toMatchObject({ id: SESSION.id, text: 'look at the API', mode: 'wait-idle', key: 'k', screen, submit });
  expect(await read(id)).toMatchObject({ state: 'claimed', claim: { path: 'terminal', session: SESSION.id } });
  host.answer({ outcome: 'taken' });
  await at.becomes(job(id), 'completed');
  expect((await read(id)).state).toBe('taken');
});

test('nudges of one agent go to the host one after the other, but for what is said at once', async () => {
  const [first, second] = [await say('first'), await say('second')];
  await asked(1);
  await parked(second, `waits for ${first}`);
  const now = await say('now', { mode: 'immediate' });
  await asked(2);
  expect(host.asked.map(({ text }) => text)).toEqual(['first', 'now']);
  host.answer({ outcome: 'taken' });
  await Promise.all([becomes(now, 'taken'), asked(3)]);
  host.answer({ outcome: 'taken' });
  await becomes(second, 'taken');
});

test('a worker that dies with a nudge at the host is followed by one that asks for the same one', async () => {
  const id = await say('once');
  await asked(1);
  await leave();
  await serve();
  await asked(2);
  expect(host.asked[1]?.nudge).toBe(host.asked[0]?.nudge);
  host.answer({ outcome: 'taken' });
  expect(await becomes(id, 'taken')).toMatchObject({ attempts: 1 });
});

test('what was certainly not sent is tried again, under the same id; what is unknown is not', async () => {
  host.answers.push({ outcome: 'not-sent', why: 'a dialog' });
  const id = await say('again');
  await parked(id, 'tries again soon');
  const { notBefore: _, ...doc } = await read(id);
  expect(doc).toMatchObject({ state: 'pending', why: 'a dialog', attempts: 1 });
  await at.put('delivery', doc);
  await asked(2);
  expect(host.asked[1]?.nudge).toBe(host.asked[0]?.nudge);
  host.answer({ outcome: 'unknown', why: 'a dialog came' });
  await becomes(id, 'unknown');
  await at.becomes(job(id), 'completed');
  expect(host.asked).toHaveLength(2);
});

test('what stands in the input stays claimed: no hook gets it', async () => {
  host.answers.push({ outcome: 'draft-left', why: 'a dialog' });
  const id = await say('typed');
  await parked(id, 'stands in the input');
  expect(await heardHook()).toMatchObject({ deliveries: [] });
  expect(await read(id)).toMatchObject({ state: 'claimed', attempts: 2 });
});

test('a session that ended before the host began leaves it pending, for the next one', async () => {
  host.answers.push(FORGOTTEN);
  const id = await say('hello');
  await until('it was given back', async () => (await read(id)).why === 'its session ended');
  expect((await read(id)).state).toBe('pending');
});

test('a session of which the host has forgotten all leaves unknown what a dead worker, or a host before it, was asked for', async () => {
  const id = await say('hello');
  await asked(1);
  await leave();
  host.answers.push(FORGOTTEN);
  await serve();
  expect(await becomes(id, 'unknown')).toMatchObject({ why: expect.stringContaining('forgotten') });
  host.startedAt = systemClock.now() + 60_000;
  host.answers.push(FORGOTTEN);
  await becomes(await say('hello again'), 'unknown');
});

test('without an agent it waits until the next one says hello', async () => {
  host.running = false;
  const id = await say('hello');
  await parked(id, 'no agent is there');
  host.running = true;
  const { ackedAt: _, ...fresh } = SESSION;
  await at.put('run', { ...RUN, session: fresh });
  await ack(at.op, CALLER);
  await asked(1);
  host.answer({ outcome: 'taken' });
  await becomes(id, 'taken');
});

test('nobody there until its time is over: undeliverable, and in the list', async () => {
  host.running = false;
  const id = await say('hello', { expiresIn: 50 });
  await becomes(id, 'undeliverable');
  expect(await at.op.books.index('deliveries.undelivered:gp-a')).toEqual([id]);
});

test('a nudge that is taken back, or replaced, is called back from the host', async () => {
  const id = await say('old', { key: 'k' });
  await asked(1);
  const newer = await say('new', { key: 'k' });
  expect(await becomes(id, 'superseded')).toMatchObject({ why: `by ${newer}` });
  await asked(2);
  await withdraw(at.op, newer);
  await becomes(newer, 'withdrawn');
  expect(host.withdrawn).toEqual(host.asked.map((one) => one.nudge));
});

test('a prompt that shows it is quicker than the screen, and the host is told', async () => {
  const id = await say('look at the API of the shop');
  await asked(1);
  await heardHook({ prompt: 'look at the API of the shop' });
  await at.becomes(job(id), 'completed');
  expect(await read(id)).toMatchObject({ state: 'taken', why: 'its prompt shows it' });
  expect(host.acked).toEqual([host.asked[0]?.nudge]);
});

test('an agent with hooks at work is left to them; when its turn is over the terminal is claimed', async () => {
  preset = 'claude';
  await heardHook();
  const id = await say('for the hook');
  await parked(id, 'left to the agent');
  expect(host.asked).toEqual([]);
  await hookCalled(at.op, CALLER, { at: 'stop', input: {}, mayPrint: false });
  await asked(1);
  host.answer({ outcome: 'taken' });
  await becomes(id, 'taken');
});

test('an agent whose screen cannot be seen is taken to be at work: no fault, and its hooks get what waits', async () => {
  preset = 'claude';
  host.blind = true;
  await heardHook();
  const id = await say('for the hook');
  await parked(id, 'left to the agent');
  expect(await at.jobOf(job(id))).toMatchObject({ data: expect.not.objectContaining({ faults: expect.anything() }) });
});

test('a hook that claimed and died leaves a claim that runs out: unknown', async () => {
  preset = 'claude';
  await heardHook();
  const id = await say('for the hook');
  await parked(id, 'left to the agent');
  await heardHook();
  await parked(id, 'a hook has it');
  const { claim, ...doc } = await read(id);
  if (claim) await at.put('delivery', { ...doc, claim: { ...claim, until: systemClock.now() } });
  await becomes(id, 'unknown');
  expect(host.asked).toEqual([]);
});
