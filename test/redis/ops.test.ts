import { expect, test } from 'vitest';
import { isRefusal, refuse } from '#core/refusals';
import { ack } from '#ops/ack';
import { addNeeds } from '#ops/add-needs';
import { createWork, type NewItem } from '#ops/create-work';
import { escalate } from '#ops/escalate';
import { handIn } from '#ops/hand-in';
import { sling } from '#ops/sling';
import { deskEachTest, type TestDesk } from '../support/desk.ts';
import { close as closed, good, newItem, TOKEN } from '../support/shop.ts';

let desk: TestDesk;
deskEachTest((one) => {
  desk = one;
});

const item = (title: string, more?: Partial<NewItem>) => newItem(desk, title, more);
const close = (id: string) => closed(desk, id);

test('an item has an id of its rig, its text, and a job of its own', async () => {
  const work = await item('  Greet  ', { text: { description: 'say hello', notes: '' }, labels: ['b', 'a', 'b'], priority: 0 });
  expect(work).toMatchObject({
    id: expect.stringMatching(/^sh-[0-9a-z]{3}$/),
    title: 'Greet',
    status: 'open',
    priority: 0,
    labels: ['a', 'b'],
  });
  expect(await desk.books.text(work.id)).toEqual({ description: 'say hello' });
  expect(desk.woken).toEqual([`work/${work.id}@1`]);
  expect(await desk.books.index('work.open:shop')).toEqual([work.id]);
});

test('an id that is taken gets longer', async () => {
  const same = { ...desk, random: (bytes: number) => new Uint8Array(bytes) };
  const ids = [];
  for (const title of ['one', 'two', 'three']) ids.push(good(await createWork(same, { rig: 'shop', prefix: 'sh', title })).id);
  expect(ids).toEqual(['sh-000', 'sh-0000', 'sh-00000']);
});

test('a title is one line of at most 500 bytes that no terminal obeys, a text at most 1 MB', async () => {
  for (const title of ['', '   ', 'a\nb', 'a\tb', 'a\x1b[31mb', 'é'.repeat(251)])
    expect(await createWork(desk, { rig: 'shop', prefix: 'sh', title })).toMatchObject({ refused: 'TITLE_INVALID' });
  const notes = 'x'.repeat(1024 * 1024 + 1);
  expect(await createWork(desk, { rig: 'shop', prefix: 'sh', title: 'a', text: { notes } })).toMatchObject({
    refused: 'TEXT_TOO_LONG',
    facts: { field: 'notes' },
  });
  expect(await desk.books.count('work.open')).toBe(0);
});

test('an item may only need items that exist', async () => {
  expect(await createWork(desk, { rig: 'shop', prefix: 'sh', title: 'a', deps: ['sh-none'] })).toMatchObject({
    refused: 'WORK_UNKNOWN',
    facts: { id: 'sh-none' },
  });
});

test('a blocked item is accepted and says what it waits for', async () => {
  const [first, second] = [await item('first'), await item('second')];
  await close(second.id);
  const last = await item('last', { deps: [first.id, second.id] });
  expect(await sling(desk, { ids: [last.id, first.id, 'sh-none'] })).toEqual([
    { id: last.id, slung: true, waitsFor: [first.id] },
    { id: first.id, slung: true, waitsFor: [] },
    { id: 'sh-none', slung: false, refusal: expect.objectContaining({ refused: 'WORK_UNKNOWN' }) },
  ]);
  expect(await desk.books.read('work', last.id)).toMatchObject({ status: 'hooked' });
  expect(await desk.books.read('dispatch', 'town')).toMatchObject({ id: 'town' });
});

test('closing what an item waits for marks it unseen', async () => {
  const first = await item('first');
  const last = await item('last', { deps: [first.id] });
  await sling(desk, { ids: [last.id] });
  desk.woken.length = 0;
  await close(first.id);
  expect(desk.woken).toContain(`work/${last.id}@1`);
  expect(await desk.books.unmet(last.id)).toEqual([[]]);
});

test('each item that is slung gets its own answer', async () => {
  const work = await item('once');
  expect(await sling(desk, { ids: [work.id], rig: 'barn' })).toMatchObject([
    { slung: false, refusal: { refused: 'WORK_ELSEWHERE' } },
  ]);
  expect(await sling(desk, { ids: [work.id, work.id], rig: 'shop', agent: 'codex' })).toMatchObject([{ slung: true }]);
  expect(await sling(desk, { ids: [work.id] })).toMatchObject([{ slung: false, refusal: { refused: 'WORK_TAKEN' } }]);
  expect(await desk.books.read('work', work.id)).toMatchObject({ agent: 'codex' });
});

test('an item that nobody could do is not slung, and told why at once', async () => {
  const work = await item('for nobody', { agent: 'claude' });
  const asked: unknown[] = [];
  const unfit = async (rig: string, agent: string | undefined) => {
    asked.push([rig, agent]);
    return agent === 'shell' ? undefined : refuse('AGENT_UNKNOWN', { agent: agent ?? '', hint: '' });
  };
  expect(await sling(desk, { ids: [work.id], unfit })).toMatchObject([{ slung: false, refusal: { refused: 'AGENT_UNKNOWN' } }]);
  expect(await desk.books.read('work', work.id)).toMatchObject({ status: 'open' });
  expect(await sling(desk, { ids: [work.id], unfit, agent: 'shell' })).toMatchObject([{ slung: true }]);
  expect(asked).toEqual([
    ['shop', 'claude'],
    ['shop', 'shell'],
  ]);
});

test('items are in line in the order in which they were named, and know who put them there', async () => {
  const ids: string[] = [];
  for (let i = 0; i < 10; i++) ids.unshift((await item(`n${i}`)).id);
  const still = { ...desk, clock: { now: () => 5_000_000 } };
  await sling(still, { ids });
  const slung = (await desk.books.readMany('work', ids)).map((work) => [work['slungAt'], work.slungBy]);
  expect(slung).toEqual(ids.map((_, i) => [5_000_000 + i, desk.actor]));
});

test('a cycle is refused with its path', async () => {
  const [a, b, c] = [await item('a'), await item('b'), await item('c')];
  good(await addNeeds(desk, { id: b.id, on: [a.id] }));
  good(await addNeeds(desk, { id: c.id, on: [b.id] }));
  expect(await addNeeds(desk, { id: a.id, on: [c.id] })).toEqual({
    refused: 'DEP_CYCLE',
    facts: { id: a.id, path: `${a.id} → ${c.id} → ${b.id} → ${a.id}` },
  });
  expect(await addNeeds(desk, { id: a.id, on: [a.id] })).toMatchObject({ refused: 'DEP_CYCLE' });
  expect(await desk.books.unmet(a.id)).toEqual([[]]);
});

test('of two who close a circle from both sides at once, one is refused', async () => {
  const [a, b] = [await item('a'), await item('b')];
  const both = await Promise.all([addNeeds(desk, { id: a.id, on: [b.id] }), addNeeds(desk, { id: b.id, on: [a.id] })]);
  expect(both.filter(isRefusal)).toMatchObject([{ refused: 'DEP_CYCLE' }]);
});

test('the first call of a session takes the work, and asking again changes nothing', async () => {
  const work = await item('work');
  await sling(desk, { ids: [work.id] });
  const run = await desk.grant(work.id, { token: TOKEN });
  const caller = { session: `${run.id}.s1`, run: run.id, token: TOKEN };
  const heard = good(await ack(desk, caller));
  expect(heard.session?.ackedAt).toBeGreaterThan(0);
  expect(await desk.books.read('work', work.id)).toMatchObject({ status: 'in_progress' });
  expect(good(await ack(desk, caller)).session?.ackedAt).toBe(heard.session?.ackedAt);
  const acked = (await desk.books.eventsBefore(undefined, 10)).filter((event) => event.type === 'session.acked');
  expect(acked).toHaveLength(1);
});

test('a start alone takes no work and is no sign of life, though its conversation is kept', async () => {
  const work = await item('work');
  await sling(desk, { ids: [work.id] });
  const run = await desk.grant(work.id, { token: TOKEN });
  const caller = { session: `${run.id}.s1`, run: run.id, token: TOKEN };
  const told = { conversation: 'c1', source: 'startup', primed: 'c1' };
  expect(good(await ack(desk, caller, told)).session).toMatchObject({ conversation: 'c1' });
  expect((await desk.books.read('run', run.id))?.session?.ackedAt).toBeUndefined();
  expect(await desk.books.read('work', work.id)).toMatchObject({ status: 'hooked' });
  expect((await desk.books.eventsBefore(undefined, 20)).map(({ type }) => type)).not.toContain('session.acked');
  expect(good(await ack(desk, caller)).session?.ackedAt).toBeGreaterThan(0);
  expect(await desk.books.read('work', work.id)).toMatchObject({ status: 'in_progress' });
});

test("an older session's token is refused", async () => {
  const work = await item('work');
  await sling(desk, { ids: [work.id] });
  const run = await desk.grant(work.id, { token: `${TOKEN}2`, n: 2 });
  const old = { session: `${run.id}.s1`, run: run.id, token: TOKEN };
  const head = 'a'.repeat(40);
  expect(await ack(desk, old)).toMatchObject({ refused: 'SESSION_STALE', facts: { current: `${run.id}.s2` } });
  expect(await handIn(desk, old, { head, target: 'main', author: 'x' })).toMatchObject({ refused: 'SESSION_STALE' });
  expect(await desk.books.read('work', work.id)).toMatchObject({ status: 'hooked' });
});

test('twenty who hand the same in make one request', async () => {
  const work = await item('work');
  await sling(desk, { ids: [work.id] });
  const run = await desk.grant(work.id, { token: TOKEN });
  const caller = { session: `${run.id}.s1`, run: run.id, token: TOKEN };
  const head = 'a'.repeat(40);
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => handIn(desk, caller, { head, target: 'main', author: 'shop/polecats/toast' })),
  );
  const merge = `${work.id}.m1`;
  for (const answer of answers) expect(answer).toMatchObject({ work: work.id, run: run.id, merge, head });
  expect(answers.filter((one) => !isRefusal(one) && !one.again)).toHaveLength(1);
  expect(await desk.books.index('merges.open:shop')).toEqual([merge]);
  expect(await desk.books.read('train', 'shop')).toMatchObject({ id: 'shop' });
  expect((await desk.books.eventsBefore(undefined, 50)).filter((event) => event.type === 'work.handed_in')).toHaveLength(1);
  expect(await handIn(desk, caller, { head: 'b'.repeat(40), target: 'main', author: 'x' })).toMatchObject({
    refused: 'DONE_LATE',
  });
});

test('an outcome without code closes the item by its report', async () => {
  const work = await item('look into it');
  await sling(desk, { ids: [work.id] });
  const run = await desk.grant(work.id, { token: TOKEN });
  const caller = { session: `${run.id}.s1`, run: run.id, token: TOKEN };
  expect(await handIn(desk, caller, { report: ' ' })).toMatchObject({ refused: 'USAGE' });
  expect(good(await handIn(desk, caller, { report: 'it was the cable' }))).toEqual({ work: work.id, run: run.id, again: false });
  expect(good(await handIn(desk, caller, { report: 'again' }))).toMatchObject({ again: true });
  expect(await desk.books.read('work', work.id)).toMatchObject({ status: 'closed', closed: { reason: 'done without code' } });
  expect(await desk.books.text(work.id)).toEqual({ report: 'it was the cable' });
});

test('slinging what waits for a person answers its question', async () => {
  const work = await item('stuck');
  const question = good(await escalate(desk, { subject: work.id, cause: 'max_attempts', why: 'it fails' }));
  const needsYou = { escalation: question.id, why: question.why };
  await desk.change(async (reading) => {
    const now = await reading.get('work', work.id);
    return { put: now ? [{ noun: 'work', doc: { ...now, status: 'in_progress', needsYou } }] : [], answer: undefined };
  });
  expect(await sling(desk, { ids: [work.id] })).toMatchObject([{ slung: true }]);
  expect(await desk.books.count('escalations.open')).toBe(0);
  expect(await desk.books.read('escalation', question.id)).toMatchObject({ state: 'closed', count: 1 });
});

test('the same cause is one question, with a count', async () => {
  const ask = () => escalate(desk, { subject: 'polecats/sh-1.r1', cause: 'fault', why: 'no space', severity: 'high' });
  good(await ask());
  expect(good(await ask())).toMatchObject({ id: 'hq-esc-polecats-sh-1.r1-fault', count: 2, state: 'open' });
  expect(await desk.books.count('escalations.open')).toBe(1);
});
