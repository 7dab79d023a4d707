import { expect, test } from 'vitest';
import { agentState } from '#core/agent-state';
import { type ManualMove, nextForManual, released } from '#core/manual-run';
import type { Run } from '#core/records';
import type { StepsAtRun } from '#core/run';
import { aRun } from '../support/records.ts';

const RULES = { suspendAfterMs: 100 };
const NOW = 10_000;
const session = { id: 'gp-a.r1.s1', token: 'k', at: NOW - 10 };
const laid = { ...session, words: 'claude' };
const exit = { code: null, signal: null, at: NOW };
const manual = (more: Partial<Run> = {}) => aRun('gp-a.r1', { manual: true, state: 'live', sessions: 1, session: laid, ...more });
const waits = (since: number): StepsAtRun => ({ work: false, since, why: 'a gate' });
const submitted = { at: NOW, head: 'h' };
const asked = { at: NOW, by: 'overseer' };

type Law = [law: string, run: Run, there: boolean, steps: StepsAtRun | undefined, move: Partial<ManualMove>];
const LAWS: Law[] = [
  ['an ended run is over', manual({ state: 'ended' }), true, undefined, { do: 'over' }],
  ['a granted run gets its worktree', manual({ state: 'granted' }), true, undefined, { do: 'prepare' }],
  [
    'its session is noted before anything is laid out',
    aRun('gp-a.r1', { manual: true, state: 'ready' }),
    true,
    undefined,
    { do: 'note-session', n: 1, id: 'gp-a.r1.s1' },
  ],
  ['a noted session is laid out', manual({ session }), true, undefined, { do: 'lay-out' }],
  [
    'a person may take any time, and need never say hello',
    manual({ session: { ...laid, at: 0 } }),
    true,
    undefined,
    { do: 'wait', why: 'a person works on it in polecats/toast' },
  ],
  ['what is handed in ends the session at once', manual({ submitted }), true, undefined, { do: 'note-exit', why: 'handed in' }],
  [
    'and then the run',
    manual({ submitted, session: { ...laid, exit } }),
    true,
    undefined,
    { do: 'end-run', outcome: 'submitted' },
  ],
  ['a worktree that is gone is made again', manual(), false, undefined, { do: 'note-exit', why: 'its worktree is gone' }],
  [
    'where each step has a session of its own, the next one gets another',
    manual({ session: { ...laid, leaving: NOW } }),
    true,
    undefined,
    { do: 'note-exit', why: 'its step is done' },
  ],
  [
    'without a step the slot is kept for a while',
    manual({ grantedAt: 0 }),
    true,
    waits(NOW - 10),
    { do: 'wait', until: NOW + 90 },
  ],
  ['and then given up', manual({ grantedAt: 0 }), true, waits(NOW - 100), { do: 'note-exit', why: 'no step is ready' }],
  [
    'as a run that is suspended',
    manual({ grantedAt: 0, session: { ...laid, exit } }),
    true,
    waits(NOW - 100),
    { do: 'end-run', outcome: 'suspended' },
  ],
  ['a step that is ready keeps it', manual(), true, { work: true, since: 0, why: '' }, { do: 'wait' }],
  ['what is let go ends', released(manual(), 'overseer', NOW), true, undefined, { do: 'note-exit', why: 'let go' }],
  [
    'as a run that is cancelled',
    released(manual({ session: { ...laid, exit } }), 'overseer', NOW),
    true,
    undefined,
    { do: 'end-run', outcome: 'cancelled' },
  ],
  [
    'a session that was handed off is followed by the next',
    manual({ cycle: { ...asked, why: 'handoff', session: session.id } }),
    true,
    undefined,
    { do: 'note-exit', why: 'handed off' },
  ],
  [
    'which is not handed off by the same word',
    manual({ session: { ...laid, id: 'gp-a.r1.s2' }, cycle: { ...asked, why: 'handoff', session: session.id } }),
    true,
    undefined,
    { do: 'wait' },
  ],
  [
    'one that was ended by a person has no next one, and keeps its slot for a while',
    manual({ killed: asked, session: { ...laid, exit } }),
    true,
    undefined,
    { do: 'wait', until: NOW + 100 },
  ],
  [
    'and then gives it up',
    manual({ killed: { at: NOW - 100, by: 'overseer' }, session: { ...laid, exit: { ...exit, at: NOW - 100 } } }),
    true,
    undefined,
    { do: 'end-run', outcome: 'suspended' },
  ],
];
test.each(LAWS)('%s', (_law, run, there, steps, move) => {
  expect(nextForManual(run, there, RULES, NOW, steps)).toMatchObject(move);
});

test('it is said where a person is to begin, until somebody calls there; then that a person works', () => {
  const dir = 'polecats/toast';
  expect(agentState(manual(), {})).toEqual({
    is: 'by hand',
    evidence: `waits for a person in ${dir}`,
    todo: `cd ${dir} && claude`,
  });
  const heard = manual({ session: { ...laid, ackedAt: NOW } });
  expect(agentState(heard, {})).toEqual({ is: 'by hand', evidence: `a person works on it in ${dir}`, todo: null });
});
