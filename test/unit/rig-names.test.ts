import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isPrefix, isRigName, prefixFor } from '#core/names';

test('a rig is called by letters, digits, - and _, and by no word of the town', () => {
  for (const name of ['shop', 'gas-town', 'My_App2']) expect(isRigName(name)).toBe(true);
  for (const name of ['', '2shop', 'a b', '../x', '.git', 'mayor', 'Settings', 'plugins', 'x'.repeat(41)])
    expect(isRigName(name)).toBe(false);
});

test('a prefix is two or three letters of the name', () => {
  const none = new Set<string>();
  expect(prefixFor('shop', none)).toBe('sh');
  expect(prefixFor('my-new-app', none)).toBe('mna');
  expect(prefixFor('shop', new Set(['sh']))).toBe('shp');
});

test('a prefix is always free and valid, whatever the name', () => {
  const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,20}$/);
  fc.assert(
    fc.property(fc.array(name, { maxLength: 60 }), (names) => {
      const taken = new Set<string>();
      for (const one of names) {
        const prefix = prefixFor(one, taken);
        expect(isPrefix(prefix)).toBe(true);
        expect(taken.has(prefix)).toBe(false);
        taken.add(prefix);
      }
    }),
  );
});
