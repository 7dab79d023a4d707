import { describe, expect, test } from 'vitest';
import { judge, type Painted } from '../support/painted.ts';

const MODES = '  ⏵⏵ bypass permissions on';
/** The rows below the input of Claude Code 2.1.197 at rest, by the width of its terminal. */
const CLAUDE: ReadonlyArray<readonly [number, string]> = [
  [80, `${MODES} (shift+tab to cycle) · ← for agents`],
  [61, `${MODES} (shift+tab to cycle) · ← for ag…`],
  [50, `${MODES} (shift+tab to      ·`],
  [40, `${MODES}          ·`],
];
const claude = (cols: number, footer: string, title: string): Painted => {
  const rule = '─'.repeat(cols);
  return { rows: ['● Done.', '', rule, '❯ ', rule, footer, `${' '.repeat(cols - 17)}● high · /effort`], title, cols };
};
/** The last rows of other programs at rest, each with its input above. */
const OTHERS: ReadonlyArray<readonly [string, number, readonly string[]]> = [
  ['copilot', 61, ['❯ ', '─'.repeat(61), ' Interactive · Allow All · / commands               scripted']],
  ['copilot', 45, ['❯ ', '─'.repeat(45), ' Interactive · Allow All · / comman scripted']],
  ['opencode', 61, ['  ┃ ', '   /tmp/town/shop/polecats/       1.0K ctrl+p', '   furiosa/rig                        commands']],
  ['opencode', 45, ['  ┃ ', '   /tmp/town/shop/    1.0K  ctrl+p', '   polecats/furiosa/rig     commands']],
];

describe('a program on a narrow terminal', () => {
  test.for(CLAUDE)('of %i columns: claude rests, though its last row is cut', ([cols, footer]) => {
    expect(judge('claude', claude(cols, footer, '✳ Claude Code'))).toMatchObject({ state: 'idle', draft: '', ready: true });
  });

  test.for(CLAUDE)('of %i columns: claude is busy as long as its title says so', ([cols, footer]) => {
    expect(judge('claude', claude(cols, footer, '⠐ Fixing'))).toMatchObject({ state: 'busy' });
  });

  test('claude that is asked to stop by Esc is not at rest, however its last row is cut', () => {
    const footer = `${MODES} (shift+tab to cycle) · esc to i…`;
    expect(judge('claude', claude(61, footer, '✳ Claude Code')).state).not.toBe('idle');
  });

  test('a row of claude that is whole but names no agents yet is not ready', () => {
    expect(judge('claude', claude(61, `${MODES} (shift+tab to cycle)`, '✳ Claude Code')).ready).toBe(false);
  });

  test.for(OTHERS)('%s rests at %i columns', ([preset, cols, rows]) => {
    expect(judge(preset, { rows: ['', '─'.repeat(cols), ...rows], cursor: [2, 4], cols, alternate: true })).toMatchObject({
      state: 'idle',
      draft: '',
    });
  });
});
