import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fitForTerminal, headOf, shows } from '#core/spoken';

test.each([
  ['look at the API', 'look at the API', 0, false],
  ['two\r\nlines\rthree\tand', 'two\nlines\nthree\tand', 0, false],
  ['a\x07b\x03c', 'abc', 2, false],
  ['\x1b[31mred\x1b[0m', 'red', 9, false],
  ['\x1b]0;title\x07text', 'text', 10, false],
  ['in\x1b[201~out', 'inout', 6, false],
  ['c1 \x9b31mred\x85', 'c1 red', 5, false],
  ['/clear', '[nudge] /clear', 0, true],
  ['  !rm -rf .', '[nudge] !rm -rf .', 0, true],
  ['-x', '[nudge] -x', 0, true],
  ['# note', '[nudge] # note', 0, true],
  ['\x1b[A/exit', '[nudge] /exit', 3, true],
  ['[GAS TOWN] hi', '[GAS TOWN] hi', 0, false],
  ['Überraschung', 'Überraschung', 0, false],
  ['日本語', '日本語', 0, false],
  [' \x07\n ', '', 1, false],
])('%j is typed as %j', (written, text, removed, prefixed) => {
  expect(fitForTerminal(written)).toEqual({ text, removed, prefixed });
});

test('whatever was written, nothing that a terminal obeys is typed, and nothing that a program could take for a command begins it', () => {
  const bytes = fc
    .array(fc.constantFrom(...'\x1b[]0;~m\x07\x9b\x9c\\P_/!-# \n\tab'), { maxLength: 40 })
    .map((all) => all.join(''));
  fc.assert(
    fc.property(bytes, (written) => {
      const { text } = fitForTerminal(written);
      expect(text).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
      expect(text).toMatch(/^$|^[\p{L}\p{N}[]/u);
      expect(fitForTerminal(text)).toEqual({ text, removed: 0, prefixed: false });
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ['look at the API of the shop', 'look at the API of the shop', true],
  ['first\nlook at the API of the shop\nlast', 'look at the API of the shop', true],
  ['look at the  API\n   of the shop', 'look at the API of the shop', true],
  ['look at the API', 'look at the API of the shop', false],
  ['ok', 'ok', true],
  ['hm\nok', 'ok', true],
  ['that is ok so far', 'ok', false],
  ['anything', '', false],
])('a prompt of %j and a nudge of %j: %s', (prompt, text, shown) => {
  expect(shows(prompt, text)).toBe(shown);
});

test('a list shows the beginning of a text in one line', () => {
  expect(headOf('two\nlines')).toBe('two lines');
  expect(headOf('x'.repeat(100))).toBe(`${'x'.repeat(59)}…`);
});
