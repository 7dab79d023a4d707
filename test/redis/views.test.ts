import { expect, test } from 'vitest';
import type { NewItem } from '#ops/create-work';
import { escalate } from '#ops/escalate';
import { handIn } from '#ops/hand-in';
import { sling } from '#ops/sling';
import { feed, feedAfter } from '#views/feed';
import { hook } from '#views/hook';
import { mqList } from '#views/mq-list';
import { polecatList } from '#views/polecat-list';
import { runOf } from '#views/run-of';
import { status } from '#views/status';
import { why } from '#views/why';
import { workList } from '#views/work-list';
import { workShow } from '#views/work-show';
import { deskEachTest, type TestDesk } from '../support/desk.ts';
import { agentStep, laid } from '../support/laid.ts';
import { close as closed, good, newItem, shop, TOKEN, town, want as wanted } from '../support/shop.ts';

let desk: TestDesk;
deskEachTest((one) => {
  desk = one;
});

const item = (title: string, more?: Partial<NewItem>) => newItem(desk, title, more);
const want = (id: string) => wanted(desk, id);
const close = (id: string) => closed(desk, id);

test('a list shows what each item waits for, in words', async () => {
  const first = await item('first');
  const last = await item('last', { deps: [first.id] });
  await sling(desk, { ids: [first.id] });
  await want(first.id);
  const { items, total } = await workList(desk.books, { which: 'open', limit: 10, rig: 'shop' });
  expect(total).toBe(2);
  expect(items).toMatchObject([
    { id: first.id, standing: 'waits for a slot', unmet: [] },
    { id: last.id, standing: 'blocked', unmet: [first.id] },
  ]);
  await close(first.id);
  expect(await workList(desk.books, { which: 'closed', limit: 10 })).toMatchObject({
    total: 1,
    items: [{ id: first.id, standing: 'closed' }],
  });
});

test('an item is shown with its text, its needs and what has it', async () => {
  const first = await item('first', { text: { description: 'all of it' } });
  const last = await item('last', { deps: [first.id] });
  await sling(desk, { ids: [first.id] });
  await desk.grant(first.id, { token: TOKEN });
  expect(await workShow(desk, first.id)).toMatchObject({
    standing: 'starting',
    text: { description: 'all of it' },
    run: { address: 'shop/toast', state: 'starting', pid: 4711 },
    hold: { name: 'toast' },
  });
  expect(await workShow(desk, last.id)).toMatchObject({ deps: [{ id: first.id, title: 'first', met: false }] });
  expect(await workShow(desk, 'sh-none')).toBeUndefined();
});

test('the status of a town is what runs, what waits and what needs a person', async () => {
  const work = await item('work');
  await item('other');
  await sling(desk, { ids: [work.id] });
  await want(work.id);
  expect(await status(desk.books, town, [shop])).toMatchObject({
    slots: { taken: 0, waiting: 1 },
    rigs: [{ counts: { open: 2, hooked: 1, waiting: 1 } }],
  });
  await desk.grant(work.id, { token: TOKEN });
  good(await escalate(desk, { subject: 'shop', cause: 'base_red', why: 'main is red' }));
  const shown = await status(desk.books, town, [shop]);
  expect(shown).toMatchObject({
    town: { name: 'town', up: true },
    processes: [{ name: 'worker', pid: 42 }],
    slots: { taken: 1, of: 10, waiting: 0 },
    escalations: [{ subject: 'shop', why: 'main is red' }],
    rigs: [
      {
        name: 'shop',
        refinery: { warning: 'no checks configured', queued: 0 },
        polecats: [{ name: 'toast', work: work.id, pid: 4711 }],
        counts: { waiting: 0 },
      },
    ],
  });
});

test('a queue shows its requests in order, and the train', async () => {
  const work = await item('work');
  await sling(desk, { ids: [work.id] });
  const run = await desk.grant(work.id, { token: TOKEN });
  good(
    await handIn(
      desk,
      { session: `${run.id}.s1`, run: run.id, token: TOKEN },
      { head: 'a'.repeat(40), target: 'main', author: 'toast' },
    ),
  );
  expect(await mqList(desk.books, shop)).toMatchObject({
    rig: 'shop',
    current: null,
    blocked: null,
    requests: [{ id: `${work.id}.m1`, place: 1, state: 'submitted', ended: null }],
  });
});

test('a session sees what is on its hook, and an older one does not', async () => {
  const work = await item('work', { text: { description: '```sh\ntrue\n```' } });
  await sling(desk, { ids: [work.id] });
  const run = await desk.grant(work.id, { token: TOKEN });
  const session = `${run.id}.s1`;
  expect(await hook(desk, { session, run: run.id, token: TOKEN })).toMatchObject({
    id: work.id,
    attempt: 1,
    session,
    rework: null,
    text: { description: expect.any(String) },
  });
  expect(await hook(desk, { session, run: run.id, token: `${TOKEN}0` })).toMatchObject({ refused: 'TOKEN_UNKNOWN' });
  expect((await runOf(desk.books, [shop], work.id))?.id).toBe(run.id);
});

test('what came back after its steps were done is mended as a whole; a run that closes the last of them where one has died has no more to do', async () => {
  const work = await item('work');
  const mol = await laid(desk, [agentStep('a')], { work: work.id });
  await sling(desk, { ids: [work.id] });
  await desk.change(async (reading) => {
    const doc = await reading.get('work', work.id);
    return { put: doc ? [{ noun: 'work', doc: { ...doc, rework: { kind: 'died', evidence: '' } } }] : [], answer: undefined };
  });
  const run = await desk.grant(work.id, { token: TOKEN });
  const closes = async (at: number) =>
    desk.change(async (reading) => {
      const doc = await reading.get('molecule', mol.id);
      const closed = { at, outcome: 'done' as const, reason: 'done', by: 'gt' };
      return { put: doc ? [{ noun: 'molecule', doc: { ...doc, state: 'closed', closed } }] : [], answer: undefined };
    });
  const caller = { session: `${run.id}.s1`, run: run.id, token: TOKEN };
  await closes(run.grantedAt + 1);
  expect(await hook(desk, caller)).toMatchObject({ rework: { kind: 'died' }, molecule: { id: mol.id } });
  await closes(run.grantedAt - 1);
  expect(await hook(desk, caller)).toMatchObject({ rework: { kind: 'died' }, molecule: null });
});

test('the feed has the last events that match, in order, and goes on from any of them', async () => {
  const work = await item('work');
  await item('other', { rig: 'barn' });
  const all = await feed(desk.books, {}, 10);
  expect(all.map(({ type, rig }) => `${rig} ${type}`)).toEqual(['shop work.created', 'barn work.created']);
  expect(await feed(desk.books, { rig: 'barn', type: 'work' }, 10)).toHaveLength(1);
  expect(await feed(desk.books, { type: 'work.slung' }, 10)).toEqual([]);
  await sling(desk, { ids: [work.id] });
  const after = await feedAfter(desk.books, { about: work.id }, all.at(-1)?.id ?? '');
  expect(after.events.map(({ type }) => type)).toEqual(['work.slung']);
  expect(await feedAfter(desk.books, {}, after.last)).toEqual({ events: [], last: after.last });
});

test('views read no more than they show, however much there was', async () => {
  const one = await item('stays');
  await sling(desk, { ids: [one.id] });
  await desk.grant(one.id, { token: TOKEN });
  const cost = async () => {
    const costs: Record<string, unknown> = {};
    for (const [name, view] of Object.entries({
      status: () => status(desk.books, town, [shop]),
      polecats: () => polecatList(desk.books),
      queue: () => mqList(desk.books, shop),
      list: () => workList(desk.books, { which: 'open', limit: 10 }),
      show: () => workShow(desk, one.id),
      why: () => why(desk, { town, rigs: [shop], now: 0, session: async () => undefined }, one.id),
      feed: () => feed(desk.books, {}, 5),
    })) {
      desk.calls();
      await view();
      costs[name] = desk.calls();
    }
    return costs;
  };
  const before = await cost();
  for (let i = 0; i < 60; i++) await close((await item(`done ${i}`)).id);
  expect(await cost()).toEqual(before);
  expect(before).toMatchObject({ polecats: { trips: 4 }, show: { trips: expect.toSatisfy((n) => n <= 8) } });
});
