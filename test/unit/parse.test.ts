import fc from 'fast-check';
import { expect, test } from 'vitest';
import { command } from '#cli/command';
import { parse } from '#cli/parse';
import { parse as parseLean } from '#cli/parse-lean';
import { isRefusal } from '#core/refusals';

const sling = command({
  args: [
    { name: 'work', required: true },
    { name: 'others', many: true },
  ],
  options: [
    { name: 'message', short: 'm', value: 'text', help: 'what to say' },
    { name: 'label', value: 'name', many: true, help: 'labels' },
    { name: 'no-code', help: 'declares an outcome without code' },
    { name: 'dry-run', short: 'n', help: 'prints the plan' },
    { name: 'merge', value: 'how', choices: ['direct', 'mr'], help: 'how to land' },
  ],
  example: 'gt sling gp-1',
  run: () => undefined,
});
const READERS = [
  ['commander', parse],
  ['the lean reader', parseLean],
] as const;

test.each(READERS)('%s reads words, values, switches and repeated options in any order', (_name, read) => {
  const parsed = read(
    sling,
    ['sling'],
    ['-m', '-a text', 'gp-1', '--label=x', '--no-code', 'gp-2', '--label', 'y', '--json', '--', '--dry-run'],
  );
  expect(parsed).toEqual({
    args: { work: 'gp-1', others: ['gp-2', '--dry-run'] },
    opts: { message: '-a text', label: ['x', 'y'], 'no-code': true, 'dry-run': false, merge: undefined },
    global: { town: undefined, json: true, quiet: false, yes: false, help: false, colour: true },
  });
});

test.each(READERS)('%s joins short switches, and a short option with its value', (_name, read) => {
  expect(read(sling, ['sling'], ['a', '-nmhello'])).toMatchObject({ opts: { 'dry-run': true, message: 'hello' } });
  expect(read(sling, ['sling'], ['-h'])).toMatchObject({ global: { help: true } });
});

test.each(READERS)('%s refuses what is not declared', (_name, read) => {
  for (const words of [[], ['a', '--nope'], ['a', '-x'], ['a', '--json=1'], ['a', '--merge', 'maybe'], ['a', '-m']]) {
    expect(read(sling, ['gt', 'sling'], words)).toMatchObject({ refused: 'USAGE' });
  }
});

test.each(READERS)('%s says how a word with a dash is given to a command that takes any words', (_name, read) => {
  const { args: _args, ...none } = sling;
  const hint = (taker: typeof sling) => JSON.stringify(read(taker, ['gt', 'x'], ['log', '--oneline']));
  expect(hint(sling)).toContain('behind `--`');
  expect(hint(none as typeof sling)).not.toContain('behind `--`');
});

test('both readers take the same, and refuse the same', () => {
  const word = fc.constantFrom(
    ...[
      'a',
      'gp-1',
      '-',
      '--',
      '',
      '-5',
      '-1.5',
      '-m',
      '-mx',
      '-n',
      '-nm',
      '-nn',
      '-nx',
      '-x',
      '--message',
      '--message=',
      '--message=a=b',
      '--label',
    ],
    ...[
      '--label=q',
      '--no-code',
      '--no-code=1',
      '--code',
      '--dry-run',
      '--merge',
      'mr',
      '--merge=direct',
      '--json',
      '--town',
      '--no-color',
      '--color',
      '-h',
    ],
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), (words) => {
      const [one, other] = [parse(sling, ['gt', 'sling'], words), parseLean(sling, ['gt', 'sling'], words)];
      if (isRefusal(one) || isRefusal(other)) expect([isRefusal(one), isRefusal(other)]).toEqual([true, true]);
      else expect(other).toEqual(one);
    }),
    { numRuns: 1_000 },
  );
});
