import { unpainted } from './colour.ts';

const JOINING = /\p{Mark}|\u200d/u;
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

/** How many columns a terminal gives a text: wide signs (CJK, emoji) take two, marks that join the sign before them none. */
export function columns(text: string): number {
  let sum = 0;
  for (const sign of unpainted(text)) if (!JOINING.test(sign)) sum += WIDE.test(sign) ? 2 : 1;
  return sum;
}

/** A line in so many columns at most: what is left over is left out, and `…` says so. Its paint ends where it did. */
export function cut(line: string, width: number): string {
  if (columns(line) <= width) return line;
  let text = '';
  let left = width - 1;
  for (const [sign] of line.matchAll(/\u001b\[[0-9;:]*m|./gsu)) {
    const isPaint = sign.length > 1 && sign.startsWith('\u001b');
    const taken = isPaint ? 0 : columns(sign);
    if (!isPaint && taken > left) {
      if (left >= 0) text += '…';
      left = -1;
    } else if (isPaint || left >= 0) {
      text += sign;
      left -= taken;
    }
  }
  return text;
}

/**
 * Rows in columns, two spaces apart; no line ends in spaces. `heads` stand above, painted as they come; without rows the table is empty, heads or not. Line
 * breaks in a cell become spaces. `fit`: where the rows are wider than `width` columns, the cells of `column` are cut, to a few signs at the least; without
 * it nothing is cut.
 */
export function table(
  rows: ReadonlyArray<readonly string[]>,
  heads?: readonly string[],
  fit?: { readonly width: number; readonly column: number },
): string {
  if (rows.length === 0) return '';
  const lines = (heads ? [heads, ...rows] : rows).map((row) => row.map((cell) => cell.replace(/\s*[\r\n]+\s*/g, ' ')));
  const widths: number[] = [];
  for (const row of lines) for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, columns(cell));
  if (fit) {
    const whole = widths.reduce((sum, one) => sum + one, 2 * (widths.length - 1));
    const own = widths[fit.column] ?? 0;
    if (whole > fit.width) widths[fit.column] = Math.min(own, Math.max(LEAST, own - (whole - fit.width)));
  }
  const pad = (cell: string, width: number) => {
    const shown = cut(cell, width);
    return shown + ' '.repeat(width - columns(shown));
  };
  return lines
    .map((row) =>
      row
        .map((cell, index) => pad(cell, widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** What is left of a cell that is cut, in columns. */
const LEAST = 16;
