import { describe, expect, test } from 'vitest';
import { heard, resumeFailed, sessionBefore } from '#core/conversation';
import { firstPrompt, resumedPrompt } from '#core/first-prompt';
import type { Run } from '#core/records';
import { nextForRun } from '#core/run';
import { aRun, item } from '../support/records.ts';

const session = { id: 'gp-a.r1.s1', token: 'k', at: 5, conversation: 'c1' };
const over = { code: 3, signal: null, at: 9 };
const ended = (more: object = {}, rest: Partial<Run> = {}) =>
  aRun('gp-a.r1', { state: 'live', sessions: 1, deaths: 1, session: { ...session, ackedAt: 6, exit: over, ...more }, ...rest });

describe('the next session of a run', () => {
  test('goes on with a conversation that was heard', () => {
    expect(sessionBefore(ended())).toEqual({ ended: 'exit code 3', goesOn: true, at: 5, conversation: 'c1' });
    expect(sessionBefore(ended({ exit: { code: null, signal: 9, at: 9 } }))?.ended).toBe('signal 9');
    expect(sessionBefore(ended({ exit: { code: null, signal: null, at: 9 } }))?.ended).toBe('its terminal was lost');
    expect(sessionBefore(aRun('gp-a.r1'))).toBeUndefined();
  });
  test('does not go on with one that never said a word', () => {
    expect(sessionBefore(ended({ ackedAt: undefined }))).toMatchObject({ goesOn: false });
    expect(sessionBefore(ended({ ackedAt: undefined, primed: 'c1' }))).toMatchObject({ goesOn: false });
  });
  test('goes on with one that was taken up and then left alone', () => {
    const rests = { mode: 'resume', ackedAt: undefined, primed: 'c1' } as const;
    expect(sessionBefore(ended(rests))).toMatchObject({ goesOn: true });
    expect(sessionBefore(ended(rests, { deaths: 2 }))).toMatchObject({ goesOn: false });
    expect(resumeFailed(ended(rests).session as NonNullable<Run['session']>)).toBe(false);
  });
  test('does not go on again with one that was resumed and died without a commit', () => {
    expect(sessionBefore(ended({ mode: 'resume' }, { deaths: 2 }))).toMatchObject({ goesOn: false });
    expect(sessionBefore(ended({ mode: 'resume' }, { deaths: 1 }))).toMatchObject({ goesOn: true });
  });
});

test('a run has one session at a time, and so nobody resumes a conversation that another process has open', () => {
  const open = { ...session, ackedAt: 6, pid: 7, born: 'b' };
  const rules = { startupStallMs: 1, doneGraceMs: 1, firstRestartMs: 0, restartBaseMs: 1, restartMaxMs: 1, suspendAfterMs: 1 };
  const run = aRun('gp-a.r1', { state: 'live', sessions: 1, session: open });
  expect(sessionBefore(run)).toBeUndefined();
  const facts = [
    undefined,
    { is: 'absent' },
    { is: 'running', pid: 7, born: 'b' },
    { is: 'running', pid: 8, born: 'c' },
  ] as const;
  for (const one of facts) expect(['note-session', 'spawn']).not.toContain(nextForRun(run, one, rules, 100).do);
  expect(nextForRun({ ...run, session: { ...open, exit: over } }, undefined, rules, 100).do).toBe('note-session');
});

test('a resume that the program refused is nobody’s death, and is not tried again', () => {
  const refused = ended({ mode: 'resume', ackedAt: undefined });
  expect(resumeFailed(refused.session as NonNullable<Run['session']>)).toBe(true);
  expect(sessionBefore(refused)).toMatchObject({ goesOn: false });
  for (const more of [{ mode: 'resume' }, { mode: 'fresh', ackedAt: undefined }, {}])
    expect(resumeFailed({ ...session, ackedAt: 6, ...more } as NonNullable<Run['session']>)).toBe(false);
});

describe('what a session tells', () => {
  test('is heard once: its life, its conversation, and that of a clear', () => {
    const first = heard(session, { conversation: 'c2' }, 7);
    expect(first).toEqual({ ...session, ackedAt: 7, conversation: 'c2' });
    expect(heard(first, { conversation: 'c2' }, 8)).toBe(first);
    expect(heard(first, { conversation: 'c3', source: 'clear' }, 8)).toMatchObject({ conversation: 'c3', ackedAt: 7 });
  });
  test('at its end is no word of its agent: a conversation that never began is not gone on with', () => {
    const left = heard(session, { noted: { kind: 'leaving', what: 'other' } }, 7);
    expect(left).toEqual({ ...session, noted: { leaving: { at: 7, what: 'other' } } });
  });
  test('at its start is no word of its agent: a dialog may follow; what else it tells is kept', () => {
    for (const source of ['startup', 'resume', 'fork']) {
      const begun = heard(session, { conversation: 'c2', source, primed: 'c2' }, 7);
      expect(begun).toEqual({ ...session, conversation: 'c2', primed: 'c2' });
      expect(heard(begun, { conversation: 'c2' }, 8)).toMatchObject({ ackedAt: 8 });
    }
  });
  test('is not believed where a fork tells its parent', () => {
    const fork = { ...session, mode: 'fork' as const, ackedAt: 6 };
    expect(heard(fork, { conversation: 'parent', source: 'resume' }, 7)).toBe(fork);
    expect(heard(fork, { conversation: 'own' }, 7)).toMatchObject({ conversation: 'own' });
  });
  test('is noted by its kind, and context is wanted anew after a compaction', () => {
    const primed = heard(session, { primed: 'c1' }, 7);
    const noted = heard(primed, { noted: { kind: 'limited', what: 'rate_limit' } }, 8);
    expect(noted).toMatchObject({ primed: 'c1', noted: { limited: { at: 8, what: 'rate_limit' } } });
    expect(heard(noted, { noted: { kind: 'compacted' } }, 9)).toMatchObject({
      primed: '',
      noted: { compacted: { at: 9 } },
    });
  });
  test('of a full context makes it due no more when its agent goes on; a nearly full one stays due', () => {
    const due = { at: 8, why: 'w', full: true };
    const full = { ...session, ackedAt: 6, due, noted: { full: { at: 8 } } };
    expect(heard(full, {}, 9)).toEqual({ ...session, ackedAt: 6 });
    for (const told of [{ source: 'resume' }, { noted: { kind: 'leaving' } }, { noted: { kind: 'full' } }])
      expect(heard(full, told, 9)).toMatchObject({ due });
    const nearly = { ...session, ackedAt: 6, due: { at: 8, why: 'w' } };
    expect(heard(nearly, {}, 9)).toBe(nearly);
  });
  test('of a failed turn holds until its agent is heard again; its end, or another start, is no such word', () => {
    const failed = heard({ ...session, ackedAt: 6 }, { noted: { kind: 'failed', what: 'server_error' } }, 8);
    for (const told of [{ source: 'resume' }, { noted: { kind: 'leaving' } }])
      expect(heard(failed, told, 9).noted).toMatchObject({ failed: { at: 8, what: 'server_error' } });
    expect(heard(failed, { noted: { kind: 'limited' } }, 9).noted).toEqual({ limited: { at: 9 } });
    const on = heard(failed, {}, 9);
    expect(on).toEqual({ ...session, ackedAt: 6 });
    expect(heard(on, {}, 10)).toBe(on);
  });
});

const work = item('gp-a', { title: 'Sell apples' });
const text = { description: 'Red ones.', design: 'Round.', notes: '', acceptance: 'Sold.', report: 'no' };
const given = (run: Run) => ({ run, work, target: 'trunk', at: 0, text });

test('no control character cuts a first prompt short: an argument ends at a zero byte', () => {
  const hostile = { description: 'before\x00after\x07\r\n\tindented \x1b[201~', design: '\x00', acceptance: '', notes: '' };
  const prompt = firstPrompt({ ...given(aRun('gp-a.r1')), text: hostile });
  expect(prompt).toContain('beforeafter\n\tindented');
  expect(prompt).not.toMatch(/[\x00-\x08\x0b-\x1f]|## design/);
});

test('a first prompt has all that there is to do, and how it begins and ends', () => {
  const run = aRun('gp-a.r1', { branch: 'polecat/toast', attempt: 2, rework: { kind: 'checks', evidence: 'red' } });
  const prompt = firstPrompt({ ...given(run), evidence: '/e.txt' });
  expect(prompt).toMatch(/^\[GAS TOWN\] gp\/polecats\/toast <- gt • 1970-01-01T00:00 • rework:gp-a\n/);
  const slung = { ...given(aRun('gp-a.r1')), work: { ...work, slungBy: 'overseer' } };
  expect(firstPrompt(slung)).toMatch(/^\[GAS TOWN\] gp\/polecats\/toast <- human • 1970-01-01T00:00 • assigned:gp-a\n/);
  for (const part of ['gp-a: Sell apples', 'polecat/toast', 'trunk', 'Red ones.', '## design\nRound.', '## acceptance\nSold.'])
    expect(prompt).toContain(part);
  expect(prompt).toContain('It came back (checks): the checks failed. Read /e.txt ($GT_EVIDENCE)');
  expect(prompt).toContain('`gt hook`');
  expect(prompt).toContain('`gt done`');
  expect(prompt).not.toMatch(/report|## notes/);
  expect(firstPrompt(given(run), '/f.md')).not.toContain('Red ones.');
  expect(
    resumedPrompt(given(aRun('gp-a.r1', { session: { ...session, before: { ended: 'signal 9', goesOn: true, at: 5 } } }))),
  ).toMatch(/resumed:gp-a[\s\S]*ended \(signal 9\)[\s\S]*Go on with gp-a/);
});
