/** A screen as people read it: its last rows as text. */
import type { Emulator } from './emulator.ts';
import type { Modes } from './modes.ts';
import { penKey, sgr } from './sgr.ts';

export type RenderOptions = {
  /** How many rows at most, counted from the last one that shows anything. */
  readonly lines: number;
  /** Whether colours and the like are kept, as SGR. */
  readonly colour: boolean;
  /** Only rows that are scrolled away, above the screen. */
  readonly isAbove?: boolean;
};

/** What a screen shows. */
export type Rendered = {
  /** Rows, each without the blanks at its end, joined by newlines. */
  readonly text: string;
  readonly cols: number;
  readonly rows: number;
  /** Where the cursor is, from 0: `y` is a row of `text`, negative when it lies above. */
  readonly cursor: { readonly x: number; readonly y: number; readonly hidden: boolean };
  readonly title: string;
  /** Whether it is the screen of a program that fills it, which has nothing scrolled away. */
  readonly alternate: boolean;
};

const PLAIN = penKey({ fg: 0, bg: 0, extended: { _ext: 0, underlineColor: 0, urlId: 0 } });

/** A row as text, of its first `cols` columns. `y` counts from the oldest line. */
export function rowOf(emulator: Emulator, y: number, colour: boolean, cols = emulator.cols): string {
  const line = emulator.active.lines.get(y);
  const cell = emulator.emptyCell();
  let text = '';
  let kept = 0;
  let pen = PLAIN;
  const end = line ? Math.min(line.length, cols) : 0;
  for (let x = 0; line && x < end; x++) {
    line.loadCell(x, cell);
    const width = cell.getWidth();
    if (x + width > cols) break;
    const chars = cell.getChars();
    if (chars === '' && width === 0) continue;
    if (colour) {
      const key = penKey(cell);
      if (key !== pen) text += sgr(cell);
      pen = key;
    }
    text += chars || ' ';
    // a blank shows only by its colour
    if ((chars !== '' && chars !== ' ') || pen !== PLAIN) kept = text.length;
  }
  const row = text.slice(0, kept);
  return row.includes('\x1b') ? `${row}\x1b[0m` : row;
}

/** The last rows of the screen in view, the lines scrolled away included. */
export function render(emulator: Emulator, modes: Modes, { lines, colour, isAbove }: RenderOptions): Rendered {
  const { active, cols, rows, isAlternate } = emulator;
  const cursorAt = active.ybase + active.y;
  let end = isAbove ? active.ybase : active.lines.length;
  while (!isAbove && end > cursorAt + 1 && rowOf(emulator, end - 1, colour) === '') end--;
  const begin = Math.max(0, end - lines);
  const text = Array.from({ length: end - begin }, (_, index) => rowOf(emulator, begin + index, colour)).join('\n');
  const cursor = { x: Math.min(active.x, cols - 1), y: cursorAt - begin, hidden: modes.cursorHidden };
  return { text, cols, rows, cursor, title: modes.title, alternate: isAlternate };
}
