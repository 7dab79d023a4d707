import { expect, test } from 'vitest';
import { appendKeys } from '#core/append-keys';
import { joinJson, layJson } from '#core/lay-json';

const wanted = { update: false, analytics: { enabled: false }, deep: { er: { list: ['a', 1] } } };

test('a file that is absent is written whole', () => {
  expect(appendKeys('', wanted, 'toml')).toBe('update = false\n\n[analytics]\nenabled = false\n\n[deep.er]\nlist = ["a", 1]\n');
  expect(appendKeys('', { a: 'x y', s: { b: true } }, 'ini')).toBe('a=x y\n\n[s]\nb=true\n');
});

test('what is there stays, and what is missing comes where it belongs', () => {
  const theirs = '# mine\nmodel = "m"\n\n[analytics] # none\nother = 1\n\n[z]\nupdate = true\n';
  const after = appendKeys(theirs, wanted, 'toml');
  expect(after).toBe(
    '# mine\nmodel = "m"\nupdate = false\n\n[analytics] # none\nother = 1\nenabled = false\n\n[z]\nupdate = true\n\n[deep.er]\nlist = ["a", 1]\n',
  );
  expect(appendKeys(after, wanted, 'toml')).toBe(after);
});

test.each([
  ['the key with another value', 'update = true\nanalytics = { enabled = true }\ndeep.er.list = []\n'],
  ['dotted keys of the table', 'update = true\nanalytics.on = 1\ndeep.er.x = 1\n'],
  ['quoted names', '"update" = 1\n["analytics"]\n\'enabled\' = 2\n[ deep . er ]\nlist = 3\n'],
  ['dotted keys in a table above', 'update=1\nanalytics={}\n[deep]\ner.list = 1\n'],
])('%s is left as it is', (_what, theirs) => {
  expect(appendKeys(theirs, wanted, 'toml')).toBe(theirs);
});

test('lines of a value over several lines are no tables and no keys', () => {
  const theirs = 'a = [\n  "x", # ]\n  ["analytics"]\n]\nb = """\n[analytics]\nupdate = 1\n"""\n[[deep.er]]\nlist = 1\n';
  const after = appendKeys(theirs, { update: false, analytics: { enabled: false } }, 'toml');
  expect(after).toBe(theirs.replace('"""\n[[', '"""\nupdate = false\n[[').concat('\n[analytics]\nenabled = false\n'));
});

const hook = (command: string) => ({ hooks: [{ type: 'command', command }] });

test('our keys are laid over theirs, and theirs are kept', () => {
  const theirs = { a: 1, deep: { theirs: true, ours: 'old' }, list: ['x'] };
  const laid = layJson(theirs, { deep: { ours: 'new' }, list: ['y', 'x'], b: null });
  expect(laid).toEqual({ a: 1, deep: { theirs: true, ours: 'new' }, list: ['x', 'y'], b: null });
  expect(layJson(laid, { deep: { ours: 'new' }, list: ['y', 'x'], b: null })).toEqual(laid);
});

test('a hook that an older gt wrote is replaced, and a hook of theirs is kept', () => {
  const theirs = { hooks: { Stop: [hook('"$GT_BIN" older'), hook('say done')] } };
  const ours = joinJson({ hooks: { Stop: [hook('"$GT_BIN" a')] } }, { hooks: { Stop: [hook('"$GT_BIN" b')] } });
  expect(layJson(theirs, ours)).toEqual({ hooks: { Stop: [hook('say done'), hook('"$GT_BIN" a'), hook('"$GT_BIN" b')] } });
});
