import { beforeEach, describe, expect, test } from 'vitest';
import { sessionBefore } from '#core/conversation';
import { FULL_AGAIN_MS, RENEW_MS } from '#core/limits';
import type { Run } from '#core/records';
import { nextForRun } from '#core/run';
import { systemDefaults } from '#core/settings';
import { ack } from '#ops/ack';
import { askForNote } from '#ops/ask-for-note';
import { hookCalled } from '#ops/hook-called';
import { sling } from '#ops/sling';
import { Eyes } from '#processors/eyes';
import { handOffByGt, withTurn } from '#processors/hand-off';
import { status } from '#views/status';
import type { Host } from '#world/pty/host';
import type { World } from '#world/world';
import { deskEachTest, type TestDesk } from '../support/desk.ts';
import { SaidHost } from '../support/said-host.ts';
import { good, newItem, shop, TOKEN, town, want } from '../support/shop.ts';

let desk: TestDesk;
let host: SaidHost;
let id: string;
let late = 0;
let world: World;
let settings: Pick<ReturnType<typeof systemDefaults>, 'cycle'>;
deskEachTest((one) => {
  desk = one;
});
beforeEach(async () => {
  host = new SaidHost();
  late = 0;
  const clock = { now: () => desk.clock.now() + late };
  settings = { cycle: systemDefaults({ freeMemoryBytes: 1, cores: 1 }).cycle };
  const agents = { preset: () => ({ screen: { ready: [{ where: 'footer', match: '>' }], dialogs: [] } }) };
  const git = {
    facts: async () => ({ branch: 'b', head: 'h', dirty: [] }),
    leavings: async () => ({ commits: [], stashes: [] }),
  };
  const rig = () => ({ ...shop, settings: { ...shop.settings, ...settings } });
  world = { desk: { ...desk, clock }, host: () => host as unknown as Host, rig, agents, git } as unknown as World;
  ({ id } = await newItem(desk, 'work'));
  await sling(desk, { ids: [id] });
  await want(desk, id);
  await desk.grant(id, { token: TOKEN });
});

const RULES = { startupStallMs: 1, doneGraceMs: 1, firstRestartMs: 0, restartBaseMs: 1, restartMaxMs: 1, suspendAfterMs: 1 };
const run = async () => (await desk.books.read('run', `${id}.r1`)) as Run;
const session = async () => (await run()).session as NonNullable<Run['session']>;
const caller = async () => ({ session: (await session()).id, run: `${id}.r1`, token: (await session()).token });
const types = async () => (await desk.books.eventsBefore(undefined, 50)).map(({ type }) => type);
const needs = async () => (await status(desk.books, town, [shop])).needsYou;
/** A turn that ended because the context is full, as the program's own hook tells it. */
const fails = async () => good(await ack(world.desk, await caller(), { noted: { kind: 'full', what: 'Prompt is too long' } }));
/** The next renewal of the run's lock. */
async function look(eyes: Eyes): Promise<void> {
  late += RENEW_MS;
  host.seq += 1;
  await eyes.look(await run());
}
/** The next move of its processor. */
async function next() {
  const doc = await run();
  const at = { is: 'running', pid: doc.session?.pid ?? 0, born: doc.session?.born ?? '' } as const;
  return nextForRun(doc, await withTurn(doc, at, world), RULES, world.desk.clock.now());
}
/** Its session makes room, and the next one has begun. */
async function cycled(): Promise<void> {
  await handOffByGt(await run(), 'its context is full', world);
  await desk.change(async (reading) => {
    const doc = (await reading.get('run', `${id}.r1`)) as Run;
    const ended = { ...doc, session: { ...doc.session, exit: { code: 0, signal: null, at: world.desk.clock.now() } } } as Run;
    const before = sessionBefore(ended);
    const n = doc.sessions + 1;
    const begun = {
      id: `${doc.id}.s${n}`,
      token: `token-${n}`,
      at: world.desk.clock.now(),
      pid: n,
      ...(before ? { before } : {}),
    };
    return { put: [{ noun: 'run', doc: { ...doc, sessions: n, session: begun } }], answer: undefined };
  });
}

describe('a context that is nearly full', () => {
  test('ends the session at the end of its turn where nobody has set anything: asked for a note once, after two looks', async () => {
    const eyes = new Eyes(world);
    host.signs = { context: '91% context used' };
    await look(eyes);
    expect((await session()).due).toBeUndefined();
    await look(eyes);
    expect((await session()).due).toMatchObject({ why: 'Your context is 91 % full' });
    expect(await next()).toMatchObject({ do: 'watch' });
    expect(await askForNote(desk, await caller(), () => true)).toContain('gt handoff -m');
    expect((await types()).filter((type) => type === 'session.filled')).toHaveLength(1);
  });

  test.each([
    ['less than that', 'busy', '89% context used', 90],
    ['a share in a dialog, behind which nothing is known', 'dialog', '95% context used', 90],
    ['whatever it is, where the settings say so', 'busy', '99% context used', 0],
  ] as const)('ends nothing: %s', async (_law, looks, context, percent) => {
    settings = { cycle: { on_compaction: true, context_percent: percent } };
    const eyes = new Eyes(world);
    Object.assign(host, { looks, signs: { context } });
    for (let i = 0; i < 3; i++) await look(eyes);
    expect((await session()).due).toBeUndefined();
  });

  test('ends no fresh session that is as full at once as the one before it, also later on', async () => {
    const eyes = new Eyes(world);
    host.signs = { context: '95% context used' };
    for (let i = 0; i < 2; i++) await look(eyes);
    await cycled();
    for (let i = 0; i < 2; i++) await look(eyes);
    late += FULL_AGAIN_MS;
    await look(eyes);
    expect((await session()).due).toBeUndefined();
    expect(await needs()).toEqual([]);
  });

  test('ends a fresh session that has filled by its work', async () => {
    const eyes = new Eyes(world);
    host.signs = { context: '95% context used' };
    for (let i = 0; i < 2; i++) await look(eyes);
    await cycled();
    late += FULL_AGAIN_MS;
    for (let i = 0; i < 2; i++) await look(eyes);
    expect((await session()).due).toBeDefined();
  });
});

describe('a context in which nothing goes on', () => {
  test('told by its program’s own hook, ends the session without a word of its agent, and waits for nobody', async () => {
    const eyes = new Eyes(world);
    await fails();
    await eyes.look(await run());
    expect((await session()).due).toMatchObject({ full: true });
    expect(await askForNote(desk, await caller(), () => true)).toBeUndefined();
    late += RENEW_MS;
    expect(await next()).toMatchObject({ do: 'hand-off' });
    expect(await needs()).toEqual([]);
    await cycled();
    expect(await run()).toMatchObject({ cycle: { by: 'gt' }, session: { before: { filled: true } } });
  });

  test('is seen by its screen where no hook tells it, at rest, after two looks', async () => {
    const eyes = new Eyes(world);
    host.looks = 'idle';
    host.signs = { full: '■ it ran out of room' };
    await look(eyes);
    expect((await session()).due).toBeUndefined();
    await look(eyes);
    expect(await session()).toMatchObject({ due: { full: true }, noted: { full: { what: '■ it ran out of room' } } });
  });

  test('is none where its own hook has told that the turn ended well: what stands there its agent has written', async () => {
    good(await hookCalled(desk, await caller(), { at: 'stop', input: { goesOn: false }, mayPrint: false }));
    const eyes = new Eyes(world);
    host.looks = 'idle';
    host.signs = { full: '● Prompt is too long' };
    for (let i = 0; i < 3; i++) await look(eyes);
    expect((await session()).due).toBeUndefined();
  });

  test('is over when its agent goes on all the same', async () => {
    const eyes = new Eyes(world);
    await fails();
    await eyes.look(await run());
    good(await ack(world.desk, await caller()));
    expect((await session()).due ?? (await session()).noted).toBeUndefined();
    expect(await next()).toMatchObject({ do: 'watch', why: 'its agent works' });
  });

  test('of a session that was asked for its note already waits for that no longer', async () => {
    const due = { at: 1, why: 'Your conversation was made shorter', asked: world.desk.clock.now() };
    await desk.change(async (reading) => {
      const doc = (await reading.get('run', `${id}.r1`)) as Run;
      return { put: [{ noun: 'run', doc: { ...doc, session: { ...doc.session, due } as Run['session'] } }], answer: undefined };
    });
    await fails();
    await new Eyes(world).look(await run());
    late += RENEW_MS;
    expect(await next()).toMatchObject({ do: 'hand-off' });
  });

  test('of a fresh session, at once again, goes round in no circle: a person and the mayor are asked, once', async () => {
    const eyes = new Eyes(world);
    await fails();
    await eyes.look(await run());
    await cycled();
    await fails();
    for (let i = 0; i < 3; i++) await look(eyes);
    expect((await session()).due).toBeUndefined();
    expect(await next()).toMatchObject({ do: 'watch' });
    const question = await desk.books.read('escalation', `hq-esc-${id}-cycle`);
    expect(question).toMatchObject({ state: 'open', count: 1, why: expect.stringContaining('Prompt is too long') });
    expect((await needs()).map(({ todo }) => todo)).toContainEqual(expect.stringContaining('gt handoff shop/toast'));
    // Later on it is full by its work.
    late += FULL_AGAIN_MS;
    await fails();
    await eyes.look(await run());
    expect((await session()).due).toMatchObject({ full: true });
  });
});
