import { expect, test } from 'vitest';
import { commandLine } from '#core/shell-words';

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
