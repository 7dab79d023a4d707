import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { HookInput } from '#core/hook-words';
import { HOOK_CLAIM_MS, NUDGE_EXPIRES_MS, STOP_CLAIM_MS } from '#core/limits';
import type { Delivery } from '#core/records';
import { isRefusal } from '#core/refusals';
import { ack } from '#ops/ack';
import { delivered, type Fetched, hookCalled } from '#ops/hook-called';
import { moveDelivery } from '#ops/move-delivery';
import { type Nudge, nudge } from '#ops/nudge';
import { sling } from '#ops/sling';
import { withdraw } from '#ops/withdraw';
import { nudgeList } from '#views/nudges';
import { status } from '#views/status';
import { why } from '#views/why';
import { type TestDesk, testDesk } from '../support/desk.ts';
import { type PrivateRedis, privateRedis } from '../support/redis.ts';
import { close, good, newItem, shop, TOKEN, town } from '../support/shop.ts';

let redis: PrivateRedis;
let desk: TestDesk;
let work: string;
let caller: { session: string; run: string; token: string };
beforeAll(async () => {
  redis = await privateRedis();
});
beforeEach(async () => {
  desk?.close();
  desk = await testDesk(redis.path);
  work = (await newItem(desk, 'Greet')).id;
  await sling(desk, { ids: [work] });
  const run = await desk.grant(work, { token: TOKEN });
  caller = { session: `${run.id}.s1`, run: run.id, token: TOKEN };
  desk.woken.length = 0;
});
afterAll(async () => {
  desk.close();
  await redis.stop();
});

const say = async (text: string, more: Partial<Nudge> = {}): Promise<string> =>
  good(await nudge(desk, { to: 'shop/toast', work, text, mode: 'wait-idle', ...more })).id;
const read = async (id: string): Promise<Delivery> => (await desk.books.read('delivery', id)) as Delivery;
const stateOf = async (id: string) => (await read(id))?.state;
const line = async () => (await desk.books.read('recipient', work))?.line.map(({ id }) => id);
const tool: HookInput = { tool: 'Bash', event: 'PostToolUse' };
const prompt = (text: string): HookInput => ({ event: 'UserPromptSubmit', prompt: text });
const context = async (input: HookInput = tool): Promise<Fetched> =>
  good(await hookCalled(desk, caller, { at: 'context', input, mayPrint: true }));
const stop = async (more: { goesOn?: boolean; mayPrint?: boolean } = {}): Promise<Fetched> => {
  const { mayPrint = true, ...rest } = more;
  return good(await hookCalled(desk, caller, { at: 'stop', input: rest, mayPrint }));
};
const ids = ({ deliveries }: Fetched) => deliveries.map(({ id }) => id);
const atTerminal = (id: string) =>
  moveDelivery(desk, id, (doc, _, now) => ({
    doc,
    state: 'claimed',
    claim: { path: 'terminal', owner: 'worker 1', session: caller.session, at: now, until: now + 1e6 },
  }));
const later = (ms: number): TestDesk => ({ ...desk, clock: { now: () => desk.clock.now() + ms } });

describe('what is said', () => {
  test('stands in the books with its text, has a job, and is in the line of its agent', async () => {
    const id = await say('look at\x1b[31m the API\n');
    expect(await read(id)).toMatchObject({
      work,
      rig: 'shop',
      from: 'overseer',
      state: 'pending',
      head: 'look at the API',
      bytes: 15,
    });
    expect(await desk.books.text(id)).toEqual({ text: 'look at the API' });
    expect(await line()).toEqual([id]);
    expect(desk.woken).toEqual([`deliveries/${id}`]);
    expect(await desk.books.index('jobs')).toContain(`deliveries/${id}`);
  });

  test('waits in the order in which it was said, also when all is said at once', async () => {
    const said = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((text) => say(text)));
    expect(new Set(await line())).toEqual(new Set(said));
    const last = await say('f');
    expect((await line())?.at(-1)).toBe(last);
  });

  test('with the same key takes the place of what still waits', async () => {
    const [first, other, second] = [await say('1', { key: 'k' }), await say('2', { key: 'l' }), await say('3', { key: 'k' })];
    expect(await read(first)).toMatchObject({ state: 'superseded', why: `${second} took its place` });
    expect(await line()).toEqual([other, second]);
  });

  test('is refused when it is empty, too large, or for nobody', async () => {
    const to = { to: 'x', work, mode: 'wait-idle' as const };
    expect(await nudge(desk, { ...to, text: ' \x07 ' })).toMatchObject({ refused: 'USAGE' });
    expect(await nudge(desk, { ...to, text: 'x'.repeat(5 * 1024 * 1024) })).toMatchObject({
      refused: 'NUDGE_TOO_LARGE',
      facts: { bytes: 5 * 1024 * 1024 },
    });
    expect(await nudge(desk, { ...to, work: 'sh-none', text: 'hi' })).toMatchObject({ refused: 'WORK_UNKNOWN' });
    const idle = await newItem(desk, 'idle');
    expect(await nudge(desk, { ...to, work: idle.id, text: 'hi' })).toMatchObject({ refused: 'NUDGE_NOBODY' });
    await close(desk, idle.id);
    expect(await nudge(desk, { ...to, work: idle.id, text: 'hi' })).toMatchObject({ refused: 'WORK_CLOSED' });
    expect(await line()).toBeUndefined();
  });

  test('is looked at by its job when its agent says hello', async () => {
    const id = await say('hello');
    desk.woken.length = 0;
    good(await ack(desk, caller));
    expect(desk.woken).toContain(`deliveries/${id}`);
  });
});

describe('a hook with context', () => {
  test('claims what waits by id, in order, and it is taken once it is printed', async () => {
    const [a, b] = [await say('first'), await say('second')];
    const fetched = await context();
    expect(fetched.deliveries).toMatchObject([
      { id: a, from: 'overseer', text: 'first' },
      { id: b, text: 'second' },
    ]);
    expect(await read(a)).toMatchObject({
      state: 'claimed',
      claim: { path: 'hook', session: caller.session, moment: 'context' },
    });
    expect(ids(await context())).toEqual([]);
    await delivered(desk, fetched);
    expect([await stateOf(a), await stateOf(b), await line()]).toEqual(['taken', 'taken', []]);
  });

  test('that was killed before it printed leaves a claim that runs out: unknown, and no other hook gets it', async () => {
    const id = await say('first');
    await context();
    const next = await say('second');
    expect(ids(await context())).toEqual([]);
    const after = later(HOOK_CLAIM_MS);
    await moveDelivery(after, id, (doc, _, now) => (now >= (doc.claim?.until ?? 0) ? { doc, state: 'unknown' } : undefined));
    expect(ids(await context())).toEqual([next]);
    expect(await stateOf(id)).toBe('unknown');
  });

  test('of ten at once, one gets it', async () => {
    const id = await say('once');
    const all = await Promise.all(
      Array.from({ length: 10 }, () => hookCalled(desk, caller, { at: 'context', input: tool, mayPrint: true })),
    );
    const got = all.filter((one) => !isRefusal(one) && one.deliveries.length > 0);
    expect(got).toHaveLength(1);
    expect(await read(id)).toMatchObject({
      state: 'claimed',
      claim: { owner: got.map((one) => !isRefusal(one) && one.owner)[0] },
    });
  });

  test('and the terminal: one of them gets it', async () => {
    for (let i = 0; i < 10; i++) {
      const id = await say(`race ${i}`);
      const claim = (doc: Delivery, now: number) =>
        ({
          doc,
          state: 'claimed',
          claim: { path: 'terminal', owner: 'worker 1', session: caller.session, at: now, until: now + 1e6 },
        }) as const;
      const [hook] = await Promise.all([
        context(),
        moveDelivery(desk, id, (doc, _, now) => (doc.state === 'pending' ? claim(doc, now) : undefined)),
      ]);
      const { claim: made, history } = await read(id);
      expect(made?.path).toBe(ids(hook).length > 0 ? 'hook' : 'terminal');
      expect(history).toHaveLength(1);
      await moveDelivery(desk, id, (doc) => ({ doc, state: 'taken' }));
    }
  });

  test('of a session that is over gets nothing', async () => {
    await say('hello');
    const old = { ...caller, token: `${TOKEN}0` };
    expect(await hookCalled(desk, old, { at: 'context', input: tool, mayPrint: true })).toMatchObject({
      refused: 'SESSION_STALE',
    });
  });

  test('ends what is too late on its way', async () => {
    const [old, id] = [await say('old', { expiresIn: 5 }), await say('new')];
    const fetched = await hookCalled(later(10), caller, { at: 'context', input: tool, mayPrint: true });
    expect(ids(good(fetched))).toEqual([id]);
    expect(await stateOf(old)).toBe('expired');
  });

  test('writes nothing when nothing is new', async () => {
    await context();
    desk.calls();
    const before = await desk.books.eventsBefore(undefined, 100);
    await context();
    expect(await desk.books.eventsBefore(undefined, 100)).toEqual(before);
    expect(desk.calls().trips).toBeLessThanOrEqual(4);
  });
});

describe('the end of a turn', () => {
  test('is refused once, and what it brought is taken when the turn went on', async () => {
    const id = await say('go on');
    expect(ids(await stop({ goesOn: false }))).toEqual([id]);
    expect(await read(id)).toMatchObject({ state: 'claimed', claim: { moment: 'stop' } });
    await context(prompt('something else'));
    expect(await stateOf(id)).toBe('claimed');
    await context();
    expect(await stateOf(id)).toBe('taken');
  });

  test('that comes again after it was refused proves what it brought, and is not refused again', async () => {
    const id = await say('go on');
    await stop({ goesOn: false });
    const next = await say('and on');
    expect(ids(await stop({ goesOn: true, mayPrint: false }))).toEqual([]);
    expect([await stateOf(id), await stateOf(next)]).toEqual(['taken', 'pending']);
    expect(await desk.books.read('recipient', work)).toMatchObject({ idle: { session: caller.session } });
  });

  test('that was refused in vain leaves unknown what it brought: in the end, or when the next turn is over', async () => {
    const id = await say('go on');
    await stop({ goesOn: false });
    expect((await read(id)).claim?.until).toBeGreaterThan(desk.clock.now() + STOP_CLAIM_MS - 1000);
    const next = await say('and on');
    expect(ids(await stop({ goesOn: false }))).toEqual([next]);
    expect(await read(id)).toMatchObject({ state: 'unknown', why: 'its turn did not go on' });
  });

  test('without anything to say makes its agent idle, which wakes what comes next; a prompt ends that', async () => {
    await stop();
    expect(await desk.books.read('recipient', work)).toMatchObject({ hooked: caller.session, idle: { session: caller.session } });
    await context(prompt('go'));
    expect(await desk.books.read('recipient', work)).not.toHaveProperty('idle');
    const id = await say('hello');
    desk.woken.length = 0;
    await stop({ mayPrint: false });
    expect(desk.woken).toEqual([`deliveries/${id}`]);
  });
});

describe('a prompt', () => {
  test('that shows what the terminal typed proves it taken, before the screen does', async () => {
    const id = await say('look at the API of the shop');
    await atTerminal(id);
    await context(prompt('something else'));
    expect(await stateOf(id)).toBe('claimed');
    await context(prompt('look at the API of the shop'));
    expect(await read(id)).toMatchObject({ state: 'taken', why: 'its prompt shows it' });
    await moveDelivery(desk, id, (doc) => (doc.state === 'claimed' ? { doc, state: 'unknown' } : undefined));
    expect(await stateOf(id)).toBe('taken');
  });

  test.each(['unknown', 'draft-left'] as const)('that shows what was %s proves it taken after all', async (state) => {
    const id = await say('look at the API of the shop');
    await atTerminal(id);
    await moveDelivery(desk, id, (doc) => ({ doc, state }));
    expect(await desk.books.index('deliveries.undelivered')).toEqual([id]);
    await context(prompt('hm\nlook at the API of the shop'));
    expect(await stateOf(id)).toBe('taken');
    expect(await desk.books.count('deliveries.undelivered')).toBe(0);
  });
});

describe('what was not delivered', () => {
  test('is listed, shown in the status of the town, and named as a reason, until a person takes it off', async () => {
    const [lost, taken, waits] = [await say('lost'), await say('taken'), await say('waits')];
    await moveDelivery(desk, lost, (doc) => ({ doc, state: 'undeliverable', why: 'no agent was there' }));
    await delivered(desk, { ...(await context()), deliveries: [] });
    await moveDelivery(desk, taken, (doc) => ({ doc, state: 'taken' }));
    const shown = await nudgeList(desk.books, { all: false });
    expect(shown).toMatchObject({ waiting: 1, undelivered: 1, nudges: [{ id: lost, why: 'no agent was there' }, { id: waits }] });
    expect((await nudgeList(desk.books, { all: true })).nudges.map(({ id }) => id)).toEqual([lost, taken, waits]);
    expect((await status(desk.books, town, [shop])).nudges).toEqual({ waiting: 1, undelivered: 1 });
    const facts = { town, now: desk.clock.now(), rigs: [shop], session: async () => undefined };
    expect((await why(desk.books, facts, work))?.reasons.at(-1)).toMatchObject({
      code: 'nudge-undelivered',
      change: 'gt nudge list',
    });
    expect(await withdraw(desk, lost)).toEqual({ id: lost, is: 'dismissed' });
    expect((await nudgeList(desk.books, { all: false })).undelivered).toBe(0);
    expect((await why(desk.books, facts, work))?.reasons.map(({ code }) => code)).not.toContain('nudge-undelivered');
  });

  test('can be taken back while it waits, called back from the terminal, and not from its agent', async () => {
    const [a, b] = [await say('a'), await say('b')];
    expect(await withdraw(desk, a)).toEqual({ id: a, is: 'withdrawn' });
    await atTerminal(b);
    expect(await withdraw(desk, b)).toEqual({ id: b, is: 'asked-back' });
    expect(await read(b)).toMatchObject({ state: 'claimed', unwanted: { as: 'withdrawn' } });
    await moveDelivery(desk, b, (doc) => ({ doc, state: 'taken' }));
    expect(await withdraw(desk, b)).toMatchObject({ refused: 'NUDGE_OVER' });
    const c = await say('c');
    await context();
    expect(await withdraw(desk, c)).toMatchObject({ refused: 'NUDGE_OVER', facts: { state: 'with its agent' } });
    expect(await withdraw(desk, 'dl-none')).toMatchObject({ refused: 'NUDGE_UNKNOWN' });
  });

  test('lasts an hour unless said', async () => {
    const { createdAt, expiresAt } = await read(await say('a'));
    expect(expiresAt - createdAt).toBe(NUDGE_EXPIRES_MS);
  });
});
