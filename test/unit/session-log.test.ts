import { expect, test } from 'vitest';
import type { Agent, Run } from '#core/records';
import { isHeld, leftBehind, type SessionEntry, sessionPut, sessionTouched, withLive } from '#core/session-log';
import { aRun } from '../support/records.ts';

const token = 't.gp-a.r1.s1.00112233445566778899';
const session = (n: number, more: object = {}) => ({ id: `gp-a.r1.s${n}`, token, at: 1000 * n, ...more });
const live = (n: number, more: object = {}): Run =>
  aRun('gp-a.r1', { state: 'live', lastHead: 'aaa', session: session(n, more) });
const exit = { code: 0, signal: null, at: 5000 };
const entryOf = (before: Run | undefined, after: Run, known?: SessionEntry): SessionEntry =>
  sessionPut(before, after, known)[0]?.doc as SessionEntry;

test('a session has an entry from the commit that notes it; what is learnt of it later is written once, with its exit', () => {
  const noted = live(1);
  expect(sessionTouched(aRun('gp-a.r1'), noted)).toBe('gp-a.r1.s1');
  const entry = entryOf(aRun('gp-a.r1'), noted);
  expect(entry).toMatchObject({
    holder: 'gp-a.r1',
    line: 'gp-a',
    work: 'gp-a',
    role: 'polecat',
    agent: 'shell',
    headBefore: 'aaa',
  });
  expect(JSON.stringify(entry)).not.toContain(token);
  const learnt = live(1, { conversation: 'C-1', beacon: '[GAS TOWN] x', ackedAt: 1500 });
  expect(sessionTouched(noted, learnt)).toBeUndefined();
  expect(withLive(entry, learnt)).toMatchObject({ conversation: 'C-1', beacon: '[GAS TOWN] x' });
  const over = { ...learnt, lastHead: 'bbb', submitted: { at: 4000 }, session: session(1, { ...learnt.session, exit }) } as Run;
  expect(sessionTouched(learnt, over)).toBe('gp-a.r1.s1');
  expect(entryOf(learnt, over, entry)).toMatchObject({
    conversation: 'C-1',
    headBefore: 'aaa',
    headAfter: 'bbb',
    exit,
    how: 'handed in',
  });
  const byHand = { ...over, lastHead: 'aaa', submitted: { at: 4000, head: 'ccc' } };
  expect(entryOf(learnt, byHand, entry)).toMatchObject({ headBefore: 'aaa', headAfter: 'ccc' });
  expect(sessionTouched(over, { ...over, endedAt: 6000 })).toBeUndefined();
});

test('a session whose beginning the books have forgotten gets its entry with its exit', () => {
  const over = live(2, { exit, conversation: 'C-2' });
  expect(entryOf(live(2), over)).toMatchObject({ id: 'gp-a.r1.s2', at: 2000, conversation: 'C-2', exit });
});

test.each<[how: string, before: Partial<Run>, after: Partial<Run>, more: object]>([
  ['died', { deaths: 0 }, { deaths: 1 }, { ackedAt: 1 }],
  ['stopped', {}, { killed: { at: 1, by: 'overseer' } }, { ackedAt: 1 }],
  ['handed off', {}, { cycle: { at: 1, by: 'gt', why: 'compaction', session: 'gp-a.r1.s1' } }, { ackedAt: 1 }],
  ['lost with its terminal', {}, {}, { ackedAt: 1, exit: { code: null, signal: null, at: 1 } }],
  ['never spoke', {}, {}, {}],
  ['its step was done', {}, {}, { ackedAt: 1, leaving: 4 }],
  ['ended', {}, {}, { ackedAt: 1 }],
])('a session that ended so is told as: %s', (how, before, after, more) => {
  expect(entryOf({ ...live(1), ...before }, { ...live(1, { exit, ...more }), ...after }).how).toBe(how);
});

test('sessions of a lasting agent are one line, under its own id and address', () => {
  const mayor = {
    ...{ id: 'hq-mayor', generation: 1, role: 'mayor', rig: '', name: 'mayor', using: 'claude', dir: '/t/mayor', createdAt: 0 },
    ...{ createdBy: 'overseer', sessions: 3, deaths: 0, diedAt: [], session: { id: 'hq-mayor.s3', token, at: 7 } },
  } as Agent;
  const [put] = sessionPut(undefined, mayor, undefined);
  expect(put?.doc).toMatchObject({
    id: 'hq-mayor.s3',
    holder: 'hq-mayor',
    line: 'hq-mayor',
    address: 'mayor',
    role: 'mayor',
    agent: 'claude',
  });
  expect(put?.doc).not.toHaveProperty('work');
  const over = { ...mayor, session: { ...mayor.session, exit } } as Agent;
  expect(sessionPut(mayor, over, undefined)[0]?.doc).toMatchObject({ how: 'stopped' });
  const wanted = { at: 1, by: 'overseer' };
  expect(sessionPut({ ...mayor, wanted }, { ...over, wanted }, undefined)[0]?.doc).toMatchObject({ how: 'never spoke' });
});

test('an entry is held as long as its holder has that very session; left behind, it has ended', () => {
  const entry = entryOf(undefined, live(1));
  expect([live(1), live(2), live(1, { exit }), undefined].map((holder) => isHeld(entry, holder))).toEqual([
    true,
    false,
    false,
    false,
  ]);
  expect(leftBehind(entry, 9)).toMatchObject({ exit: { code: null, signal: null, at: 9 } });
});
