import { expect, test } from 'vitest';
import { undoes } from '#cli/wire-talk';
import { Followed } from '../support/screens.ts';

const SIZE = { cols: 40, rows: 12 };
const MODES = '\x1b[?2004h\x1b[?25l\x1b[?1000h\x1b[>1u';

/** Where the cursor stands, and whether anything is left set, after a program printed this and what undoes it. */
function after(printed: string, end: Parameters<typeof undoes>[0]): { x: number; y: number; left: string } {
  const screen = new Followed(SIZE.cols, SIZE.rows);
  screen.feed(Buffer.from(`${printed}${undoes(end, SIZE)}`));
  const { x, y } = screen.emulator.active;
  const left = screen.scanner.modes.extra('');
  const isAlternate = screen.emulator.isAlternate ? 'alternate' : '';
  screen.dispose();
  return { x, y, left: left + isAlternate };
}
const NOTHING = after('', { ended: 'itself', code: 0 }).left;

test('who failed by itself has said why: the next line goes below that, and nothing that it set stays', () => {
  expect(after('No conversation found.\r\n', { ended: 'itself', code: 1 })).toEqual({ x: 0, y: 1, left: NOTHING });
  const inAlternate = after(`$\r\n\x1b[?1049h${MODES}\x1b[9;9Hhello`, { ended: 'itself', code: 1 });
  expect(inAlternate).toMatchObject({ y: 1, left: NOTHING });
});

test.for([
  ['itself', 137],
  ['interrupted', 0],
] as const)('who was cut off (%s, %d) left a screen: the next line goes below it', ([ended, code]) => {
  expect(after(`${MODES}\x1b[3;5Hhello`, { ended, code })).toEqual({ x: 0, y: 11, left: NOTHING });
});

test('who ended well is believed', () => {
  expect(undoes({ ended: 'itself', code: 0 }, SIZE)).toBe('');
});
