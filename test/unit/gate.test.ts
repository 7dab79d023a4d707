import { describe, expect, test } from 'vitest';
import { type GateMove, nextForGate, paced, TROUBLE_PATIENCE_MS } from '#core/gate';
import { type Around, askedAgain, asks, ended, looked, opened } from '#core/gate-changes';
import { ghWords, readGh } from '#core/gate-gh';
import { beadOf, kindOf, needsPerson } from '#core/gate-kinds';
import type { Gate } from '#core/records';

const gate = (more: Partial<Gate> = {}): Gate => ({
  id: 'gp-mol-1.gate-a',
  rig: 'gp',
  title: 'Gate: human',
  type: 'human',
  awaitId: '',
  mol: 'gp-mol-1',
  blocks: ['gp-mol-1.a'],
  needs: [],
  state: 'open',
  openedAt: 1000,
  waiters: [],
  createdAt: 500,
  createdBy: 'ada',
  ...more,
});
const NOTHING = { over: false, retried: false };
const next = (more: Partial<Gate>, now = 2000, unmet = 0, kept = NOTHING): GateMove => nextForGate(gate(more), unmet, kept, now);
const alone: Around = { mol: undefined, steps: [], questions: new Map(), fellows: [] };

describe('the life of a gate', () => {
  test('it opens when what its step needs besides is met', () => {
    expect(next({ state: 'waiting' }, 2000, 2)).toMatchObject({ do: 'wait', why: 'its step waits for 2 besides' });
    expect(next({ state: 'waiting' })).toEqual({ do: 'open' });
    const doc = opened(gate({ state: 'waiting', timeoutMs: 50 }), alone, 3000).answer;
    expect(doc).toMatchObject({ state: 'open', openedAt: 3000, dueAt: 3050 });
  });

  test('a timer sleeps until it is due, then opens; it never asks a person', () => {
    const timer = { type: 'timer', timeoutMs: 5000, dueAt: 6000 };
    expect(next(timer)).toEqual({ do: 'wait', until: 6000, why: 'a timer' });
    expect(next(timer, 6000)).toEqual({ do: 'resolve', reason: 'its time has come' });
  });

  test('any other gate asks a person once when it is open for longer than its timeout, and stays open', () => {
    const late = { timeoutMs: 5000, dueAt: 6000 };
    expect(next(late)).toMatchObject({ do: 'wait', until: 6000 });
    expect(next(late, 6000)).toMatchObject({ do: 'escalate', cause: 'late', why: 'open for longer than 5 s' });
    const asked = asks(gate(late), alone, { cause: 'late', why: 'x' }, 6000);
    expect(asked.put.map(({ noun }) => noun)).toEqual(['gate', 'escalation']);
    expect(nextForGate(asked.answer, 0, NOTHING, 6001)).toMatchObject({ do: 'wait' });
    expect(asks(asked.answer, alone, { cause: 'late', why: 'x' }, 7000).put).toEqual([]);
    expect(asks(asked.answer, alone, { cause: 'run-ended', why: 'x' }, 7000).put).toHaveLength(2);
  });

  test('only a resolved gate settles what waits for it', () => {
    const how = { by: 'ada', reason: 'so be it' };
    expect(ended(gate(), alone, { as: 'resolved', ...how }, 2000)).toMatchObject({ settle: ['gp-mol-1.gate-a'] });
    for (const as of ['denied', 'cancelled'] as const)
      expect(ended(gate(), alone, { as, ...how }, 2000)).toMatchObject({ settle: [], answer: { state: as, ended: how } });
  });

  test('a denied gate waits for its step to be tried again, and starts anew then; with its step it is over', () => {
    const denied = ended(gate({ dueAt: 1500, asked: ['late'] }), alone, { as: 'denied', by: 'ada', reason: 'no' }, 2000).answer;
    expect(nextForGate(denied, 0, NOTHING, 9000)).toMatchObject({ do: 'wait', why: 'denied by ada: no' });
    expect(nextForGate(denied, 0, { over: false, retried: true }, 9000)).toEqual({ do: 'ask-again' });
    expect(nextForGate(denied, 0, { over: true, retried: false }, 9000)).toEqual({ do: 'cancel' });
    const again = askedAgain(denied, alone, 9000).answer;
    expect(again).toEqual({ ...gate({ state: 'waiting' }), openedAt: undefined });
    expect(ended(denied, alone, { as: 'cancelled', by: 'gt', reason: 'over' }, 9000).answer.ended).toMatchObject({ by: 'ada' });
  });

  test('what has ended is left in peace', () => {
    for (const state of ['resolved', 'cancelled'] as const)
      expect(next({ state }, 1, 0, { over: true, retried: true })).toEqual({ do: 'end' });
  });
});

describe('kinds', () => {
  test('a type that gt does not know, or one that does not say enough, waits for a person', () => {
    const by = (more: Partial<Gate>) => kindOf(gate(more));
    expect(by({})).toBe('hand');
    for (const type of ['conditional', 'approval', 'timer', 'bead', 'gh:run', 'gh:pr', 'condition', 'toString'])
      expect(by({ type })).toBe('hand');
    expect(by({ type: 'condition', condition: 'all is well' })).toBe('hand');
    expect(by({ type: 'conditional', condition: 'steps.failed == 0' })).toBe('hand');
    expect(by({ type: 'condition', condition: 'steps.failed == 0' })).toBe('condition');
    expect(by({ type: 'condition', command: 'true' })).toBe('command');
    expect(by({ type: 'timer', timeoutMs: 0 })).toBe('timer');
    expect(by({ type: 'gh:run', awaitId: 'ci' })).toBe('gh:run');
  });

  test('it needs a person while only a word opens it, or alone and denied', () => {
    expect([needsPerson(gate()), needsPerson(gate({ type: 'mail' }))]).toEqual([true, true]);
    expect(needsPerson(gate({ state: 'waiting' }))).toBe(false);
    expect(needsPerson(gate({ type: 'timer', timeoutMs: 1 }))).toBe(false);
    expect(needsPerson(gate({ state: 'denied' }))).toBe(false);
    const { mol: _, ...single } = gate({ state: 'denied' });
    expect(needsPerson(single)).toBe(true);
  });

  test('the rig of a bead does not count', () => {
    expect(['gp-4kx', 'shop:gp-4kx', 'my-rig:gp-mol-1.a.b'].map((awaitId) => beadOf({ awaitId }))).toEqual([
      'gp-4kx',
      'gp-4kx',
      'gp-mol-1.a.b',
    ]);
  });
});

describe('looks', () => {
  const run = gate({ type: 'gh:run', awaitId: '7', mol: undefined as never });
  const answers = (value: unknown, more: { code?: number; err?: string; cut?: string } = {}) =>
    readGh(run, { code: 0, err: '', out: JSON.stringify(value), ...more }, 2000);

  test('the pause between two looks grows with the time that the gate is open, within its bounds', () => {
    const pause = (ms: number) => paced(gate({ openedAt: 0 }), 'far', ms) - ms;
    expect([pause(0), pause(60_000), pause(1_000_000), pause(1e9)]).toEqual([30_000, 30_000, 100_000, 300_000]);
    expect([0, 100_000, 1e9].map((ms) => paced(gate({ openedAt: 0 }), 'near', ms) - ms)).toEqual([15_000, 25_000, 60_000]);
  });

  test('between two looks it sleeps, and what is in the books is looked at whenever it is woken', () => {
    expect(next({ type: 'gh:pr', awaitId: '7' })).toEqual({ do: 'look' });
    expect(next({ type: 'gh:pr', awaitId: '7', lookAt: 9000 })).toMatchObject({ do: 'wait', until: 9000 });
    expect(next({ type: 'gh:pr', awaitId: '7', lookAt: 9000, dueAt: 5000, timeoutMs: 4000 })).toMatchObject({
      do: 'wait',
      until: 5000,
    });
    expect(next({ type: 'condition', condition: 'steps.failed == 0' })).toEqual({ do: 'look' });
    expect(next({ type: 'bead', awaitId: 'gp-1' })).toEqual({ do: 'look' });
    expect(next({ type: 'bead', awaitId: 'gp-1', watches: 'gp-1' }, 2000, 1)).toMatchObject({ do: 'wait' });
    expect(next({ type: 'bead', awaitId: 'gp-1', watches: 'gp-1' })).toEqual({ do: 'resolve', reason: 'gp-1 is closed' });
  });

  test('an answer of gh that nobody understands is no end', () => {
    for (const out of ['', 'null', '7', '<html>'])
      expect(readGh(run, { code: 0, out, err: '' }, 2000)).toMatchObject({ is: 'trouble', soon: false });
    expect(answers({ status: 'completed', conclusion: null })).toMatchObject({ is: 'trouble', cause: 'run-ended' });
    expect(answers({})).toMatchObject({ is: 'not-yet' });
    expect(answers({}, { cut: 'late' })).toMatchObject({ is: 'trouble', soon: false });
    expect(answers([])).toMatchObject({ is: 'trouble', cause: 'gh-none' });
  });

  test('no id becomes an option of gh', () => {
    expect(ghWords({ type: 'gh:run', awaitId: '--web' })).toBeUndefined();
    expect(ghWords({ type: 'gh:pr', awaitId: '#12' })?.[2]).toBe('12');
  });

  test('trouble that may pass is told when it has lasted, and no sooner', () => {
    const look = answers({}, { code: 1, err: 'no network' });
    if (look.is === 'met') throw new Error('met');
    const first = looked(run, alone, look, 2000).answer;
    expect(first).toMatchObject({ troubleSince: 2000, lookAt: look.is === 'trouble' ? look.lookAt : 0 });
    expect(looked(first, alone, look, 2000 + TROUBLE_PATIENCE_MS - 1).answer.escalatedAt).toBeUndefined();
    expect(looked(first, alone, look, 2000 + TROUBLE_PATIENCE_MS).answer).toMatchObject({ asked: ['gh-failed'] });
    const well = looked(first, alone, { is: 'not-yet', seen: 'running', lookAt: 9 }, 3000).answer;
    expect(well.troubleSince).toBeUndefined();
  });

  test('a look that saw nothing new writes nothing', () => {
    const waits = gate({ type: 'condition', condition: "file.exists('x')", seen: 'no' });
    expect(looked(waits, alone, { is: 'not-yet', seen: 'no', lookAt: 9 }, 2000).put).toEqual([]);
  });
});
