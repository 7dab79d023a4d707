import { describe, expect, test } from 'vitest';
import { firstPrompt } from '#core/first-prompt';
import { type Collected, collectedText, noteFor, noteText } from '#core/handoff-note';
import { aRun } from '../support/records.ts';

const head = {
  address: 'shop/polecats/toast',
  session: 'gp-a.r1.s1',
  by: 'gp-a.r1.s1',
  at: 0,
  why: 'asked by itself',
  snapshot: 'f'.repeat(40),
};
const nothing: Collected = { dirty: [], commits: [], stashes: [], waits: [], unread: 0 };
const seen: Collected = {
  work: { id: 'gp-a', title: 'Greet\nall', attempt: 2 },
  step: 'step 3 of 9: test',
  branch: 'polecat/toast',
  head: 'a'.repeat(40),
  dirty: ['half.ts'],
  commits: ['abc123 Half of it'],
  stashes: ['WIP on polecat/toast: abc'],
  waits: ['hq-esc-1: which database?'],
  unread: 2,
};

describe('a note', () => {
  test('tells who left it, what was said part by part, and what gt saw', () => {
    const note = noteText(
      head,
      { subject: 's', message: 'half\x07 done', next: 'errors', pending: ['which way?'], warnings: ['mind the gap'] },
      seen,
    );
    const parts = [
      'Handoff of shop/polecats/toast, from gp-a.r1.s1 at 1970-01-01T00:00Z (asked by itself): s',
      '### Said\nhalf done',
      '### Pending decisions\n- which way?',
      '### Warnings\n- mind the gap\n- What was not committed is kept in ffffffffff',
      '### Next\nerrors',
      '- Item: gp-a: Greet all (attempt 2)',
      '- In hand: step 3 of 9: test',
      '- Branch: polecat/toast at aaaaaaaaaa',
      '- Not committed: half.ts',
      '- Stashed: WIP on polecat/toast: abc',
      '  - abc123 Half of it',
      '- Unread mail: 2',
      '- Waits for a person: hq-esc-1: which database?',
    ];
    let from = 0;
    for (const part of parts) {
      const at = note.indexOf(part, from);
      expect(at, part).toBeGreaterThanOrEqual(from);
      from = at;
    }
  });

  test('of which nobody said a word says so, and has no empty parts', () => {
    const note = noteText({ ...head, snapshot: undefined }, {}, nothing);
    expect(note).toContain('gt wrote down what it saw');
    expect(note).not.toMatch(/### (Pending|Warnings|Next)/);
    expect(collectedText(nothing)).toBe('- Nothing: no item, no worktree, no mail.');
  });
});

const session = (id: string, cycled?: boolean) => ({
  id,
  token: 't',
  at: 0,
  ...(cycled ? { before: { ended: 'it was handed off', goesOn: false, at: 0, cycled } } : {}),
});
const left = { at: 0, session: 'gp-a.r1.s1', by: 'gt' };

test('a note is told until a session has read it, and to that one to its end', () => {
  const text = { handoff: 'mine' };
  expect(noteFor({ session: session('gp-a.r1.s2'), note: left }, text)).toBe('mine');
  expect(noteFor({ session: session('gp-a.r1.s2'), note: { ...left, read: 'gp-a.r1.s2' } }, text)).toBe('mine');
  expect(noteFor({ session: session('gp-a.r1.s3'), note: { ...left, read: 'gp-a.r1.s2' } }, text)).toBe('');
  expect(noteFor({ session: session('gp-a.r2.s1') }, text)).toBe('mine');
  expect(noteFor({ session: session('gp-a.r2.s1') }, {})).toBe('');
});

test('the first prompt after a handoff says so, and the note comes before the work', () => {
  const run = aRun('gp-a.r1', { session: session('gp-a.r1.s2', true), note: left });
  const given = {
    run,
    work: { id: 'gp-a', title: 'Greet' },
    target: 'main',
    at: 0,
    text: { description: 'd', handoff: 'NOTE' },
  };
  const prompt = firstPrompt(given);
  expect(prompt.split('\n')[0]).toMatch(/handoff:gp-a$/);
  expect(prompt.indexOf('NOTE')).toBeGreaterThan(0);
  expect(prompt.indexOf('NOTE')).toBeLessThan(prompt.indexOf('Your work is gp-a'));
  expect(prompt.split('NOTE')).toHaveLength(2);
  expect(prompt).not.toContain('An earlier session of yours ended');
});
