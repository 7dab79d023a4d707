import fc from 'fast-check';
import { expect, test } from 'vitest';
import { editDistance, nearest, orList } from '#core/nearest';

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 });

/** The distance as its definition has it, without memory of what was computed. */
function plainDistance(a: string, b: string): number {
  if (!a || !b) return a.length + b.length;
  const [i, j] = [a.length - 1, b.length - 1];
  let slips = Math.min(
    plainDistance(a.slice(0, i), b) + 1,
    plainDistance(a, b.slice(0, j)) + 1,
    plainDistance(a.slice(0, i), b.slice(0, j)) + (a[i] === b[j] ? 0 : 1),
  );
  if (i > 0 && j > 0 && a[i] === b[j - 1] && a[i - 1] === b[j])
    slips = Math.min(slips, plainDistance(a.slice(0, i - 1), b.slice(0, j - 1)) + 1);
  return slips;
}

test('the distance is the fewest slips', () => {
  const short = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 5 });
  fc.assert(
    fc.property(short, short, (a, b) => {
      expect(editDistance(a, b)).toBe(plainDistance(a, b));
    }),
  );
});

test('the distance is the same both ways, and nothing only to itself', () => {
  fc.assert(
    fc.property(word, word, (a, b) => {
      expect(editDistance(a, b)).toBe(editDistance(b, a));
      expect(editDistance(a, b) === 0).toBe(a === b);
    }),
  );
});

test('the nearest are at most three names of those there are, each once, and the name itself comes first', () => {
  fc.assert(
    fc.property(word, fc.array(word, { maxLength: 8 }), (meant, names) => {
      const found = nearest(meant, names);
      expect(found).toHaveLength(Math.min(3, new Set(names).size));
      expect(new Set(found).size).toBe(found.length);
      expect(names).toEqual(expect.arrayContaining(found));
      if (names.includes(meant)) expect(found[0]).toBe(meant);
    }),
  );
});

test('what a person meant is found', () => {
  const verbs = ['sling', 'status', 'stop', 'start', 'handoff', 'hook', 'convoy'];
  expect(nearest('slign', verbs)[0]).toBe('sling');
  expect(nearest('Hok', verbs)[0]).toBe('hook');
  expect(nearest('conv', verbs)[0]).toBe('convoy');
});

test('names stand in a sentence', () => {
  expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map((names) => orList(names))).toEqual([
    '',
    '`a`',
    '`a` or `b`',
    '`a`, `b` or `c`',
  ]);
});
