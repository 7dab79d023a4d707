/** A screen as it is judged: its last rows, with what is dim told apart. */
import type { ScreenView, ViewRow } from '#core/screen-view';
import type { Cell, Emulator } from './emulator.ts';
import type { Modes } from './modes.ts';
import { isDim, isInverse } from './sgr.ts';

/** A cursor that is painted on the first character of a placeholder is no draft. */
function isGhost(emulator: Emulator, y: number, x: number, cell: Cell): boolean {
  const line = emulator.active.lines.get(y);
  if (!line || !isInverse(cell)) return false;
  const next = x + Math.max(1, cell.getWidth());
  if (next >= Math.min(line.length, emulator.cols)) return false;
  const beside = line.loadCell(next, emulator.emptyCell());
  return isDim(beside) && beside.getChars().trim() !== '';
}

function rowOf(emulator: Emulator, y: number): ViewRow {
  const line = emulator.active.lines.get(y);
  const cell = emulator.emptyCell();
  let text = '';
  let bright = '';
  for (let x = 0; line && x < Math.min(line.length, emulator.cols); x++) {
    line.loadCell(x, cell);
    const chars = cell.getChars();
    if (chars === '' && cell.getWidth() === 0) continue;
    const shown = chars || ' ';
    text += shown;
    bright += isDim(cell) || isGhost(emulator, y, x, cell) ? ' '.repeat(shown.length) : shown;
  }
  const length = text.trimEnd().length;
  return { text: text.slice(0, length), bright: bright.slice(0, length) };
}

/** The last `lines` rows of the screen in view, the cursor's row at least: without the empty ones at its end, and without what is scrolled away. */
export function viewOf(emulator: Emulator, modes: Modes, lines: number): ScreenView {
  const { active, rows, isAlternate } = emulator;
  const all = Array.from({ length: rows }, (_, y) => y);
  const shown = all.map((y) => rowOf(emulator, active.ybase + y));
  const end =
    Math.max(
      active.y,
      shown.findLastIndex((row) => row.text !== ''),
    ) + 1;
  const begin = Math.min(active.y, Math.max(0, end - lines));
  return {
    rows: shown.slice(begin, end),
    cursor: { y: active.y - begin, hidden: modes.cursorHidden },
    title: modes.title,
    alternate: isAlternate,
    bracketedPaste: modes.bracketedPaste,
  };
}
