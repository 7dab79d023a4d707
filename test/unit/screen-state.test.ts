import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileSigns, SignFault } from '#core/screen-signs';
import { classify } from '#core/screen-state';
import { claude, judge, paint, RULE } from '../support/painted.ts';

test('what a model shows above a prompt that is at work is no dialog', () => {
  const above = [
    '● The screen says:',
    '  Do you want to proceed?',
    '  ❯ 1. Yes',
    '    2. No',
    '  Esc to cancel',
    '  Overwrite? (y/n)',
    '',
  ];
  expect(judge('claude', claude(['❯ '], { above }))).toMatchObject({ state: 'idle', draft: '' });
  expect(judge('claude', claude(['❯ '], { above, title: '⠂ x', footer: ' esc to interrupt' }))).toMatchObject({ state: 'busy' });
});

test('a list of choices below a prompt is a dialog, and so is a question by letters', () => {
  expect(judge('claude', claude(['❯ '], { footer: ' Press Enter to continue' }))).toMatchObject({ state: 'dialog' });
  expect(judge('amp', { rows: ['Overwrite it? (y/N) '], cursor: [0, 20] })).toMatchObject({ state: 'dialog' });
  expect(judge('amp', { rows: ['> '], cursor: [0, 2] })).toMatchObject({ state: 'idle', draft: '' });
});

test('a mark above two empty rows is an older message, and not the prompt of a cursor that shows', () => {
  const rows = ['› an older message', '', '', ' typed without its mark'];
  expect(judge('codex', { rows, cursor: [3, 23] }).draft).toBeUndefined();
  expect(judge('codex', { rows: ['› a draft', '', '  of two parts'], cursor: [2, 14] }).draft).toBe('a draft\n\nof two parts');
});

test('a sign that is no pattern is refused with its place', () => {
  expect(() => compileSigns({ busy: [{ where: 'title', match: '(' }] })).toThrow(
    new SignFault('`screen.busy.0.match` is no regular expression: ('),
  );
  expect(() => compileSigns({ busy: [{ where: 'above', match: 'x' }] })).toThrow('`screen.busy.0.where` must be one of');
  expect(() => compileSigns({ dialogs: [{ name: 'x', signs: [] }] })).toThrow('`screen.dialogs.0.signs` must hold a sign');
  expect(() => compileSigns([])).toThrow('`screen` must be an object');
  expect(compileSigns({}).ready).toEqual([]);
});

const word = fc.stringMatching(/^[a-z]{1,12}$/);

test('whatever is typed at a prompt is told as the draft, word for word, whatever the width', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(word, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 40, max: 90 }),
      (lines, cols) => {
        const input = lines.map((words, index) => `${index === 0 ? '❯ ' : '  '}${words.join(' ')}`);
        const rule = '─'.repeat(cols);
        const rows = ['● text', rule, ...input, rule, '  ? for shortcuts'];
        const seen = judge('claude', { rows, title: '✳ x', cols, height: 60 });
        expect(seen.draft?.replaceAll(/\s/g, '')).toBe(lines.flat().join(''));
      },
    ),
    { numRuns: 60 },
  );
});

test('whatever a screen shows, a dialog is known while it is open', () => {
  const signs = compileSigns({
    ready: [{ where: 'footer', match: 'shortcuts' }],
    busy: [{ where: 'title', match: '^⠂' }],
    dialogs: [{ name: 'permission', kind: 'permission', signs: [{ where: 'screen', match: 'Do you want to proceed\\?' }] }],
    draft: { mark: '❯ ' },
  });
  const text = fc.array(fc.constantFrom('● text', '❯ earlier prompt', '', '  1. first', '> quoted', '* item', RULE), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(text, fc.boolean(), fc.boolean(), (above, alternate, isBusyTitle) => {
      const rows = [...above, ' Do you want to proceed?', ' ❯ 1. Yes', '   2. No', '', ' Esc to cancel'];
      const seen = classify(paint({ rows, alternate, title: isBusyTitle ? '⠂ x' : '✳ x' }), signs);
      expect(seen).toMatchObject({ state: 'dialog', draft: undefined, ready: false });
    }),
    { numRuns: 100 },
  );
});
