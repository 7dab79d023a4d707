import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Work } from '#core/records';
import { isRefusal, type Refusal } from '#core/refusals';
import { systemDefaults } from '#core/settings';
import { closing, wantSlot } from '#core/work';
import { createWork, type NewItem } from '#ops/create-work';
import { escalate } from '#ops/escalate';
import { handIn } from '#ops/hand-in';
import { sling } from '#ops/sling';
import type { TownFacts } from '#views/facts';
import { feed, feedAfter } from '#views/feed';
import { hook } from '#views/hook';
import { mqList } from '#views/mq-list';
import { polecatList } from '#views/polecat-list';
import { runOf } from '#views/run-of';
import { status } from '#views/status';
import { type WhyFacts, why } from '#views/why';
import { workList } from '#views/work-list';
import { workShow } from '#views/work-show';
import { rigLayout } from '#world/config/layout';
import type { Rig } from '#world/world';
import { type TestDesk, testDesk } from '../support/desk.ts';
import { type PrivateRedis, privateRedis } from '../support/redis.ts';

let redis: PrivateRedis;
let desk: TestDesk;
beforeAll(async () => {
  redis = await privateRedis();
});
afterAll(async () => {
  desk.close();
  await redis.stop();
});
beforeEach(async () => {
  desk?.close();
  desk = await testDesk(redis.path);
});

const layout = rigLayout('/town', 'shop');
const shop: Rig = {
  name: 'shop',
  file: { type: 'rig', version: 1, name: 'shop', git_url: '/code/shop', beads: { prefix: 'sh' } },
  layout,
  settings: { ...systemDefaults({ freeMemoryBytes: 8e9, cores: 4 }), max_polecats: 1 },
  repo: layout.repo,
  target: 'main',
  checks: { spec: 'none', commands: [] },
};
const town: TownFacts = {
  name: 'town',
  root: '/town',
  up: true,
  processes: [{ name: 'worker', pid: 42, state: 'running', since: 1, why: null }],
  maxPolecats: 10,
};
const facts = (more: Partial<WhyFacts> = {}): WhyFacts => ({
  town,
  rigs: [shop],
  now: desk.clock.now(),
  session: async () => undefined,
  ...more,
});

function good<T>(answer: T | Refusal): T {
  if (isRefusal(answer)) throw new Error(`refused: ${JSON.stringify(answer)}`);
  return answer;
}
const item = async (title: string, more: Partial<NewItem> = {}): Promise<Work> =>
  good(await createWork(desk, { rig: 'shop', prefix: 'sh', title, ...more }));
const want = (id: string) =>
  desk.change(async (reading) => {
    const work = await reading.get('work', id);
    return work ? wantSlot(work, desk.clock.now()) : { refused: 'NOTHING_HOOKED', facts: {} };
  });
const close = (id: string) =>
  desk.change(async (reading) => {
    const work = await reading.get('work', id);
    if (!work) throw new Error(id);
    const { doc, settle } = closing(work, { at: desk.clock.now(), reason: 'landed', commit: 'c'.repeat(40) });
    return { put: [{ noun: 'work', doc }], settle, answer: undefined };
  });
const reasons = async (about: string, more: Partial<WhyFacts> = {}) =>
  (await why(desk.books, facts(more), about))?.reasons.map(({ code }) => code);
const TOKEN = 'tdesk00.sh-000.r1.s1.00112233445566778899';

test('why tells what holds an item up, from its making to its end', async () => {
  const [first, work] = [await item('first'), await item('work')];
  const last = await item('last', { deps: [first.id] });
  expect(await reasons(work.id)).toEqual(['not-slung']);
  await sling(desk, { ids: [last.id, work.id] });
  expect(await reasons(last.id)).toEqual(['needs']);
  expect(await reasons(work.id)).toEqual(['looking']);
  expect(await reasons(work.id, { town: { ...town, up: false } })).toEqual(['town-down', 'looking']);
  await want(work.id);
  expect(await reasons(work.id)).toEqual(['in-line']);
  await sling(desk, { ids: [first.id] });
  await want(first.id);
  const run = await desk.grant(first.id, { token: TOKEN });
  expect(await reasons(work.id)).toEqual(['rig-full', 'in-line']);
  expect(await reasons('shop')).toEqual(['rig-full']);
  for (const about of [first.id, run.id, `${run.id}.s1`, 'toast', 'shop/toast'])
    expect(await reasons(about)).toEqual(['starting']);
  good(
    await handIn(
      desk,
      { session: `${run.id}.s1`, run: run.id, token: TOKEN },
      { head: 'a'.repeat(40), target: 'main', author: 'toast' },
    ),
  );
  expect(await reasons(first.id)).toEqual(['pinning']);
  expect(await reasons('shop/nobody')).toBeUndefined();
  await close(first.id);
  expect((await why(desk.books, facts(), first.id))?.reasons).toMatchObject([{ code: 'closed', evidence: 'landed, cccccccccc' }]);
});

test('why tells a silent agent from one that works', async () => {
  const work = await item('work');
  await sling(desk, { ids: [work.id] });
  const run = await desk.grant(work.id, { token: TOKEN });
  await desk.change(async (reading) => {
    const now = await reading.get('run', run.id);
    if (!now?.session) throw new Error('no session');
    return { put: [{ noun: 'run', doc: { ...now, session: { ...now.session, ackedAt: desk.clock.now() } } }], answer: undefined };
  });
  const now = desk.clock.now();
  const printed = (ago: number) => ({ now, session: async () => ({ state: 'running', lastOutputAt: now - ago, pid: 7 }) });
  expect(await reasons(work.id, printed(1000))).toEqual(['working']);
  expect(await reasons(work.id, printed(180_000))).toEqual(['silent']);
  expect(await reasons(work.id)).toEqual(['working']);
});

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
  expect(await workShow(desk.books, first.id)).toMatchObject({
    standing: 'starting',
    text: { description: 'all of it' },
    run: { address: 'shop/toast', state: 'starting', pid: 4711 },
    hold: { name: 'toast' },
  });
  expect(await workShow(desk.books, last.id)).toMatchObject({ deps: [{ id: first.id, title: 'first', met: false }] });
  expect(await workShow(desk.books, 'sh-none')).toBeUndefined();
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
  expect(await hook(desk.books, { session, run: run.id, token: TOKEN })).toMatchObject({
    id: work.id,
    attempt: 1,
    session,
    rework: null,
    text: { description: expect.any(String) },
  });
  expect(await hook(desk.books, { session, run: run.id, token: `${TOKEN}0` })).toMatchObject({ refused: 'SESSION_STALE' });
  expect((await runOf(desk.books, [shop], work.id))?.id).toBe(run.id);
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
      show: () => workShow(desk.books, one.id),
      why: () => why(desk.books, facts(), one.id),
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
  expect(before).toMatchObject({ polecats: { trips: 3 }, show: { trips: expect.toSatisfy((n) => n <= 8) } });
});
