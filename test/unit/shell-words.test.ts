import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asLine, commandLine } from '#core/shell-words';

test.each([
  ['claude-glm --model glm-4', {}, ['claude-glm', '--model', 'glm-4']],
  ['  a  ', {}, ['a']],
  [`A=1 B='x y' run "two words" 'it''s' a\\ b "q\\"\\$"`, { A: '1', B: 'x y' }, ['run', 'two words', 'its', 'a b', 'q"$']],
  [`run '' ""`, {}, ['run', '', '']],
  [`run 'a|b' x=1`, {}, ['run', 'a|b', 'x=1']],
])('%s', (line, env, [command, ...args]) => {
  expect(commandLine(line)).toEqual({ env, command, args });
});

test.each(['', '  ', 'A=1', 'a | b', 'a $HOME', 'a "$HOME"', "a 'b", 'a "b', 'a `b`', 'a > b', 'a; b'])(
  '%s is refused',
  (line) => {
    expect(commandLine(line)).toMatchObject({ refused: 'USAGE' });
  },
);

test('words are shown as a line that reads as them again', () => {
  expect(asLine(['claude', '--model', 'x y', "it's"])).toBe(`claude --model 'x y' 'it'\\''s'`);
  fc.assert(
    fc.property(fc.array(fc.string()), (args) => {
      expect(commandLine(asLine(['run', ...args]))).toEqual({ env: {}, command: 'run', args });
    }),
  );
});
