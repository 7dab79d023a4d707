import { describe, expect, test } from 'vitest';
import { kill } from '#cli/cmd/park';
import { palette } from '#cli/colour';
import { HANDOFF_BYTES } from '#core/limits';
import type { Run, Work } from '#core/records';
import { afterSession, nextForRun } from '#core/run';
import { ack } from '#ops/ack';
import { askForNote } from '#ops/ask-for-note';
import { endSession } from '#ops/end-session';
import { escalate } from '#ops/escalate';
import { handIn } from '#ops/hand-in';
import { type HandOff, handOff } from '#ops/hand-off';
import { keepCheckpoint, noteRead } from '#ops/keep-note';
import { park, wake } from '#ops/park';
import { release } from '#ops/release';
import { sling } from '#ops/sling';
import { polecatList } from '#views/polecat-list';
import { why } from '#views/why';
import { type AgentAtWork, agentEachTest, ids, tool } from '../support/agent-at-work.ts';
import { good, shop, town } from '../support/shop.ts';

const SHOW = { paint: palette(false), now: 0, width: 80, quiet: false };

let at: AgentAtWork;
agentEachTest((one) => {
  at = one;
});

const run = async () => (await at.desk.books.read('run', at.caller.run)) as Run;
const work = async () => (await at.desk.books.read('work', at.work)) as Work;
const types = async () => (await at.desk.books.eventsBefore(undefined, 50)).map(({ type }) => type);
const off = (more: Partial<HandOff> = {}) =>
  handOff(at.desk, { holder: at.caller.run, caller: at.caller, session: at.caller.session, note: 'mine', why: 'w', ...more });
const byGt = (note: string) => off({ caller: undefined, by: 'gt', note });
const note = () => at.desk.books.textField(at.work, 'handoff');
/** Changes the run's record, as its processor does. */
const put = (change: (doc: Run) => Run) =>
  at.desk.change(async (reading) => {
    const doc = await reading.get('run', at.caller.run);
    return { put: doc ? [{ noun: 'run', doc: change(doc) }] : [], answer: undefined };
  });
const nextSession = async () => {
  const id = `${at.caller.run}.s2`;
  await put((doc) => ({ ...doc, sessions: 2, session: { id, token: 'token-2', at: at.desk.clock.now(), pid: 9 } }));
  return { session: id, run: at.caller.run, token: 'token-2' };
};
const reasons = async () =>
  (await why(at.desk, { town, rigs: [shop], now: at.desk.clock.now(), session: async () => undefined }, at.work))?.reasons;

describe('a handoff', () => {
  test('keeps the note on the item, and asks for a fresh session; asked again it answers as before', async () => {
    expect(await off()).toMatchObject({ does: 'cycle', again: false, address: 'shop/polecats/toast' });
    expect(await off({ note: 'another' })).toMatchObject({ does: 'cycle', again: true, session: at.caller.session });
    expect(await note()).toBe('mine');
    expect((await run()).cycle).toMatchObject({ session: at.caller.session, by: at.caller.session });
    expect((await types()).filter((type) => type === 'handoff.written')).toHaveLength(1);
    expect(await reasons()).toMatchObject([{ code: 'handed-off' }]);
  });

  test("an agent's own note takes the place of what gt has written, and not the other way round", async () => {
    expect(await byGt('seen')).toMatchObject({ again: false });
    expect(await off()).toMatchObject({ again: true });
    expect(await byGt('seen again')).toMatchObject({ again: true });
    expect(await note()).toBe('mine');
    expect((await run()).cycle).toMatchObject({ by: 'gt' });
  });

  test('is answered by the hello of the next session, which has read the note; a question about it is closed', async () => {
    good(await off());
    good(await escalate(at.desk, { subject: at.work, cause: 'cycle', why: 'it does not start' }));
    good(await ack(at.desk, at.caller));
    expect((await run()).cycle).toBeDefined();
    const next = await nextSession();
    good(await ack(at.desk, next));
    expect(await run()).toMatchObject({ note: { session: at.caller.session, read: next.session } });
    expect((await run()).cycle).toBeUndefined();
    expect((await types()).filter((type) => type === 'session.cycled')).toHaveLength(1);
    expect(await at.desk.books.read('escalation', `hq-esc-${at.work}-cycle`)).toMatchObject({ state: 'closed' });
  });

  test('is refused to an older session, and nothing once the work is handed in', async () => {
    const next = await nextSession();
    expect(await off()).toMatchObject({ refused: 'SESSION_STALE', facts: { current: next.session } });
    expect(await byGt('late')).toMatchObject({ refused: 'SESSION_STALE' });
    good(await handIn(at.desk, next, { head: 'h', target: 'main', author: 'a' }));
    expect(await off({ caller: next, session: next.session })).toMatchObject({ does: 'late' });
    expect(await note()).toBeUndefined();
  });

  test('with a note that is too long is refused in two lines', async () => {
    expect(await off({ note: 'x'.repeat(HANDOFF_BYTES + 1) })).toMatchObject({ refused: 'TEXT_TOO_LONG' });
  });

  test('with a shutdown leaves the item on its hook, and nothing starts before somebody slings it', async () => {
    expect(await off({ shutdown: true })).toMatchObject({ does: 'shutdown' });
    expect(await off({ shutdown: true })).toMatchObject({ does: 'shutdown', again: true });
    expect(await run()).toMatchObject({ killed: { by: at.caller.session } });
    expect(await work()).toMatchObject({ status: 'hooked', parked: { as: 'killed' } });
    expect(await sling(at.desk, { ids: [at.work] })).toMatchObject([{ slung: true }]);
    expect((await run()).killed).toBeUndefined();
    expect((await work()).parked).toBeUndefined();
  });
});

describe('a conversation that is made shorter', () => {
  const compacts = () => ack(at.desk, at.caller, { noted: { kind: 'compacted', what: 'auto' } });

  test('makes the session ask for a note once, where the settings want it', async () => {
    good(await compacts());
    expect(await askForNote(at.desk, at.caller, () => true)).toBeUndefined();
    await put((doc) => ({ ...doc, session: { ...doc.session, cycles: true } as Run['session'] }));
    good(await compacts());
    expect((await run()).session?.due).toBeDefined();
    expect(await askForNote(at.desk, at.caller, () => false)).toBeUndefined();
    expect(await askForNote(at.desk, at.caller, () => true)).toContain('gt handoff -m');
    expect(await askForNote(at.desk, at.caller, () => true)).toBeUndefined();
    good(await off());
    expect((await run()).session?.due).toBeUndefined();
  });
});

const RULES = { startupStallMs: 1, doneGraceMs: 1, firstRestartMs: 0, restartBaseMs: 1, restartMaxMs: 1, suspendAfterMs: 1 };

describe('an agent that is put aside', () => {
  test('sleeps until it is woken: that is shown, and what waits for it looks again then', async () => {
    const delivery = await at.say('hello');
    expect(await park(at.desk, at.caller.run, 'asleep')).toMatchObject({ is: 'asleep', again: false });
    expect(await park(at.desk, at.caller.run, 'asleep')).toMatchObject({ again: true });
    expect(await polecatList(at.desk.books)).toMatchObject([{ state: 'asleep', todo: 'gt wake shop/toast' }]);
    expect(await reasons()).toMatchObject([{ code: 'asleep', change: 'gt wake shop/toast' }]);
    at.desk.woken.length = 0;
    expect(await wake(at.desk, at.caller.run)).toMatchObject({ is: 'awake', again: false });
    expect(at.desk.woken).toContain(`deliveries/${delivery}`);
    expect(await wake(at.desk, at.caller.run)).toMatchObject({ again: true });
    expect(await polecatList(at.desk.books)).toMatchObject([{ state: expect.not.stringContaining('asleep') }]);
  });

  test.each(['asleep', 'killed'] as const)('is told nothing by any of its hooks, nor at its start: %s', async (as) => {
    const delivery = await at.say('hello');
    good(await park(at.desk, at.caller.run, as));
    for (const input of [{ event: 'SessionStart' }, tool]) expect(ids(await at.context(input))).toEqual([]);
    expect(ids(await at.stop())).toEqual([]);
    expect(await at.stateOf(delivery)).toBe('pending');
    good(await wake(at.desk, at.caller.run));
    // The session of one that was killed ends all the same: its next one hears it.
    expect(ids(await at.context())).toEqual(as === 'asleep' ? [delivery] : []);
  });

  test('that works by hand is let go, and its person is told that what they have started goes on', async () => {
    await put((doc) => ({ ...doc, manual: true }));
    const parked = good(await park(at.desk, at.caller.run, 'killed'));
    expect(kill.text?.(parked, SHOW)).toMatch(/ is let go: .* what you have started there goes on\. `gt wake /);
    expect(kill.text?.({ ...parked, byHand: false }, SHOW)).toContain('its session ends');
  });

  test('that was killed and has given up its slot is still shown, and its item is woken', async () => {
    good(await park(at.desk, at.caller.run, 'killed'));
    await put((doc) => ({ ...doc, state: 'ended', outcome: 'suspended' }));
    await at.desk.change(async (reading) => {
      const { run: _, ...doc } = (await reading.get('work', at.work)) as Work;
      return { put: [{ noun: 'work', doc: { ...doc, hold: { name: 'toast', dir: '/d' } } as Work }], answer: undefined };
    });
    expect(await polecatList(at.desk.books)).toMatchObject([{ state: 'killed', work: at.work, todo: `gt wake ${at.work}` }]);
    expect(await reasons()).toMatchObject([{ code: 'killed' }]);
    expect(await wake(at.desk, at.caller.run)).toMatchObject({ is: 'awake', again: false });
    expect((await work()).parked).toBeUndefined();
    expect(await polecatList(at.desk.books)).toEqual([]);
  });

  test('and is woken while its session is still being ended: that end is no death, and a fresh session follows', async () => {
    good(await park(at.desk, at.caller.run, 'killed'));
    good(await wake(at.desk, at.caller.run));
    const doc = await run();
    expect(doc.cycle).toMatchObject({ session: at.caller.session, hurry: true });
    const ended = { is: 'over', lost: false, code: null, signal: 15, at: 1 } as const;
    expect(nextForRun(doc, ended, RULES, at.desk.clock.now())).toMatchObject({ do: 'note-exit', death: false });
    const idle = { died: false, head: 'h', hand: undefined };
    expect(afterSession({ ...doc, lastHead: 'h', fruitless: 1 }, idle).fruitless).toBe(1);
  });

  test('is put aside, or let go, by none of its earlier sessions', async () => {
    await nextSession();
    expect(await park(at.desk, at.caller.run, 'killed', at.caller)).toMatchObject({ refused: 'SESSION_STALE' });
    expect(await release(at.desk, at.work, at.caller)).toMatchObject({ refused: 'SESSION_STALE' });
    expect((await run()).killed ?? (await run()).released).toBeUndefined();
  });

  test('is refused what is handed in', async () => {
    good(await handIn(at.desk, at.caller, { head: 'h', target: 'main', author: 'a' }));
    expect(await endSession(at.desk, at.caller.run, 'stop')).toMatchObject({ refused: 'WORK_TAKEN' });
    expect(await park(at.desk, at.caller.run, 'killed')).toMatchObject({ refused: 'WORK_TAKEN' });
    expect(await release(at.desk, at.work)).toMatchObject({ refused: 'WORK_TAKEN' });
  });
});

test('work that is taken off its hook is open again, its run is told to end, and its session hands nothing in any more', async () => {
  expect(await release(at.desk, at.work)).toMatchObject({ run: at.caller.run, again: false });
  expect(await work()).toMatchObject({ status: 'open' });
  expect(await run()).toMatchObject({ released: { by: 'overseer' } });
  expect(await release(at.desk, at.work)).toMatchObject({ again: true });
  expect(await handIn(at.desk, at.caller, { head: 'h', target: 'main', author: 'a' })).toMatchObject({
    refused: 'SESSION_STALE',
  });
  expect(await release(at.desk, 'sh-none')).toMatchObject({ refused: 'WORK_UNKNOWN' });
});

test('a checkpoint is kept while the session goes on; a note that was read is read by this session alone', async () => {
  good(await keepCheckpoint(at.desk, at.caller.run, 'half way', at.caller));
  expect(await at.desk.books.textField(at.work, 'checkpoint')).toBe('half way');
  good(await keepCheckpoint(at.desk, at.caller.run, '', at.caller));
  expect(await at.desk.books.textField(at.work, 'checkpoint')).toBe('');
  good(await off());
  const next = await nextSession();
  expect(await keepCheckpoint(at.desk, at.caller.run, 'late', at.caller)).toMatchObject({ refused: 'SESSION_STALE' });
  await noteRead(at.desk, await run());
  expect((await run()).note).toMatchObject({ read: next.session, session: at.caller.session });
});
