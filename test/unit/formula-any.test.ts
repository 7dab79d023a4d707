import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cook } from '#core/formula/cook';
import { parseFormula } from '#core/formula/parse';

/** Whatever a file holds: it is read or refused, and never breaks the reader. */

const KEYS =
  'formula type version extends vars steps template compose advice pointcuts inputs legs synthesis output prompts presets aspects id title needs children loop body count range until max gate timeout on_complete retry ralph check path condition waits_for expand expand_vars metadata target before after around select with branch from join bond_points __proto__ constructor tags'.split(
    ' ',
  );
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('a', 'b', '', '1..3', '{target}', '{{x}}', '*', 'f', 'expansion', 0, 1, 2, true, null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(fc.tuple(fc.constantFrom(...KEYS), tie('value')), { maxLength: 6 }).map((entries) => Object.fromEntries(entries)),
  ),
}));
const list = fc.array(
  fc
    .array(fc.tuple(fc.constantFrom(...KEYS), value), { maxLength: 5 })
    .map((entries) => Object.fromEntries([['id', 'a'], ...entries])),
  { maxLength: 3 },
);
const file = fc
  .tuple(fc.array(fc.tuple(fc.constantFrom(...KEYS), value), { maxLength: 6 }), list, list)
  .map(([entries, steps, template]) => JSON.stringify({ formula: 'f', steps, template, ...Object.fromEntries(entries) }));

test('any JSON is read or refused, and every fault has a place', () => {
  fc.assert(
    fc.property(file, (text) => {
      const read = parseFormula({ file: 'f.json', text });
      if ('faults' in read) expect(read.faults.length).toBeGreaterThan(0);
      for (const { line } of 'faults' in read ? read.faults : read.warnings) expect(line).toBe(1);
      const cooked = cook({ name: 'f', find: () => ({ file: 'f.json', text }), hash: (content) => `${content.length}` });
      expect('faults' in cooked ? cooked.faults.length : 1).toBeGreaterThan(0);
    }),
    { numRuns: 60 },
  );
});

test('any text is read or refused, as TOML and as JSON', () => {
  const piece = fc.constantFrom(
    '[',
    ']',
    '[[',
    '{',
    '}',
    '"',
    "'",
    '"""',
    "'''",
    '=',
    ',',
    '.',
    '\n',
    '#',
    '\\',
    'steps',
    'id',
    ' ',
    '1',
    ':',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 25 }), fc.constantFrom('f.toml', 'f.json'), (pieces, name) => {
      expect(parseFormula({ file: name, text: pieces.join('') })).toHaveProperty('faults');
    }),
    { numRuns: 300 },
  );
});

test('files that are nested without an end are refused', () => {
  const deep = (depth: number) => `{"formula": "f", "x": ${'['.repeat(depth)}${']'.repeat(depth)}}`;
  expect(parseFormula({ file: 'f.json', text: deep(20_000) })).toMatchObject({
    faults: [{ says: expect.stringContaining('300 deep') }],
  });
  expect(parseFormula({ file: 'f.toml', text: `formula = "f"\nx = ${'['.repeat(20_000)}` })).toHaveProperty('faults');
});
