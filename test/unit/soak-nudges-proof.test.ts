import { expect, test } from 'vitest';
import type { Outcome } from '#world/pty/nudge/asked';
import { judgeNudges } from '../../src/trials/soak-nudges-proof.ts';
import type { Note } from '../../src/trials/stand-in/notes.ts';

const submit = (text: string, glued = false): Note => ({ kind: 'submit', text, glued, busy: false });
const told = (...outcomes: Outcome[]) => outcomes.map((outcome, n) => ({ session: 's', n, results: [{ outcome }] }));
const judge = (notes: Note[], ...outcomes: Outcome[]) =>
  judgeNudges(told(...outcomes), new Map([['s', notes]]), { seconds: 1, losses: 0 });

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
    'a dialog that was answered',
    [...GOOD, { kind: 'answered', name: 'permission', by: 'enter', option: 'Yes', does: 'accepts', after_ms: 900 }],
    ['taken', 'taken'],
  ],
  ['a turn that was broken off', [...GOOD, { kind: 'interrupted' }], ['taken', 'taken']],
  ['hardly any that was sent', [], ['unknown', 'unknown']],
])('the soak of nudges fails at %s', ([, notes, outcomes]) => {
  expect(judge(notes, ...outcomes).ok).toBe(false);
});
