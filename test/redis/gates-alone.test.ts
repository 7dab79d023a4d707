import { expect, test } from 'vitest';
import { addNeeds } from '#ops/add-needs';
import { createGate, type NewGate } from '#ops/create-gate';
import { addWaiter, judgeGate } from '#ops/judge-gate';
import { sling } from '#ops/sling';
import { work } from '#processors/work';
import { gateList, gateShow } from '#views/gates';
import { status } from '#views/status';
import { type WhyFacts, why } from '#views/why';
import { workShow } from '#views/work-show';
import { deskEachTest, type TestDesk } from '../support/desk.ts';
import { close, good, newItem, shop, TOKEN, town, want } from '../support/shop.ts';

let desk: TestDesk;
deskEachTest((one) => {
  desk = one;
});

const make = (more: Partial<NewGate> = {}) =>
  createGate(desk, { name: 'Ship it?', type: 'human', rig: 'shop', prefix: 'sh', keepsBack: [], ...more });
const say = (id: string, says: 'approve' | 'deny' | 'reopen', agent?: { run: string }) =>
  judgeGate(desk, { id, says, reason: 'because', ...(agent ? { agent } : {}) });
const reasons = async (about: string) => {
  const facts: WhyFacts = { town, rigs: [shop], now: desk.clock.now(), session: async () => undefined };
  return (await why(desk, facts, about))?.reasons;
};

test('an item that waits for a gate leaves the line for a slot, is shown as blocked, and comes back when it is approved', async () => {
  const work = await newItem(desk, 'work');
  await sling(desk, { ids: [work.id] });
  await want(desk, work.id);
  const gate = good(await make({ keepsBack: [work.id] }));
  expect(gate.id).toMatch(/^sh-gate-\w{3}$/);
  expect(await desk.books.count('want')).toBe(0);
  expect(await workShow(desk, work.id)).toMatchObject({
    standing: 'hooked, waiting for 1',
    unmet: [gate.id],
    deps: [{ id: gate.id, title: 'Ship it?', status: 'open', met: false }],
  });
  expect(await reasons(work.id)).toMatchObject([
    { code: 'gate', change: `gt gate approve ${gate.id}, or gt gate deny ${gate.id} --reason …` },
  ]);
  expect((await status(desk.books, town, [shop])).needsYou).toMatchObject([
    { id: gate.id, title: 'Ship it?', why: 'waits for a person' },
  ]);
  desk.woken.length = 0;
  good(await say(gate.id, 'approve'));
  expect(desk.woken).toContain(`work/${work.id}@1`);
  expect(await desk.books.unmet(work.id)).toEqual([[]]);
  expect((await status(desk.books, town, [shop])).needsYou).toEqual([]);
  expect((await reasons(gate.id))?.map(({ code }) => code)).toEqual(['gate-ended']);
});

test('denied it stays blocked with the reason, and goes on only when somebody approves after all', async () => {
  const work = await newItem(desk, 'work');
  await sling(desk, { ids: [work.id] });
  const gate = good(await make({ keepsBack: [work.id] }));
  good(await say(gate.id, 'deny'));
  good(await say(gate.id, 'deny'));
  expect(await desk.books.unmet(work.id)).toEqual([[gate.id]]);
  expect(await reasons(work.id)).toMatchObject([{ code: 'gate-denied', evidence: 'denied by overseer: because' }]);
  expect((await status(desk.books, town, [shop])).needsYou).toMatchObject([{ id: gate.id, why: 'denied by overseer: because' }]);
  expect((await gateList(desk.books, { all: false, limit: 9 })).gates).toMatchObject([{ id: gate.id, state: 'denied' }]);
  expect(good(await say(gate.id, 'reopen'))).toMatchObject({ state: 'waiting' });
  good(await say(gate.id, 'deny'));
  good(await say(gate.id, 'approve'));
  expect(await desk.books.unmet(work.id)).toEqual([[]]);
  expect(good(await say(gate.id, 'approve'))).toMatchObject({ state: 'resolved' });
  expect(await say(gate.id, 'deny')).toMatchObject({ refused: 'GATE_ENDED' });
  expect((await gateList(desk.books, { all: true, limit: 9 })).gates).toHaveLength(1);
});

test('an item that is closed without its gate wakes it', async () => {
  const work = await newItem(desk, 'work');
  const gate = good(await make({ keepsBack: [work.id] }));
  desk.woken.length = 0;
  await close(desk, work.id);
  expect(desk.woken).toContain(`gates/${gate.id}@1`);
});

test('a gate that could never open is refused, and nothing is written', async () => {
  const wrong: Array<Partial<NewGate>> = [
    { type: 'timer' },
    { type: 'bead' },
    { type: 'gh:run' },
    { type: 'gh:pr' },
    { type: 'condition' },
    { type: 'condition', condition: 'all is well' },
    { type: 'condition', condition: 'steps.failed == 0', command: 'true' },
    { type: 'human', command: 'true' },
  ];
  for (const one of wrong) expect(await make(one), JSON.stringify(one)).toMatchObject({ refused: 'GATE_INVALID' });
  expect(await make({ name: ' ' })).toMatchObject({ refused: 'TITLE_INVALID' });
  expect(await make({ keepsBack: ['sh-none'] })).toMatchObject({ refused: 'GATE_TARGET_UNKNOWN' });
  expect(await desk.books.count('gates.open')).toBe(0);
});

test('work that is under way or closed cannot be kept back', async () => {
  const [done, taken] = [await newItem(desk, 'done'), await newItem(desk, 'taken')];
  await close(desk, done.id);
  await sling(desk, { ids: [taken.id] });
  await want(desk, taken.id);
  await desk.grant(taken.id, { token: TOKEN });
  expect(await make({ keepsBack: [done.id] })).toMatchObject({ refused: 'WORK_CLOSED' });
  expect(await make({ keepsBack: [taken.id] })).toMatchObject({ refused: 'GATE_LATE' });
});

test('a gate that waits for what waits for it is refused, from both sides', async () => {
  const [a, b] = [await newItem(desk, 'a'), await newItem(desk, 'b')];
  good(await addNeeds(desk, { id: b.id, on: [a.id] }));
  expect(await make({ type: 'bead', awaitId: `shop:${b.id}`, keepsBack: [a.id] })).toMatchObject({ refused: 'DEP_CYCLE' });
  const gate = good(await make({ type: 'bead', awaitId: b.id }));
  expect(await addNeeds(desk, { id: a.id, on: [gate.id] })).toMatchObject({ refused: 'DEP_CYCLE' });
  const free = await newItem(desk, 'free');
  good(await addNeeds(desk, { id: free.id, on: [gate.id] }));
  expect(await desk.books.read('gate', gate.id)).toMatchObject({ blocks: [free.id] });
  expect(await desk.books.unmet(free.id)).toEqual([[gate.id]]);
});

test('G4: only a gate can be approved', async () => {
  const work = await newItem(desk, 'work');
  expect(await say(work.id, 'approve')).toMatchObject({ refused: 'GATE_IS_NONE', facts: { noun: 'work item' } });
  expect(await say('sh-gate-none', 'approve')).toMatchObject({ refused: 'GATE_UNKNOWN' });
  expect(await addWaiter(desk, { id: work.id, waiter: 'mayor' })).toMatchObject({ refused: 'GATE_IS_NONE' });
});

test('an agent opens no gate that waits for a person, and none that keeps back its own work', async () => {
  const [mine, other] = [await newItem(desk, 'mine'), await newItem(desk, 'other')];
  await sling(desk, { ids: [mine.id] });
  await want(desk, mine.id);
  const run = await desk.grant(mine.id, { token: TOKEN });
  const agent = { run: run.id };
  const human = good(await make({ keepsBack: [other.id] }));
  const mail = good(await make({ type: 'mail', keepsBack: [other.id] }));
  const timer = good(await make({ type: 'timer', timeoutMs: 9e6 }));
  await desk.change(async (reading) => {
    const gate = await reading.get('gate', timer.id);
    return { put: gate ? [{ noun: 'gate', doc: { ...gate, blocks: [mine.id] } }] : [], answer: undefined };
  });
  for (const says of ['approve', 'deny', 'reopen'] as const) {
    expect(await say(human.id, says, agent)).toMatchObject({ refused: 'GATE_PERSONS' });
    expect(await say(timer.id, says, agent)).toMatchObject({ refused: 'GATE_OWN' });
    expect(await say(mail.id, says, { run: 'sh-gone.r1' })).toMatchObject({ refused: 'GATE_OWN' });
  }
  expect(good(await say(mail.id, 'approve', agent))).toMatchObject({ state: 'resolved' });
  expect(await desk.books.read('gate', human.id)).toMatchObject({ state: 'open' });
});

test('who wants to hear of a gate is noted once', async () => {
  const gate = good(await make({ reason: 'the freeze' }));
  good(await addWaiter(desk, { id: gate.id, waiter: 'mayor' }));
  good(await addWaiter(desk, { id: gate.id, waiter: 'mayor' }));
  expect(await gateShow(desk.books, gate.id)).toMatchObject({
    waiters: ['mayor'],
    reason: 'the freeze',
    standing: 'waits for a person',
  });
});

test('a gate that is made while its item is about to ask for a slot keeps it back', async () => {
  const item = await newItem(desk, 'work');
  await sling(desk, { ids: [item.id] });
  const doc = await desk.books.read('work', item.id);
  const gate = good(await make({ keepsBack: [item.id] }));
  // Its job has read the item before the gate was there.
  const again = async () => ({ doc: await desk.books.read('work', item.id), unmet: 1 });
  const turn = { id: item.id, member: `work/${item.id}@1`, doc, unmet: 0, again, signal: new AbortController().signal };
  expect(await work({ ...turn, show: async () => undefined } as never, { desk } as never)).toMatchObject({ do: 'sleep' });
  expect(await desk.books.count('want')).toBe(0);
  good(await say(gate.id, 'approve'));
  await want(desk, item.id);
  good(await make({ keepsBack: [item.id] }));
  expect(await desk.books.count('want')).toBe(0);
});
