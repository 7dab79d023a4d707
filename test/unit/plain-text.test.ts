import { expect, test } from 'vitest';
import { outputEnd, plainText } from '#core/plain-text';

test('paint, titles and links go, text stays', () => {
  expect(plainText('\x1b[1;32mok\x1b[0m \x1b]0;title\x07a\x1b]8;;http://x\x1b\\b\x1b(B\r\n', 9)).toBe('ok ab');
});

test('of a line that was overwritten stands what came last', () => {
  expect(plainText('10%\r50%\r100%\r\nnext\r\r\n', 9)).toBe('100%\nnext');
  expect(plainText('abcdef\rXY', 9)).toBe('XYcdef');
});

test('a move to another line is another line, and the last lines are shown', () => {
  expect(plainText('top\x1b[2;1Hsecond\x1b[3;1Hthird', 2)).toBe('second\nthird');
  expect(plainText('one\r\ntwo\r\n\r\n\r\n\r\nthree\r\n\r\n', 3)).toBe('two\n\nthree');
});

test('a sequence that is cut at the end is left out', () => {
  expect(plainText('text\x1b', 9)).toBe('text');
  expect(plainText('text\x1b]0;half a ti', 9)).toBe('text');
});

test('the end of an output begins with a line or a sequence, never within one', () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  expect(outputEnd(bytes('all of it'), 9)).toBe('all of it');
  expect(plainText(outputEnd(bytes('ab\x1b[38;5;1mred\x1b[0m!\r\nnext'), 20), 9)).toBe('!\nnext');
  expect(plainText(outputEnd(bytes('a long line\r\nnext'), 10), 9)).toBe('\nnext'.trim());
  expect(outputEnd(bytes('no line at all'), 6)).toBe('at all');
});
