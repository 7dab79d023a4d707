import { expect, test } from 'vitest';
import type { Run } from '#core/records';
import { nextForRun, type RunMove, type SessionFacts } from '#core/run';
import { NOW, RULES } from '../support/life.ts';
import { aRun } from '../support/records.ts';

const unheard = (ago: number, more: Partial<NonNullable<Run['session']>> = {}, sessions = 1) =>
  aRun('gp-a.r1', {
    state: 'live',
    sessions,
    session: { id: `gp-a.r1.s${sessions}`, token: 'k', at: NOW - ago, pid: 7, born: 'b', ...more },
  });
const dialog = { is: 'dialog' as const, what: 'it asks', since: NOW - 9000 };
const atLogin = (ago: number, sessions?: number) => unheard(ago, { shows: { ...dialog, kind: 'login' } }, sessions);
const running: SessionFacts = { is: 'running', pid: 7, born: 'b' };
const over: SessionFacts = { is: 'over', lost: false, code: 0, signal: null, at: NOW - 1 };

const MOVES: Array<[law: string, run: Run, facts: SessionFacts, move: Partial<RunMove>]> = [
  [
    'who stands in a dialog is waited for as long as a person takes',
    unheard(10_000, { shows: dialog }),
    running,
    { do: 'watch', why: 'its start waits for a person: it asks' },
  ],
  [
    'once they have answered it has its whole time to say hello',
    unheard(10_000, { askedUntil: NOW - 10 }),
    running,
    { do: 'watch', until: NOW + 90, why: 'waiting for its agent to say hello' },
  ],
  ['and no more', unheard(10_000, { askedUntil: NOW - 100 }), running, { do: 'end-session', why: 'no sign of life' }],
  ['who leaves a dialog by itself has died', unheard(10_000, { shows: dialog }), over, { do: 'note-exit', death: true }],
  [
    'who stands at its login is begun again after the time of one that says nothing',
    atLogin(99),
    running,
    { do: 'watch', until: NOW + 1, why: 'its program is not logged in: it asks' },
  ],
  ['since no program sees a login that was elsewhere', atLogin(100), running, { do: 'end-session' }],
  ['which is no death', atLogin(101), over, { do: 'note-exit', death: false }],
  ['to leave it by itself is one', atLogin(50), over, { do: 'note-exit', death: true }],
  ['each login is waited at twice as long as the one before', atLogin(100, 3), running, { do: 'watch', until: NOW + 300 }],
  ['and never longer than the longest pause', atLogin(600, 99), running, { do: 'end-session' }],
  [
    'a login that only its rows tell is the same',
    unheard(100, { shows: { ...dialog, is: 'login' } }),
    running,
    { do: 'end-session' },
  ],
];

test.each(MOVES)('%s', (_law, run, facts, move) => {
  expect(nextForRun(run, facts, RULES, NOW)).toMatchObject(move);
});
