import { expect, test } from 'vitest';
import type { Identity } from '#core/roles';
import type { NewItem } from '#ops/create-work';
import { handIn } from '#ops/hand-in';
import { sling } from '#ops/sling';
import { type WhyFacts, why } from '#views/why';
import { deskEachTest, type TestDesk } from '../support/desk.ts';
import { aLasting } from '../support/records.ts';
import { close as closed, good, newItem, shop, TOKEN, town, want as wanted } from '../support/shop.ts';

let desk: TestDesk;
deskEachTest((one) => {
  desk = one;
});

const facts = (more: Partial<WhyFacts> = {}): WhyFacts => ({
  town,
  rigs: [shop],
  now: desk.clock.now(),
  session: async () => undefined,
  ...more,
});

const item = (title: string, more?: Partial<NewItem>) => newItem(desk, title, more);
const want = (id: string) => wanted(desk, id);
const close = (id: string) => closed(desk, id);
const reasons = async (about: string, more: Partial<WhyFacts> = {}) =>
  (await why(desk, facts(more), about))?.reasons.map(({ code }) => code);

/** A crew member, shop/crew/ann. */
async function hire(): Promise<void> {
  const ann = aLasting('sh-crew-ann', { role: 'crew', rig: 'shop', name: 'ann' });
  await desk.change(async (reading) => {
    await reading.get('agent', ann.id);
    return { put: [{ noun: 'agent', doc: ann }], answer: undefined };
  });
}

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
  expect((await why(desk, facts(), first.id))?.reasons).toMatchObject([{ code: 'closed', evidence: 'landed, cccccccccc' }]);
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

test('why knows agents by the names that other verbs take, and the roles that gt fills itself', async () => {
  await hire();
  const [whole, ...others] = await Promise.all(['shop/crew/ann', 'shop/ann', 'ann'].map((about) => why(desk, facts(), about)));
  expect(whole).toMatchObject({ about: 'sh-crew-ann', title: 'shop/crew/ann' });
  expect(others).toEqual([whole, whole]);
  for (const about of ['shop/witness', 'shop/refinery', 'deacon', 'boot'])
    expect(await reasons(about, { town: { ...town, up: false } })).toEqual(['town-down']);
});

test('why tells of an overlay that is left out where it concerns the agent that is asked about, and only there', async () => {
  const work = await item('work');
  const fault = {
    refused: 'PROMPT_INVALID',
    facts: { file: 'directives/polecat.md', why: 'it is a directory', hint: 'Mend it.' },
  } as const;
  const prompts = ({ role, rig }: Identity) => (role === 'polecat' && rig === 'shop' ? [fault] : []);
  await hire();
  await sling(desk, { ids: [work.id] });
  expect(await reasons(work.id, { prompts })).toEqual(['looking']);
  await want(work.id);
  await desk.grant(work.id, { token: TOKEN });
  for (const about of [work.id, 'toast']) {
    const told = (await why(desk, facts({ prompts }), about))?.reasons.at(-1);
    expect(told).toMatchObject({ code: 'left-out', evidence: 'directives/polecat.md: it is a directory', change: 'Mend it.' });
    expect(told?.what).toContain('shop/polecats/toast');
  }
  expect(await reasons('shop/crew/ann', { prompts })).not.toContain('left-out');
  await close(work.id);
  expect(await reasons(work.id, { prompts })).toEqual(['closed']);
});

test('why tells of an item whose rig has just started another, and when it may start the next', async () => {
  const [work, paced] = [
    await item('work'),
    { ...shop, settings: { ...shop.settings, max_polecats: 4, worker_spawn_delay: 5000 } },
  ];
  await sling(desk, { ids: [work.id] });
  await want(work.id);
  await desk.change(async (reading) => {
    const slots = await reading.get('dispatch', 'town');
    return { put: slots ? [{ noun: 'dispatch', doc: { ...slots, begunAt: { shop: 10_000 } } }] : [], answer: undefined };
  });
  const [first] = (await why(desk, facts({ rigs: [paced], now: 12_000 }), work.id))?.reasons ?? [];
  expect(first).toMatchObject({ code: 'rig-paced', evidence: 'the last one began 2 s ago: the next one may in 3 s' });
  expect(await reasons(work.id, { rigs: [paced], now: 15_000 })).toEqual(['in-line']);
  expect(await reasons(work.id, { rigs: [shop], now: 12_000 })).toEqual(['in-line']);
});
