import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isCurrent } from '#core/holder';
import { DEATHS_WITHOUT_PROGRESS } from '#core/limits';
import type { Run } from '#core/records';
import { afterSession, nextForRun, type RunMove, restartPause, type SessionFacts } from '#core/run';
import { aRun } from '../support/records.ts';

const RULES = {
  startupStallMs: 100,
  doneGraceMs: 50,
  firstRestartMs: 0,
  restartBaseMs: 30,
  restartMaxMs: 600,
  suspendAfterMs: 100,
};
const NOW = 10_000;
const session = { id: 'gp-a.r1.s1', token: 'k', at: NOW - 10 };
const live = (more: Partial<NonNullable<Run['session']>> = {}, rest: Partial<Run> = {}) =>
  aRun('gp-a.r1', { state: 'live', sessions: 1, session: { ...session, ...more }, ...rest });
const seen = { pid: 7, born: 'b', ackedAt: NOW - 5 };
const exit = { code: 1, signal: null, at: NOW - 1 };
const running: SessionFacts = { is: 'running', pid: 7, born: 'b' };
const over: SessionFacts = { is: 'over', lost: false, code: 0, signal: null, at: NOW - 1 };
const absent: SessionFacts = { is: 'absent' };
const submitted = { at: NOW - 10, head: 'h' };

const MOVES: Array<[law: string, run: Run, facts: SessionFacts | undefined, move: object]> = [
  ['an ended run is over', aRun('gp-a.r1', { state: 'ended' }), running, { do: 'over' }],
  ['a granted run gets its worktree', aRun('gp-a.r1'), undefined, { do: 'prepare' }],
  [
    'a ready run notes its first session before it spawns',
    aRun('gp-a.r1', { state: 'ready' }),
    undefined,
    { do: 'note-session', n: 1, id: 'gp-a.r1.s1' },
  ],
  ['a session that nobody has seen is spawned', live(), absent, { do: 'spawn' }],
  ['a session that the host cannot tell of is spawned under the same id', live(), undefined, { do: 'spawn' }],
  ['a spawned session has its process noted', live(), running, { do: 'note-pid', pid: 7, born: 'b' }],
  ['an agent that has not said hello is waited for', live({ pid: 7 }), running, { do: 'watch', until: NOW + 90 }],
  [
    'an agent that never says hello is ended',
    live({ pid: 7, at: NOW - 100 }),
    running,
    { do: 'end-session', why: 'no sign of life' },
  ],
  [
    'an agent whose program is known to start slowly is waited for longer',
    live({ pid: 7, at: NOW - 100, startupMs: 300 }),
    running,
    { do: 'watch', until: NOW + 200 },
  ],
  ['an agent that works is watched', live(seen), running, { do: 'watch', why: 'its agent works' }],
  ['an end without done is a death', live(seen), over, { do: 'note-exit', death: true, facts: over }],
  ['a session that went down with the host is no death', live(seen), absent, { do: 'note-exit', death: false, facts: undefined }],
  ['nor is one of which the next host tells', live(seen), { ...over, lost: true }, { do: 'note-exit', death: false }],
  [
    'after a death the next session is noted',
    live({ ...seen, exit }, { deaths: 1 }),
    undefined,
    { do: 'note-session', n: 2, id: 'gp-a.r1.s2' },
  ],
  [
    'after more deaths there is a pause first',
    live({ ...seen, exit }, { deaths: 2, notBefore: NOW + 1 }),
    undefined,
    { do: 'rest', until: NOW + 1 },
  ],
  [
    'a pause that is over holds up nothing',
    live({ ...seen, exit }, { deaths: 2, notBefore: NOW }),
    undefined,
    { do: 'note-session' },
  ],
  [
    'after too many deaths the run fails',
    live({ ...seen, exit }, { deaths: DEATHS_WITHOUT_PROGRESS, notBefore: NOW + 1 }),
    undefined,
    { do: 'end-run', outcome: 'failed' },
  ],
  ['after done its agent may leave by itself', live(seen, { submitted }), running, { do: 'watch', until: NOW + 40 }],
  [
    'after done and its grace it is ended',
    live(seen, { submitted: { at: NOW - 50, head: 'h' } }),
    running,
    { do: 'end-session', why: 'handed in' },
  ],
  ['its end after done is no death', live(seen, { submitted }), over, { do: 'note-exit', death: false }],
  ['after done nothing is spawned', live({}, { submitted }), absent, { do: 'note-exit', death: false }],
  [
    'handed in and gone, the run ends',
    live({ ...seen, exit }, { submitted }),
    undefined,
    { do: 'end-run', outcome: 'submitted' },
  ],
  [
    'declared without code and gone, the run ends',
    live({ ...seen, exit }, { submitted: { at: NOW } }),
    undefined,
    { do: 'end-run', outcome: 'no-code' },
  ],
  [
    'what was handed in counts more than deaths',
    live({ ...seen, exit }, { submitted, deaths: 9 }),
    undefined,
    { do: 'end-run', outcome: 'submitted' },
  ],
];
test.each(MOVES)('%s', (_law, run, facts, move) => {
  expect(nextForRun(run, facts, RULES, NOW)).toMatchObject(move);
});

/** A world that plays along: it does what it is told, and its agent does one of these things per session. */
type Fate = 'hands in' | 'declares' | 'dies' | 'is mute' | 'falls with the host';
type Life = { run: Run; facts: SessionFacts | undefined; now: number };

function play({ run, facts, now }: Life, move: RunMove, fate: Fate): Life {
  switch (move.do) {
    case 'prepare':
      return { run: { ...run, state: 'ready' }, facts: undefined, now };
    case 'note-session':
      return {
        run: { ...run, state: 'live', sessions: move.n, session: { id: move.id, token: `k${move.n}`, at: now } },
        facts: absent,
        now,
      };
    case 'spawn':
      return { run, facts: { is: 'running', pid: run.sessions, born: 'b' }, now };
    case 'note-pid':
      return { run: { ...run, session: { ...session, ...run.session, pid: move.pid, born: move.born } }, facts, now };
    case 'watch':
      return act({ run, facts, now: Math.min(move.until, now + 40) }, fate);
    case 'rest':
      return { run, facts, now: move.until };
    case 'end-session':
      return { run, facts: { is: 'over', lost: false, code: null, signal: 15, at: now }, now };
    case 'note-exit': {
      const deaths = run.deaths + (move.death ? 1 : 0);
      const ended = { ...session, ...run.session, exit: move.facts ?? { code: null, signal: null, at: now } };
      return { run: { ...run, session: ended, deaths, notBefore: now + restartPause(deaths, RULES) }, facts: undefined, now };
    }
    case 'end-run':
      return { run: { ...run, state: 'ended', outcome: move.outcome }, facts, now };
    case 'over':
      return { run, facts, now };
  }
}

function act({ run, facts, now }: Life, fate: Fate): Life {
  const acked = { ...run, session: { ...session, ...run.session, ackedAt: now } };
  if (run.submitted) return { run, facts, now };
  if (fate === 'is mute' && run.session?.ackedAt === undefined) return { run, facts, now };
  if (fate === 'falls with the host') return { run: acked, facts: absent, now };
  if (fate === 'dies' || fate === 'is mute')
    return { run: acked, facts: { is: 'over', lost: false, code: 1, signal: null, at: now }, now };
  const handed = fate === 'declares' ? { at: now } : { at: now, head: 'h' };
  return { run: { ...acked, submitted: handed }, facts, now };
}

const fates = fc.array(fc.constantFrom<Fate>('hands in', 'declares', 'dies', 'is mute', 'falls with the host'), {
  minLength: 1,
  maxLength: 6,
});
const states = fc.constantFrom<Run>(
  aRun('gp-a.r1'),
  aRun('gp-a.r1', { state: 'ready' }),
  live(),
  live({ pid: 7, born: 'b' }),
  live(seen),
  live({ ...seen, exit }, { deaths: 2, notBefore: NOW + 5 }),
  live(seen, { submitted }),
  live({}, { submitted }),
);

describe('from any state', () => {
  test('a run comes to its end when the world plays along, and never has more deaths than it may', () => {
    const known = fc.constantFrom<SessionFacts | undefined>(undefined, absent, running, over);
    fc.assert(
      fc.property(states, known, fates, (run, facts, course) => {
        let life: Life = { run, facts, now: NOW };
        let moves = 0;
        for (; life.run.state !== 'ended'; moves++) {
          expect(moves, JSON.stringify(life)).toBeLessThan(120);
          // After its course every agent hands in.
          const fate = course[life.run.sessions - run.sessions] ?? 'hands in';
          life = play(life, nextForRun(life.run, life.facts, RULES, life.now), fate);
          expect(life.run.deaths).toBeLessThanOrEqual(DEATHS_WITHOUT_PROGRESS);
        }
        expect(nextForRun(life.run, life.facts, RULES, life.now)).toEqual({ do: 'over' });
        if (life.run.submitted) expect(life.run.outcome).toBe(life.run.submitted.head ? 'submitted' : 'no-code');
        else expect([life.run.outcome, life.run.deaths]).toEqual(['failed', DEATHS_WITHOUT_PROGRESS]);
      }),
    );
  });

  test('only the token of the session of now is heard', () => {
    expect(isCurrent(live(), 'k')).toBe(true);
    expect(isCurrent(live(), 'other')).toBe(false);
    expect(isCurrent(live({ exit }), 'k')).toBe(false);
    expect(isCurrent({ ...live(), state: 'ended' }, 'k')).toBe(false);
    expect(isCurrent(aRun('gp-a.r1'), '')).toBe(false);
  });
});

test('the pause after a death is none, then grows, and has a bound', () => {
  expect([0, 1, 2, 3, 4, 50].map((deaths) => restartPause(deaths, RULES))).toEqual([0, 0, 30, 60, 120, 600]);
});

test('deaths are counted in a row; a new commit, or a step that left the hand, begins the count anew, and an empty hand stays empty', () => {
  const ends: Array<[died: boolean, head: string, hand: string | undefined, deaths: number]> = [
    [true, 'h1', 'm.s', 1],
    [true, 'h1', 'm.s', 2],
    [false, 'h1', 'm.s', 2],
    [true, 'h2', 'm.s', 1],
    [true, 'h2', 'm.t', 1],
    [true, 'h2', 'm.t', 2],
    // The last step was closed, and nobody hands in: without an end each further death would count as the first one.
    [true, 'h2', undefined, 1],
    [true, 'h2', undefined, 2],
    [true, 'h2', undefined, DEATHS_WITHOUT_PROGRESS],
  ];
  let run = aRun('gp-a.r1', { state: 'live', lastHead: 'h0' });
  for (const [died, head, hand, deaths] of ends) {
    run = { ...run, ...afterSession(run, { died, head, hand }) };
    expect([run.deaths, run.lastHead, run.lastHand]).toEqual([deaths, head, hand]);
  }
});
