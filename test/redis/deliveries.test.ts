import { describe, expect, test } from 'vitest';
import { DELIVERIES_KEPT_MS, NUDGE_EXPIRES_MS } from '#core/limits';
import { ack } from '#ops/ack';
import { delivered } from '#ops/hook-called';
import { moveDelivery } from '#ops/move-delivery';
import { nudge } from '#ops/nudge';
import { withdraw } from '#ops/withdraw';
import { dropDeliveries } from '#processors/deacon';
import { nudgeList } from '#views/nudges';
import { status } from '#views/status';
import { why } from '#views/why';
import { type AgentAtWork, agentEachTest } from '../support/agent-at-work.ts';
import { close, good, newItem, shop, town } from '../support/shop.ts';

let at: AgentAtWork;
agentEachTest((one) => {
  at = one;
});

describe('what is said', () => {
  test('stands in the books with its text, has a job, and is in the line of its agent', async () => {
    const id = await at.say('look at\x1b[31m the API\n');
    expect(await at.read(id)).toMatchObject({
      work: at.work,
      rig: 'shop',
      from: 'overseer',
      state: 'pending',
      head: 'look at the API',
      bytes: 15,
    });
    expect(await at.desk.books.text(id)).toEqual({ text: 'look at the API' });
    expect(await at.line()).toEqual([id]);
    expect(at.desk.woken).toEqual([`deliveries/${id}`]);
    expect(await at.desk.books.index('jobs')).toContain(`deliveries/${id}`);
  });

  test('waits in the order in which it was said, also when all is said at once', async () => {
    const said = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((text) => at.say(text)));
    expect(new Set(await at.line())).toEqual(new Set(said));
    const last = await at.say('f');
    expect((await at.line())?.at(-1)).toBe(last);
  });

  test('with the same key takes the place of what still waits', async () => {
    const [first, other, second] = [
      await at.say('1', { key: 'k' }),
      await at.say('2', { key: 'l' }),
      await at.say('3', { key: 'k' }),
    ];
    expect(await at.read(first)).toMatchObject({ state: 'superseded', why: `${second} took its place` });
    expect(await at.line()).toEqual([other, second]);
  });

  test('takes no first prompt away, whatever its key: a session would have nothing to do', async () => {
    const first = await at.say('your assignment', { key: 'first prompt', first: at.caller.session });
    const other = await at.say('hello', { key: 'first prompt' });
    expect([await at.stateOf(first), await at.line()]).toEqual(['pending', [first, other]]);
    const anew = await at.say('your assignment', { key: 'first prompt', first: at.caller.session });
    expect([await at.stateOf(first), await at.stateOf(other), await at.line()]).toEqual(['superseded', 'pending', [other, anew]]);
  });

  test('with a key that is no key is refused', async () => {
    for (const key of ['', 'x'.repeat(101), 'a\nb'])
      expect(await nudge(at.desk, { to: 'x', work: at.work, mode: 'queue', text: 'x', key })).toMatchObject({ refused: 'USAGE' });
  });

  test('is refused when it is empty, too large, or for nobody', async () => {
    const to = { to: 'x', work: at.work, mode: 'wait-idle' as const };
    expect(await nudge(at.desk, { ...to, text: ' \x07 ' })).toMatchObject({ refused: 'USAGE' });
    expect(await nudge(at.desk, { ...to, text: 'x'.repeat(5 * 1024 * 1024) })).toMatchObject({
      refused: 'NUDGE_TOO_LARGE',
      facts: { bytes: 5 * 1024 * 1024 },
    });
    expect(await nudge(at.desk, { ...to, work: 'sh-none', text: 'hi' })).toMatchObject({ refused: 'WORK_UNKNOWN' });
    const idle = await newItem(at.desk, 'idle');
    expect(await nudge(at.desk, { ...to, work: idle.id, text: 'hi' })).toMatchObject({ refused: 'NUDGE_NOBODY' });
    await close(at.desk, idle.id);
    expect(await nudge(at.desk, { ...to, work: idle.id, text: 'hi' })).toMatchObject({ refused: 'WORK_CLOSED' });
    expect(await at.line()).toBeUndefined();
  });

  test('is looked at by its job when its agent says hello', async () => {
    const id = await at.say('hello');
    at.desk.woken.length = 0;
    good(await ack(at.desk, at.caller));
    expect(at.desk.woken).toContain(`deliveries/${id}`);
  });
});

describe('what was not delivered', () => {
  test('is listed, shown in the status of the town, and named as a reason, until a person takes it off', async () => {
    const [lost, taken, waits] = [await at.say('lost'), await at.say('taken'), await at.say('waits')];
    await moveDelivery(at.desk, lost, (doc) => ({ doc, state: 'undeliverable', why: 'no agent was there' }));
    await delivered(at.desk, { ...(await at.context()), deliveries: [] });
    await moveDelivery(at.desk, taken, (doc) => ({ doc, state: 'taken' }));
    const shown = await nudgeList(at.desk.books, { all: false });
    expect(shown).toMatchObject({
      waiting: 1,
      mail: 0,
      undelivered: 1,
      nudges: [{ id: lost, why: 'no agent was there' }, { id: waits }],
    });
    expect((await nudgeList(at.desk.books, { all: true })).nudges.map(({ id }) => id)).toEqual([lost, taken, waits]);
    expect((await status(at.desk.books, town, [shop])).nudges).toEqual({ waiting: 1, undelivered: 1 });
    const facts = { town, now: at.desk.clock.now(), rigs: [shop], session: async () => undefined };
    expect((await why(at.desk, facts, at.work))?.reasons.at(-1)).toMatchObject({
      code: 'nudge-undelivered',
      change: expect.stringMatching(/^gt nudge list, then gt nudge withdraw dl-/),
    });
    expect(await withdraw(at.desk, lost)).toEqual({ id: lost, is: 'dismissed' });
    expect((await nudgeList(at.desk.books, { all: false })).undelivered).toBe(0);
    expect((await why(at.desk, facts, at.work))?.reasons.map(({ code }) => code)).not.toContain('nudge-undelivered');
  });

  test('can be taken back while it waits, called back from the terminal, and not from its agent', async () => {
    const [a, b] = [await at.say('a'), await at.say('b')];
    expect(await withdraw(at.desk, a)).toEqual({ id: a, is: 'withdrawn' });
    await at.atTerminal(b);
    expect(await withdraw(at.desk, b)).toEqual({ id: b, is: 'asked-back' });
    expect(await at.read(b)).toMatchObject({ state: 'claimed', unwanted: { as: 'withdrawn' } });
    await moveDelivery(at.desk, b, (doc) => ({ doc, state: 'taken' }));
    expect(await withdraw(at.desk, b)).toMatchObject({ refused: 'NUDGE_OVER' });
    const c = await at.say('c');
    await at.context();
    expect(await withdraw(at.desk, c)).toMatchObject({ refused: 'NUDGE_OVER', facts: { state: 'with its agent' } });
    expect(await withdraw(at.desk, 'dl-none')).toMatchObject({ refused: 'NUDGE_UNKNOWN' });
  });

  test('lasts an hour unless said', async () => {
    const { createdAt, expiresAt } = await at.read(await at.say('a'));
    expect(expiresAt - createdAt).toBe(NUDGE_EXPIRES_MS);
  });
});

describe('what has ended', () => {
  test('is kept for a week, then dropped with its text, and the rest stays', async () => {
    const [old, open] = [await at.say('old'), await at.say('open')];
    await at.atTerminal(old);
    await moveDelivery(at.desk, old, (doc) => ({ doc, state: 'unknown' }));
    await dropDeliveries(at.desk);
    expect(await at.stateOf(old)).toBe('unknown');
    await dropDeliveries(at.later(DELIVERIES_KEPT_MS));
    expect(await at.desk.books.read('delivery', old)).toBeUndefined();
    expect(await at.desk.books.text(old)).toEqual({});
    for (const index of ['deliveries.ended', 'deliveries.undelivered', `deliveries.undelivered:${at.work}`])
      expect(await at.desk.books.index(index)).toEqual([]);
    expect(await at.stateOf(open)).toBe('pending');
  });
});
