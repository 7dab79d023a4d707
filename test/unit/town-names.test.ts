import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextName, RESERVED_NAMES, THEMES, type Theme } from '#core/names';

const themes = Object.keys(THEMES) as Theme[];

test.each(themes)('the theme %s has fifty names, none twice, none a role, each fit for a branch and a directory', (theme) => {
  expect(new Set(THEMES[theme]).size).toBe(50);
  for (const name of THEMES[theme]) {
    expect(name).toMatch(/^[a-z][a-z0-9-]*$/);
    expect(RESERVED_NAMES.has(name)).toBe(false);
  }
});

test('no two who hold a name at the same time have the same', () => {
  const ops = fc.array(fc.nat(70), { maxLength: 150 });
  fc.assert(
    fc.property(fc.constantFrom(...themes), ops, (style, steps) => {
      const held = new Set<string>();
      for (const step of steps) {
        const name = nextName(held, { style, names: [] });
        expect(held.has(name)).toBe(false);
        held.add(name);
        if (step < 30) held.delete([...held][step] ?? '');
      }
    }),
  );
});

test('when all fifty are taken, numbers follow from 51', () => {
  const all = new Set<string>(THEMES.minerals);
  expect(nextName(all, { style: 'minerals', names: [] })).toBe('51');
  expect(nextName(new Set([...all, '51', '52']), { style: 'minerals', names: [] })).toBe('53');
});

test('own names replace the theme; a name in other letters is the same name, and a role is never given', () => {
  const pool = { style: 'mad-max', names: ['Ann', 'Mayor', 'Bob'] } as const;
  expect(nextName(new Set(), pool)).toBe('Ann');
  expect(nextName(new Set(['ann']), pool)).toBe('Bob');
  expect(nextName(new Set(['ANN', 'BOB']), pool)).toBe('51');
});
