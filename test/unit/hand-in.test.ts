import { describe, expect, test } from 'vitest';
import { acceptable, type HandInFacts, handIn, handInWithoutCode, mayHandIn } from '#core/hand-in';
import type { Run } from '#core/records';
import { aRun, aTrain, item } from '../support/records.ts';

const session = { id: 'gp-a.r1.s1', token: 'k', at: 1 };
const run = aRun('gp-a.r1', { state: 'live', session, branch: 'polecat/toast', start: 's' });
const good: HandInFacts = { head: 'h', dirty: [], merging: false, ahead: 1, related: true };
const rework = { kind: 'checks', evidence: 'red' } as const;

describe('who may hand in', () => {
  const exit = { code: 0, signal: null, at: 2 };
  test.each<[who: string, run: Run | undefined, token: string, answer: unknown]>([
    ['the session of now, now', run, 'k', 'now'],
    ['the same session again is told what it was told', { ...run, submitted: { at: 1, head: 'h' } }, 'k', 'did'],
    ['the same session is told so also after the run has ended', { ...run, state: 'ended', submitted: { at: 1 } }, 'k', 'did'],
    ['nobody with another token', run, 'other', { refused: 'TOKEN_UNKNOWN' }],
    ['nobody without a token', run, '', { refused: 'TOKEN_UNKNOWN' }],
    ['nobody after its session was ended', { ...run, session: { ...session, exit } }, 'k', { refused: 'SESSION_STALE' }],
    ['nobody once the run has ended without it', { ...run, state: 'ended' }, 'k', { refused: 'SESSION_STALE' }],
    ['nobody of a run that is not there', undefined, 'k', { refused: 'SESSION_STALE' }],
    ['nobody before there is a session', aRun('gp-a.r1'), 'k', { refused: 'SESSION_STALE' }],
  ])('%s', (_who, of, token, answer) => {
    const may = mayHandIn(of, 'gp-a.r1.s1', token);
    if (typeof answer === 'string') expect(may).toBe(answer);
    else expect(may).toMatchObject(answer as object);
  });
});

describe('what may be handed in', () => {
  const work = item('gp-a');

  test('nothing of a review, but its report', () => {
    const review = { ...work, leg: { step: 'gp-mol-a.one', mol: 'gp-mol-a', review_only: true } };
    expect(acceptable(run, review, good, 'main')).toMatchObject({ refused: 'DONE_REVIEW', facts: { work: 'gp-a' } });
  });

  test.each<[what: string, facts: Partial<HandInFacts>, run: Partial<Run>, refused: string | undefined]>([
    ['commits of its own', {}, {}, undefined],
    ['new commits after it came back', {}, { rework }, undefined],
    ['no missing branch', { head: undefined }, {}, 'DONE_NO_BRANCH'],
    ['no worktree with changes', { dirty: ['a.ts'] }, {}, 'DONE_DIRTY'],
    ['no open merge', { merging: true }, {}, 'DONE_DIRTY'],
    ['nothing of another history', { related: false }, {}, 'DONE_UNRELATED'],
    ['nothing that the target has already', { ahead: 0 }, {}, 'DONE_NO_COMMITS'],
    ['not the very head that came back', { head: 's' }, { rework }, 'DONE_UNCHANGED'],
    ['the head it began with, when it is new to the target', { head: 's' }, {}, undefined],
  ])('%s', (_what, facts, more, refused) => {
    expect(acceptable({ ...run, ...more }, work, { ...good, ...facts }, 'main')?.refused).toBe(refused);
  });

  test('a refusal names a few files, not all', () => {
    const dirty = Array.from({ length: 9 }, (_, i) => `f${i}`);
    expect(acceptable(run, work, { ...good, dirty }, 'main')).toMatchObject({ facts: { files: 'f0, f1, f2, f3, f4' } });
  });
});

test('handing in freezes the head, and asks for its landing, in one change', () => {
  const { put, answer, settle } = handIn(
    run,
    item('gp-a', { generation: 2, priority: 0, status: 'hooked' }),
    aTrain(),
    { head: 'h', target: 'main', author: 'a' },
    9,
  );
  expect(answer).toMatchObject({
    id: 'gp-a.m1',
    work: 'gp-a',
    run: 'gp-a.r1',
    generation: 2,
    head: 'h',
    priority: 0,
    state: 'submitted',
    branch: 'polecat/toast',
  });
  const of = (noun: string) => put.find((one) => one.noun === noun)?.doc;
  expect(of('run')).toMatchObject({ submitted: { at: 9, head: 'h' } });
  expect(of('work')).toMatchObject({ merge: 'gp-a.m1', status: 'in_progress' });
  expect(settle).toBeUndefined();
});

test('an outcome without code closes the item with its report as evidence', () => {
  const { put, settle, text } = handInWithoutCode(run, item('gp-a', { status: 'in_progress' }), 'nothing was wrong', 9);
  expect(settle).toEqual(['gp-a']);
  expect(text).toEqual([{ id: 'gp-a', fields: { report: 'nothing was wrong' } }]);
  expect(put.find((one) => one.noun === 'work')?.doc).toMatchObject({
    status: 'closed',
    closed: { reason: 'done without code', report: 'text:gp-a' },
  });
  expect(put.find((one) => one.noun === 'run')?.doc).toMatchObject({ submitted: { at: 9, report: 'text:gp-a' } });
});
