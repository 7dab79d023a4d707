import { beforeEach, expect, test } from 'vitest';
import { RENEW_MS } from '#core/limits';
import type { Run } from '#core/records';
import { explain, Refused, refuse } from '#core/refusals';
import { handOff } from '#ops/hand-off';
import { sling } from '#ops/sling';
import { AGAIN_MS, Eyes } from '#processors/eyes';
import { orSuspend } from '#processors/suspend';
import { status } from '#views/status';
import { why } from '#views/why';
import type { Host } from '#world/pty/host';
import type { World } from '#world/world';
import { deskEachTest, type TestDesk } from '../support/desk.ts';
import { SaidHost } from '../support/said-host.ts';
import { newItem, shop, TOKEN, town, want } from '../support/shop.ts';

let desk: TestDesk;
let host: SaidHost;
let id: string;
let late = 0;
let world: World;
deskEachTest((one) => {
  desk = one;
});
beforeEach(async () => {
  host = new SaidHost();
  late = 0;
  const clock = { now: () => desk.clock.now() + late };
  const agents = { preset: () => ({ screen: { ready: [{ where: 'footer', match: '>' }], dialogs: [] } }) };
  world = { desk: { ...desk, clock }, host: () => host as unknown as Host, rig: () => ({}), agents } as unknown as World;
  ({ id } = await newItem(desk, 'work'));
  await sling(desk, { ids: [id] });
  await want(desk, id);
  await desk.grant(id, { token: TOKEN });
});

const run = async () => (await desk.books.read('run', `${id}.r1`)) as Run;
const shows = async () => (await run()).session?.shows;
/** The next renewal of the run's lock. */
async function look(eyes: Eyes, printed = 1): Promise<void> {
  late += RENEW_MS;
  host.seq += printed;
  await eyes.look(await run());
}

test('a dialog that stays is written down with its time and an event, asked of a person, and taken back when it is gone', async () => {
  const eyes = new Eyes(world);
  host.looks = 'dialog';
  await look(eyes);
  const first = desk.clock.now() + late;
  expect(await shows()).toBeUndefined();
  await look(eyes);
  expect(await shows()).toMatchObject({ is: 'dialog', what: 'the screen says dialog' });
  expect((await shows())?.since).toBeLessThanOrEqual(first);
  const facts = { town, rigs: [shop], now: desk.clock.now(), session: async () => undefined };
  expect((await why(desk, facts, id))?.reasons[0]).toMatchObject({ code: 'asks', change: 'gt attach shop/toast' });
  const { needsYou, rigs } = await status(desk.books, town, [shop]);
  expect(needsYou).toMatchObject([{ id, why: 'its agent asks: the screen says dialog', todo: 'gt attach shop/toast' }]);
  expect(rigs[0]?.polecats).toMatchObject([{ state: 'blocked' }]);
  expect((await desk.books.eventsBefore(undefined, 1)).map(({ type }) => type)).toEqual(['session.blocked']);
  host.looks = 'busy';
  await look(eyes);
  expect(await shows()).toBeUndefined();
  expect((await status(desk.books, town, [shop])).needsYou).toEqual([]);
});

test('a limit that stays waits for a person, after two looks, and is taken back when it is gone', async () => {
  const eyes = new Eyes(world);
  host.looks = 'limited';
  await look(eyes);
  expect((await status(desk.books, town, [shop])).needsYou).toEqual([]);
  await look(eyes);
  const todo = 'gt nudge shop/toast "go on"';
  const { needsYou, needs } = await status(desk.books, town, [shop]);
  expect(needsYou).toMatchObject([{ id, why: 'the screen says limited', todo }]);
  expect(needs.first).toMatchObject([{ kind: 'agent', blocks: [id], todo }]);
  const facts = { town, rigs: [shop], now: desk.clock.now(), session: async () => undefined };
  expect((await why(desk, facts, id))?.reasons[0]).toMatchObject({ change: todo, evidence: 'the screen says limited' });
  host.looks = 'busy';
  await look(eyes);
  expect((await status(desk.books, town, [shop])).needsYou).toEqual([]);
});

test('a start that is refused is told by status and why at once, long before its run gives up, and after a session too that came between', async () => {
  const settings = { operational: { suspend_after: 60_000 } };
  const no = { ...world, rig: () => ({ settings }) } as unknown as World;
  host.running = false;
  const { session, ...run1 } = await run();
  const noted = { ...session, at: desk.clock.now() } as NonNullable<Run['session']>;
  await desk.change(async (reading) => {
    await reading.get('run', run1.id);
    return {
      put: [{ noun: 'run', doc: { ...run1, session: { id: noted.id, token: noted.token, at: noted.at } } }],
      answer: undefined,
    };
  });
  await orSuspend(new Refused(refuse('TOWN_DOWN')), await run(), no);
  expect(await run()).toMatchObject({
    state: expect.not.stringMatching('ended'),
    unfit: { why: explain(refuse('TOWN_DOWN')).says },
  });
  expect((await status(desk.books, town, [shop])).needsYou).toMatchObject([{ id, why: explain(refuse('TOWN_DOWN')).says }]);
  const facts = { town, rigs: [shop], now: desk.clock.now(), session: async () => undefined };
  expect((await why(desk, facts, id))?.reasons[0]).toMatchObject({
    code: 'cannot-start',
    change: explain(refuse('TOWN_DOWN')).try,
  });
  const exit = { code: 1, signal: null, at: desk.clock.now() + 10 };
  await desk.change(async (reading) => {
    const doc = (await reading.get('run', run1.id)) as Run;
    return { put: [{ noun: 'run', doc: { ...doc, session: { ...noted, exit } } }], answer: undefined };
  });
  expect((await status(desk.books, town, [shop])).needsYou).toEqual([]);
  late += 20;
  await orSuspend(new Refused(refuse('TOWN_DOWN')), await run(), { ...no, desk: world.desk });
  expect((await status(desk.books, town, [shop])).needsYou).toMatchObject([{ id, why: explain(refuse('TOWN_DOWN')).says }]);
});

test('a dialog that comes and goes between two looks is nothing, and a look that says the same again writes nothing', async () => {
  const eyes = new Eyes(world);
  for (const state of ['dialog', 'busy', 'dialog', 'idle'] as const) {
    host.looks = state;
    await look(eyes);
    expect(await shows()).toBeUndefined();
  }
  await look(eyes);
  const { since } = (await shows()) ?? {};
  expect(since).toBeDefined();
  const now = await run();
  desk.calls(); // counts from here
  late += RENEW_MS;
  host.seq++;
  await eyes.look(now);
  expect(desk.calls().commands).toBe(0);
  expect((await shows())?.since).toBe(since);
});

test('a screen is looked at once a renewal at most, and not again while nothing was printed', async () => {
  const eyes = new Eyes(world);
  host.looks = 'dialog';
  await look(eyes);
  await eyes.look(await run());
  expect(host.looked).toBe(1);
  await look(eyes, 0);
  expect(host.looked).toBe(1);
  expect(await shows()).toMatchObject({ is: 'dialog' });
});

test('a session that somebody hands off is seen to rest within seconds, however lately it was looked at', async () => {
  const eyes = new Eyes(world);
  host.looks = 'busy';
  await look(eyes);
  host.looks = 'idle';
  host.seq += 1;
  late += AGAIN_MS;
  await eyes.look(await run());
  expect(host.looked).toBe(1); // nobody waits for that
  const { session } = await run();
  await handOff(desk, { holder: `${id}.r1`, session: session?.id ?? '', note: 'go on', why: 'asked' });
  await eyes.look(await run());
  expect(await shows()).toBeUndefined();
  late += AGAIN_MS;
  await eyes.look(await run());
  expect(await shows()).toMatchObject({ is: 'idle' });
  expect(eyes.due - desk.clock.now() - late).toBeLessThanOrEqual(AGAIN_MS);
});

test('what cannot be seen changes nothing: a host without eyes, settings that are wrong, a session that has just ended', async () => {
  const eyes = new Eyes({
    ...world,
    agents: {
      ...world.agents,
      preset: () => {
        throw new Error('settings are wrong');
      },
    },
  });
  await look(eyes);
  host.running = false;
  await look(new Eyes(world));
  host.running = true;
  host.features.clear();
  await look(new Eyes(world));
  expect([host.looked, await shows()]).toEqual([0, undefined]);
});

test('of a program whose screen nobody knows nothing is said, whatever it prints', async () => {
  const agents = { ...world.agents, preset: () => ({ screen: { ready: [], dialogs: [] } }) } as unknown as World['agents'];
  const eyes = new Eyes({ ...world, agents });
  host.looks = 'dialog';
  for (let i = 0; i < 3; i++) await look(eyes);
  expect([host.looked, await shows()]).toEqual([0, undefined]);
});
