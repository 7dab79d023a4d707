import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sessionBefore } from '#core/conversation';
import { asksForNote, contextUsed, type TurnFacts } from '#core/cycle';
import { CYCLE_REST_MS, CYCLE_TURN_MS, CYCLES_WITHOUT_PROGRESS, DEATHS_WITHOUT_PROGRESS, NOTE_MS } from '#core/limits';
import type { Run } from '#core/records';
import { nextForRun, type SessionFacts } from '#core/run';
import { DEEDS, Life, NOW, RULES } from '../support/life.ts';
import { aRun } from '../support/records.ts';

const S1 = 'gp-a.r1.s1';
const seen = { pid: 7, born: 'b', ackedAt: NOW - 5 };
const live = (more: Partial<NonNullable<Run['session']>> = {}, rest: Partial<Run> = {}) =>
  aRun('gp-a.r1', { state: 'live', sessions: 1, session: { id: S1, token: 'k', at: NOW - 10, ...seen, ...more }, ...rest });
const running = (turn?: TurnFacts): SessionFacts => ({ is: 'running', pid: 7, born: 'b', turn });
const over: SessionFacts = { is: 'over', lost: false, code: 0, signal: null, at: NOW - 1 };
const exit = { code: 1, signal: null, at: NOW - 1 };
const cycle = (by: string, ago = 0, session = S1) => ({ at: NOW - ago, by, why: 'asked', session });
const parked = (ago = 0, by = 'overseer') => ({ at: NOW - ago, by });

const MOVES: Array<[law: string, run: Run, facts: SessionFacts | undefined, move: object]> = [
  ['who hands itself off may leave by itself', live({}, { cycle: cycle(S1) }), running(), { do: 'watch', until: NOW + 50 }],
  [
    'and is ended when its turn is over',
    live({}, { cycle: cycle(S1, 9) }),
    running({ seen: true, overSince: NOW - 1 }),
    { do: 'end-session' },
  ],
  ['and is ended after its grace', live({}, { cycle: cycle(S1, 50) }), running(), { do: 'end-session' }],
  [
    'an end of a turn from before it asked is none',
    live({}, { cycle: cycle(S1, 9) }),
    running({ seen: true, overSince: NOW - 20 }),
    { do: 'watch', until: NOW + 41 },
  ],
  [
    'whom a person hands off is left until the end of its turn',
    live({}, { cycle: cycle('overseer') }),
    running({ seen: true }),
    { do: 'watch', until: NOW + CYCLE_TURN_MS },
  ],
  ['but not for ever', live({}, { cycle: cycle('overseer', CYCLE_TURN_MS) }), running({ seen: true }), { do: 'end-session' }],
  [
    'one whose turns nobody sees is ended at once',
    live({}, { cycle: cycle('overseer') }),
    running({ seen: false }),
    { do: 'end-session' },
  ],
  [
    'one that rests too',
    live({}, { cycle: cycle('overseer') }),
    running({ seen: true, overSince: NOW - 99 }),
    { do: 'end-session' },
  ],
  [
    'the end of a session that was handed off is no death',
    live({}, { cycle: cycle(S1) }),
    over,
    { do: 'note-exit', death: false },
  ],
  ['the next one starts at once', live({ exit }, { cycle: cycle(S1), deaths: 2 }), undefined, { do: 'note-session', n: 2 }],
  [
    'the death of the next one is its own',
    live({}, { cycle: cycle(S1, 0, 'gp-a.r1.s0') }),
    over,
    { do: 'note-exit', death: true },
  ],
  [
    'what is handed in is not handed off',
    live({}, { cycle: cycle(S1), submitted: { at: NOW, head: 'h' } }),
    running(),
    { do: 'watch', why: 'handed in; its agent is leaving' },
  ],
  ['what is killed is ended at once', live({}, { killed: parked() }), running(), { do: 'end-session', why: 'killed' }],
  ['who ends itself may leave by itself', live({}, { killed: parked(0, S1) }), running(), { do: 'watch', until: NOW + 50 }],
  ['what is killed has not died', live({}, { killed: parked() }), over, { do: 'note-exit', death: false }],
  [
    'what is killed before it was spawned is not spawned',
    live({ pid: undefined, ackedAt: undefined }, { killed: parked() }),
    { is: 'absent' },
    { do: 'note-exit', death: false },
  ],
  ['what is killed is not started again', live({ exit }, { killed: parked() }), undefined, { do: 'rest', until: NOW + 100 }],
  [
    'and gives up its slot',
    live({ exit: { ...exit, at: NOW - 100 } }, { killed: parked(100) }),
    undefined,
    { do: 'end-run', outcome: 'suspended' },
  ],
  ['who sleeps works on', live({}, { asleep: parked() }), running(), { do: 'watch', why: 'its agent works' }],
  ['who dies asleep is not started again', live({ exit }, { asleep: parked(), deaths: 1 }), undefined, { do: 'rest' }],
  ['who sleeps has died when it dies', live({}, { asleep: parked() }), over, { do: 'note-exit', death: true }],
  [
    'what was handed in asleep ends as it should',
    live({ exit }, { asleep: parked(), submitted: { at: NOW, head: 'h' } }),
    undefined,
    { do: 'end-run', outcome: 'submitted' },
  ],
  ['what was let go is ended', live({}, { released: parked() }), running(), { do: 'end-session' }],
  ['its end is no death', live({}, { released: parked() }), over, { do: 'note-exit', death: false }],
  ['and its run is cancelled', live({ exit }, { released: parked() }), undefined, { do: 'end-run', outcome: 'cancelled' }],
  [
    'also one that never had a worktree',
    aRun('gp-a.r1', { released: parked() }),
    undefined,
    { do: 'end-run', outcome: 'cancelled' },
  ],
  [
    'what goes round in circles is given up',
    live({ exit }, { cycle: cycle(S1), fruitless: CYCLES_WITHOUT_PROGRESS }),
    undefined,
    { do: 'give-up' },
  ],
  [
    'in the middle of a turn nobody is handed off',
    live({ due: { at: NOW - 9, why: 'w' } }),
    running({ seen: true }),
    { do: 'watch' },
  ],
  [
    'who was asked for a note may write it',
    live({ due: { at: NOW - 9, why: 'w', asked: NOW } }),
    running({ seen: true }),
    { do: 'watch', until: NOW + NOTE_MS },
  ],
  [
    'who ends its turn without one is handed off by gt',
    live({ due: { at: NOW - 9, why: 'w', asked: NOW - 8 } }),
    running({ seen: true, overSince: NOW - 1 }),
    { do: 'hand-off' },
  ],
  [
    'who says nothing at all too',
    live({ due: { at: 0, why: 'w', asked: NOW - NOTE_MS } }),
    running({ seen: true }),
    { do: 'hand-off' },
  ],
  [
    'one at rest is left alone for a moment',
    live({ due: { at: NOW, why: 'w' } }),
    running({ seen: true, overSince: NOW - 9 }),
    { do: 'watch', until: NOW + CYCLE_REST_MS },
  ],
  [
    'then it is handed off',
    live({ due: { at: NOW - CYCLE_REST_MS, why: 'w' } }),
    running({ seen: true, overSince: 0 }),
    { do: 'hand-off' },
  ],
  [
    'one in whose context nothing goes on is handed off without the end of a turn, or a note',
    live({ due: { at: NOW - CYCLE_REST_MS, why: 'w', full: true } }),
    running({ seen: true }),
    { do: 'hand-off' },
  ],
  [
    'but not while a person has typed something into it',
    live({ due: { at: NOW - CYCLE_REST_MS, why: 'w', full: true } }),
    running({ seen: true, person: { typedAt: NOW - 1, unsent: true } }),
    { do: 'watch' },
  ],
  [
    'what is handed in is not handed off by gt either',
    live({ due: { at: 0, why: 'w', asked: 0 } }, { submitted: { at: NOW, head: 'h' } }),
    running({ seen: true, overSince: 1 }),
    { do: 'watch' },
  ],
];
test.each(MOVES)('%s', (_law, run, facts, move) => {
  expect(nextForRun(run, facts, RULES, NOW)).toMatchObject(move);
});

test('a session is asked for its note once, and not when it leaves anyway', () => {
  const due = { at: NOW, why: 'w' };
  expect(asksForNote(live({ due }))).toBe(true);
  expect(asksForNote(live())).toBe(false);
  expect(asksForNote(live({ due: { ...due, asked: NOW } }))).toBe(false);
  expect(asksForNote(live({ due: { ...due, full: true } }))).toBe(false);
  expect(asksForNote(live({ due, leaving: NOW }))).toBe(false);
  expect(asksForNote(live({ due }, { submitted: { at: NOW } }))).toBe(false);
  expect(asksForNote(live({ due }, { cycle: cycle(S1) }))).toBe(false);
  expect(asksForNote(live({ due }, { asleep: parked() }))).toBe(false);
  expect(nextForRun(live({ due }, { asleep: parked() }), running({ seen: true, overSince: 0 }), RULES, NOW)).toMatchObject({
    do: 'watch',
  });
});

test('how full a context is, is read in what programs show of it', () => {
  expect(contextUsed('72% context used')).toBe(72);
  expect(contextUsed('Context left until auto-compact: 12%')).toBe(88);
  expect(contextUsed('(0.9% used)')).toBe(0);
  expect(contextUsed('Compacting conversation…')).toBeUndefined();
});

test('a fresh session does not go on with the conversation that was handed off, unless somebody asks for that', () => {
  expect(sessionBefore(live({ exit, conversation: 'c' }, { cycle: cycle(S1) }))).toMatchObject({ cycled: true, goesOn: false });
  expect(sessionBefore(live({ exit, conversation: 'c' }))).toMatchObject({ goesOn: true });
  expect(sessionBefore(live({ exit, conversation: 'c' }, { cycle: cycle(S1) }), true)).toMatchObject({ goesOn: true });
});

describe('whatever befalls a run', () => {
  test('it has one session at most, only deaths count as deaths, and nothing starts that is killed or sleeps', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...DEEDS), { maxLength: 40 }), (course) => {
        const life = new Life();
        for (const deed of course) {
          life.befalls(deed);
          const [before, aside] = [life.run.sessions, life.run.killed ?? life.run.asleep];
          life.settles();
          if (aside) expect(life.run.sessions).toBe(before);
          if (life.run.killed && life.run.state !== 'ended') expect(life.alive.size).toBe(0);
          expect(life.run.deaths).toBe(life.died);
          expect(life.died).toBeLessThanOrEqual(DEATHS_WITHOUT_PROGRESS);
        }
        if (!course.includes('dies') && !course.includes('time')) expect(life.died).toBe(0);
      }),
      { numRuns: 500 },
    );
  });
});
