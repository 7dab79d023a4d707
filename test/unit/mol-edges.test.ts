import { expect, test } from 'vitest';
import { cut } from '#cli/table';
import { molEdges } from '#views/mol-edges';

const step = (id: string, needs: readonly string[] = [], parent: string | null = null) => ({ id, needs, parent });
const drawn = (steps: readonly ReturnType<typeof step>[]) =>
  molEdges(steps)
    .map(({ from, to }) => `${from}>${to}`)
    .sort();

test('a container waits for the last of its steps, and the first of them for what it needs', () => {
  const steps = [step('a'), step('E', ['a']), step('E.1', [], 'E'), step('E.2', ['E.1'], 'E'), step('z', ['E'])];
  expect(drawn(steps)).toEqual(['E.1>E.2', 'E.2>E', 'E>z', 'a>E.1']);
});

test('what a container of containers needs comes down to those that begin in it', () => {
  const steps = [
    step('a'),
    step('E', ['a']),
    step('F', [], 'E'),
    step('F.1', [], 'F'),
    step('G', ['F'], 'E'),
    step('G.1', ['x'], 'G'),
  ];
  expect(drawn(steps)).toEqual(['F.1>F', 'F>G.1', 'G.1>G', 'G>E', 'a>F.1']);
});

test('an empty container keeps its needs', () => {
  expect(drawn([step('a'), step('E', ['a'])])).toEqual(['a>E']);
});

test.each([
  ['short', 10, 'short'],
  ['exactly ten', 11, 'exactly ten'],
  ['much too long', 8, 'much to…'],
  ['漢字漢字', 6, '漢字…'],
  ['\u001b[1mbold and long\u001b[22m', 6, '\u001b[1mbold …\u001b[22m'],
  ['into a pipe nothing is cut', Number.POSITIVE_INFINITY, 'into a pipe nothing is cut'],
])('%j in %d columns is %j', (line, width, shown) => {
  expect(cut(line, width)).toBe(shown);
});
