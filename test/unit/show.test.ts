import fc from 'fast-check';
import { expect, test } from 'vitest';
import { palette, unpainted } from '#cli/colour';
import { columns, table } from '#cli/table';
import { duration, relativeTime, timeLeft } from '#core/relative-time';

const paint = palette(true);

test('cells stand in columns, painted or wide', () => {
  const rows = [
    [paint.red('gp-1'), 'open', 'short'],
    ['gp-22', paint.bold('車'), 'a\n  b'],
    ['gp-333', '', ''],
  ];
  expect(unpainted(table(rows, ['id', 'status', 'title'])).split('\n')).toEqual([
    'id      status  title',
    'gp-1    open    short',
    'gp-22   車      a b',
    'gp-333',
  ]);
});

test('a table without rows is empty', () => {
  expect(table([], ['id'])).toBe('');
});

test('every column begins at the same place in each line', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', 'é', '車', '\u{1F69A}', 'e\u0301'), minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 5 }), (rows) => {
      const marked = table(rows.map(([a, b]) => [a, `|${b}`])).split('\n');
      expect(new Set(marked.map((line) => columns(line.slice(0, line.indexOf('|'))))).size).toBe(1);
    }),
  );
});

test('paint goes on and comes off', () => {
  expect(unpainted(paint.cyan(paint.bold('x')))).toBe('x');
  expect(palette(false).red('x')).toBe('x');
  expect(paint.red('')).toBe('');
});

test('times are told from now, in their largest whole unit', () => {
  const now = 1_000_000_000;
  const told = [999, 1_000, 59_999, 60_000, 3_600_000, 86_400_000 * 12].map((ago) => relativeTime(now - ago, now));
  expect(told).toEqual(['now', '1 s ago', '59 s ago', '1 min ago', '1 h ago', '12 d ago']);
  expect(relativeTime(now + 7_200_000, now)).toBe('in 2 h');
  expect(duration(0)).toBe('0 s');
  // What was asked for two hours from now is told as that, however long it took to say it.
  expect([relativeTime(now + 7_199_400, now), timeLeft(400), timeLeft(0)]).toEqual(['in 2 h', '1 s', '1 s']);
});
