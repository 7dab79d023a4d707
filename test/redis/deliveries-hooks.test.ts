import { describe, expect, test } from 'vitest';
import { HOOK_CLAIM_MS, STOP_CLAIM_MS } from '#core/limits';
import type { Delivery } from '#core/records';
import { isRefusal } from '#core/refusals';
import { delivered, hookCalled } from '#ops/hook-called';
import { moveDelivery } from '#ops/move-delivery';
import { type AgentAtWork, agentEachTest, ids, prompt, tool } from '../support/agent-at-work.ts';
import { good, TOKEN } from '../support/shop.ts';

let at: AgentAtWork;
agentEachTest((one) => {
  at = one;
});

describe('a hook with context', () => {
  test('claims what waits by id, in order, and it is taken once it is printed', async () => {
    const [a, b] = [await at.say('first'), await at.say('second')];
    const fetched = await at.context();
    expect(fetched.deliveries).toMatchObject([
      { id: a, from: 'overseer', text: 'first' },
      { id: b, text: 'second' },
    ]);
    expect(await at.read(a)).toMatchObject({
      state: 'claimed',
      claim: { path: 'hook', session: at.caller.session, moment: 'context' },
    });
    expect(ids(await at.context())).toEqual([]);
    await delivered(at.desk, fetched);
    expect([await at.stateOf(a), await at.stateOf(b), await at.line()]).toEqual(['taken', 'taken', []]);
  });

  test('that was killed before it printed leaves a claim that runs out: unknown, and no other hook gets it', async () => {
    const id = await at.say('first');
    await at.context();
    const next = await at.say('second');
    expect(ids(await at.context())).toEqual([]);
    const after = at.later(HOOK_CLAIM_MS);
    await moveDelivery(after, id, (doc, _, now) => (now >= (doc.claim?.until ?? 0) ? { doc, state: 'unknown' } : undefined));
    expect(ids(await at.context())).toEqual([next]);
    expect(await at.stateOf(id)).toBe('unknown');
  });

  test('whose time is over claims nothing: the next one gets it; and at the end of a turn its agent is idle all the same', async () => {
    const id = await at.say('for the next');
    const over = { mayPrint: true, hold: () => false };
    expect(ids(good(await hookCalled(at.desk, at.caller, { at: 'context', input: tool, ...over })))).toEqual([]);
    expect(ids(good(await hookCalled(at.desk, at.caller, { at: 'stop', input: {}, ...over })))).toEqual([]);
    expect(await at.stateOf(id)).toBe('pending');
    expect((await at.desk.books.read('recipient', at.work))?.idle).toMatchObject({ session: at.caller.session });
    expect(ids(await at.context())).toEqual([id]);
  });

  test('of ten at once, one gets it', async () => {
    const id = await at.say('once');
    const all = await Promise.all(
      Array.from({ length: 10 }, () => hookCalled(at.desk, at.caller, { at: 'context', input: tool, mayPrint: true })),
    );
    const got = all.filter((one) => !isRefusal(one) && one.deliveries.length > 0);
    expect(got).toHaveLength(1);
    expect(await at.read(id)).toMatchObject({
      state: 'claimed',
      claim: { owner: got.map((one) => !isRefusal(one) && one.owner)[0] },
    });
  });

  test('and the terminal: one of them gets it', async () => {
    for (let i = 0; i < 10; i++) {
      const id = await at.say(`race ${i}`);
      const claim = (doc: Delivery, now: number) =>
        ({
          doc,
          state: 'claimed',
          claim: { path: 'terminal', owner: 'worker 1', session: at.caller.session, at: now, until: now + 1e6 },
        }) as const;
      const [hook] = await Promise.all([
        at.context(),
        moveDelivery(at.desk, id, (doc, _, now) => (doc.state === 'pending' ? claim(doc, now) : undefined)),
      ]);
      const { claim: made, history } = await at.read(id);
      expect(made?.path).toBe(ids(hook).length > 0 ? 'hook' : 'terminal');
      expect(history).toHaveLength(1);
      await moveDelivery(at.desk, id, (doc) => ({ doc, state: 'taken' }));
    }
  });

  test('of a session that is over gets nothing', async () => {
    await at.say('hello');
    const old = { ...at.caller, session: `${at.caller.run}.s0`, token: `${TOKEN}0` };
    expect(await hookCalled(at.desk, old, { at: 'context', input: tool, mayPrint: true })).toMatchObject({
      refused: 'SESSION_STALE',
    });
  });

  test('ends what is too late on its way', async () => {
    const [old, id] = [await at.say('old', { expiresIn: 5 }), await at.say('new')];
    const fetched = await hookCalled(at.later(10), at.caller, { at: 'context', input: tool, mayPrint: true });
    expect(ids(good(fetched))).toEqual([id]);
    expect(await at.stateOf(old)).toBe('expired');
  });

  test('writes nothing when nothing is new', async () => {
    await at.context();
    at.desk.calls();
    const before = await at.desk.books.eventsBefore(undefined, 100);
    await at.context();
    expect(await at.desk.books.eventsBefore(undefined, 100)).toEqual(before);
    expect(at.desk.calls().trips).toBeLessThanOrEqual(4);
  });
});

describe('the end of a turn', () => {
  test('is refused once, and what it brought is taken when the turn went on', async () => {
    const id = await at.say('go on');
    expect(ids(await at.stop({ goesOn: false }))).toEqual([id]);
    expect(await at.read(id)).toMatchObject({ state: 'claimed', claim: { moment: 'stop' } });
    await at.context(prompt('something else'));
    expect(await at.stateOf(id)).toBe('claimed');
    await at.context();
    expect(await at.stateOf(id)).toBe('taken');
  });

  test('that comes again after it was refused proves what it brought, and is not refused again', async () => {
    const id = await at.say('go on');
    await at.stop({ goesOn: false });
    const next = await at.say('and on');
    expect(ids(await at.stop({ goesOn: true, mayPrint: false }))).toEqual([]);
    expect([await at.stateOf(id), await at.stateOf(next)]).toEqual(['taken', 'pending']);
    expect(await at.desk.books.read('recipient', at.work)).toMatchObject({ idle: { session: at.caller.session } });
  });

  test('that was refused in vain leaves unknown what it brought: in the end, or when the next turn is over', async () => {
    const id = await at.say('go on');
    await at.stop({ goesOn: false });
    expect((await at.read(id)).claim?.until).toBeGreaterThan(at.desk.clock.now() + STOP_CLAIM_MS - 1000);
    const next = await at.say('and on');
    expect(ids(await at.stop({ goesOn: false }))).toEqual([next]);
    expect(await at.read(id)).toMatchObject({ state: 'unknown', why: 'its turn did not go on' });
  });

  test('without anything to say makes its agent idle, which wakes what comes next; a prompt ends that', async () => {
    await at.stop();
    expect(await at.desk.books.read('recipient', at.work)).toMatchObject({
      hooked: at.caller.session,
      idle: { session: at.caller.session },
    });
    await at.context(prompt('go'));
    expect(await at.desk.books.read('recipient', at.work)).not.toHaveProperty('idle');
    const id = await at.say('hello');
    at.desk.woken.length = 0;
    await at.stop({ mayPrint: false });
    expect(at.desk.woken).toEqual([`deliveries/${id}`]);
  });
});

describe('a prompt', () => {
  test('that shows what the terminal typed proves it taken, before the screen does', async () => {
    const id = await at.say('look at the API of the shop');
    await at.atTerminal(id);
    await at.context(prompt('something else'));
    expect(await at.stateOf(id)).toBe('claimed');
    await at.context(prompt('look at the API of the shop'));
    expect(await at.read(id)).toMatchObject({ state: 'taken', why: 'its prompt shows it' });
    await moveDelivery(at.desk, id, (doc) => (doc.state === 'claimed' ? { doc, state: 'unknown' } : undefined));
    expect(await at.stateOf(id)).toBe('taken');
  });

  test.each(['unknown', 'draft-left'] as const)('that shows what was %s proves it taken after all', async (state) => {
    const id = await at.say('look at the API of the shop');
    await at.atTerminal(id);
    await moveDelivery(at.desk, id, (doc) => ({ doc, state }));
    expect(await at.desk.books.index('deliveries.undelivered')).toEqual([id]);
    await at.context(prompt('hm\nlook at the API of the shop'));
    expect(await at.stateOf(id)).toBe('taken');
    expect(await at.desk.books.count('deliveries.undelivered')).toBe(0);
  });
});
