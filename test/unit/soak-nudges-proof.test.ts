import { expect, test } from 'vitest';
import type { Outcome } from '#world/pty/nudge/asked';
import { judgeNudges, type Noted } from '../../src/trials/soak-nudges-proof.ts';
import type { Note } from '../../src/trials/stand-in/notes.ts';

const submit = (text: string, glued = false): Note => ({ kind: 'submit', text, glued, busy: false });
const told = (...outcomes: Outcome[]) => outcomes.map((outcome, n) => ({ session: 's', n, results: [{ outcome }] }));
const judge = (notes: Note[], ...outcomes: Outcome[]) => {
  const noted = notes.map((note, at): Noted => ({ ...note, at: at * 10 }));
  return judgeNudges(told(...outcomes), new Map([['s', noted]]), {
    seconds: 1,
    losses: 0,
    kills: 0,
    enters: new Map([['s', [5, 35]]]),
    people: PEOPLE,
  });
};
const dialog = (kind: 'dialog' | 'shown'): Note => ({ kind, name: 'permission' });
const answered: Note = { kind: 'answered', name: 'permission', by: 'enter', option: 'Yes', does: 'accepts', after_ms: 900 };
const deaf: Note = { kind: 'deaf', name: 'permission', after_ms: 9 };

const PEOPLE = new Map([['s', { drafts: [{ text: 'mine 1', became: 'erased' as const }], enters: [] }]]);
const GOOD = [submit('#0'), submit('#1')];

test('a soak that went well is good', () => {
  expect(judge(GOOD, 'taken', 'taken')).toMatchObject({ ok: true });
});

test.for<[string, Note[], Outcome[]]>([
  ['a nudge that was sent twice', [...GOOD, submit('#1')], ['taken', 'taken']],
  ['two in one', [submit('#0 #1')], ['taken', 'taken']],
  ['one glued to a draft', [submit('#0'), submit('mine #1', true)], ['taken', 'taken']],
  ['another order', [submit('#1'), submit('#0')], ['taken', 'taken']],
  ['one that is told as taken and was not', [submit('#0')], ['taken', 'taken']],
  ['one that is told as left and was sent', GOOD, ['taken', 'draft-left']],
  [
    'a dialog that was answered by an Enter that was pressed after it was shown',
    [...GOOD, dialog('dialog'), dialog('shown'), answered],
    ['taken', 'taken'],
  ],
  ['an Enter that a dialog on the screen did not take', [...GOOD, dialog('dialog'), dialog('shown'), deaf], ['taken', 'taken']],
  ['a draft of a person that was erased and sent', [...GOOD, submit('mine 1')], ['taken', 'taken']],
  ['a turn that was broken off', [...GOOD, { kind: 'interrupted' }], ['taken', 'taken']],
  ['hardly any that was sent', [], ['unknown', 'unknown']],
])('the soak of nudges fails at %s', ([, notes, outcomes]) => {
  expect(judge(notes, ...outcomes).ok).toBe(false);
});

test('an Enter that was pressed before the dialog was shown crossed it on its way: it is told, and no fault', () => {
  const judged = judge([...GOOD, dialog('dialog'), answered, deaf], 'taken', 'taken');
  expect(judged.ok).toBe(true);
  expect(judged.lines).toContain('2 Enters were on their way when a dialog rose, 1 of them answered it');
});
