import { expect, test } from 'vitest';
import { shellBlock } from '#core/shell-block';

const item = (...lines: string[]) => lines.join('\n');

test('the first sh block is what runs', () => {
  const text = item('Do this:', '```js', 'no', '```', '```sh', 'echo one', '', 'echo two', '```', '```sh', 'echo three', '```');
  expect(shellBlock('gp-1', text, false)).toBe('echo one\n\necho two\n');
});

test('an item that came back runs its rework block, or the first one when it has none', () => {
  const both = item('```sh', 'first', '```', '', '```sh rework', 'again', '```');
  expect(shellBlock('gp-1', both, true)).toBe('again\n');
  expect(shellBlock('gp-1', both, false)).toBe('first\n');
  expect(shellBlock('gp-1', item('```sh', 'first', '```'), true)).toBe('first\n');
  expect(shellBlock('gp-1', item('```sh rework', 'again', '```'), false)).toMatchObject({ refused: 'NOTHING_TO_RUN' });
});

test('lines may end as on Windows', () => {
  expect(shellBlock('gp-1', 'x\r\n```sh\r\necho a\r\n\techo b\r\n```\r\n', false)).toBe('echo a\n\techo b\n');
});

test('a longer fence holds shorter ones', () => {
  expect(shellBlock('gp-1', item('````sh', 'cat <<E', '```sh', 'x', '```', 'E', '````'), false)).toBe(
    'cat <<E\n```sh\nx\n```\nE\n',
  );
  expect(shellBlock('gp-1', item('````md', '```sh', 'an example', '```', '````'), false)).toMatchObject({
    refused: 'NOTHING_TO_RUN',
  });
  expect(shellBlock('gp-1', item('~~~sh', 'x', '~~~'), false)).toBe('x\n');
});

test('an indented block loses its indent, and one that nobody closed reaches to the end', () => {
  expect(shellBlock('gp-1', item('- so:', '  ```sh', '  echo a', '    echo b', '  ```'), false)).toBe('echo a\n  echo b\n');
  expect(shellBlock('gp-1', item('```sh', 'echo a'), false)).toBe('echo a\n');
});

test('code within a line is no block, and without a block there is nothing to run', () => {
  expect(shellBlock('gp-1', 'Run ```sh``` here', false)).toEqual({ refused: 'NOTHING_TO_RUN', facts: { id: 'gp-1' } });
  expect(shellBlock('gp-1', '```sh``` x\necho', false)).toMatchObject({ refused: 'NOTHING_TO_RUN' });
  expect(shellBlock('gp-1', '', false)).toMatchObject({ refused: 'NOTHING_TO_RUN' });
});
