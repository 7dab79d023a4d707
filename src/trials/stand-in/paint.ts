/** Puts rows on a terminal: those that stay scroll away above, those of the live frame are drawn anew each time. */

/** The live frame: its rows with their pens, and where the cursor stands, counted from the first row and column. */
export type Frame = {
  readonly rows: readonly string[];
  readonly cursor: { readonly x: number; readonly y: number; readonly hidden?: boolean };
};

const PENS: Readonly<Record<string, string>> = { dim: '\x1b[2m', bold: '\x1b[1m', inverse: '\x1b[7m', '/': '\x1b[0m' };
const SGR = /\x1b\[[\d;]*m/g;

/** Fills in the places of a row: values, pens, and `{rule}` or `{gap}` to the width. Unknown places stay. */
export function fillRow(row: string, values: Readonly<Record<string, string | number | undefined>>, cols: number): string {
  const filled = row.replace(/\{([a-z_]+|\/)\}/g, (whole, name: string) => {
    if (name === 'rule' || name === 'gap') return whole;
    return PENS[name] ?? (values[name] === undefined ? whole : String(values[name]));
  });
  const fillers = filled.match(/\{(?:rule|gap)\}/g);
  if (!fillers) return filled;
  const rest = widthOf(filled.replace(/\{(?:rule|gap)\}/g, ''));
  const each = Math.max(0, Math.floor((cols - rest) / fillers.length));
  return filled.replaceAll('{rule}', '─'.repeat(each)).replaceAll('{gap}', ' '.repeat(each));
}

/** Columns that a row takes, pens left out. */
export const widthOf = (row: string): number => [...row.replace(SGR, '')].length;

/** A row cut to the width, pens kept. */
function cut(row: string, cols: number): string {
  if (widthOf(row) <= cols) return row;
  let left = cols;
  return row
    .split(/(\x1b\[[\d;]*m)/)
    .map((piece) => {
      if (piece.startsWith('\x1b[')) return piece;
      const kept = [...piece].slice(0, left).join('');
      left -= [...kept].length;
      return kept;
    })
    .join('');
}

/** A row that says where it was cut, as programs do with what stands below their box. */
export const clip = (row: string, cols: number): string => (widthOf(row) <= cols ? row : `${cut(row, cols - 1)}…`);

/** Text in rows of at most `cols`, at its newlines and where it is full. */
export function wrap(text: string, cols: number): string[] {
  return text.split('\n').flatMap((line) => {
    const chars = [...line];
    const rows: string[] = [];
    for (let at = 0; at === 0 || at < chars.length; at += cols) rows.push(chars.slice(at, at + cols).join(''));
    return rows;
  });
}

export class Painter {
  #cols: number;
  #rows: number;
  readonly #alternate: boolean;
  readonly #marks: boolean;
  /** Of the frame that is on the terminal. */
  #height = 0;
  #cursorRow = 0;
  #past: string[] = [];
  #title = '';
  #isHidden = false;
  #last = '';

  constructor(
    size: { readonly cols: number; readonly rows: number },
    how: { readonly alternate: boolean; readonly marks: boolean },
  ) {
    this.#cols = size.cols;
    this.#rows = size.rows;
    this.#alternate = how.alternate;
    this.#marks = how.marks;
  }

  get cols(): number {
    return this.#cols;
  }

  resize(cols: number, rows: number): void {
    this.#cols = cols;
    this.#rows = rows;
    this.#last = '';
  }

  /** The bytes that set a title, when it is another. */
  title(title: string | undefined): string {
    if (title === undefined || title === this.#title) return '';
    this.#title = title;
    return `\x1b]0;${title}\x07`;
  }

  /** The bytes that draw a frame below rows that stay. Nothing when it is already there, unless `again`. */
  draw(frame: Frame, stays: readonly string[], again = false): string {
    const rows = frame.rows.slice(-this.#rows).map((row) => cut(row, this.#cols));
    const gone = frame.rows.length - rows.length;
    const key = JSON.stringify([rows, frame.cursor]);
    if (!again && stays.length === 0 && key === this.#last) return '';
    this.#last = key;
    const kept = stays.flatMap((text) => text.split('\n')).map((row) => cut(row, this.#cols));
    const body = this.#alternate ? this.#whole(rows, kept) : this.#inline(rows, kept);
    const top = this.#alternate ? this.#rows - rows.length : 0;
    const y = Math.min(Math.max(0, frame.cursor.y - gone), Math.max(0, rows.length - 1));
    const x = Math.min(frame.cursor.x, this.#cols - 1);
    let cursor = `\x1b[${top + y + 1};${x + 1}H`;
    if (!this.#alternate) {
      const up = rows.length - 1 - y;
      cursor = `${up > 0 ? `\x1b[${up}A` : ''}\r${x > 0 ? `\x1b[${x}C` : ''}`;
      this.#cursorRow = y;
      this.#height = rows.length;
    }
    const hidden = frame.cursor.hidden === true;
    const all = `${body}${cursor}${hidden === this.#isHidden ? '' : `\x1b[?25${hidden ? 'l' : 'h'}`}`;
    this.#isHidden = hidden;
    return this.#marks ? `\x1b[?2026h${all}\x1b[?2026l` : all;
  }

  /** The bytes that leave the terminal below all that was drawn, with a last word. */
  leave(words: readonly string[]): string {
    const down = this.#height - 1 - this.#cursorRow;
    const out = this.#alternate ? '\x1b[?1049l' : `${down > 0 ? `\x1b[${down}B` : ''}\r\n`;
    return `${out}${this.#isHidden ? '\x1b[?25h' : ''}\x1b[0m${words.map((word) => `${word}\r\n`).join('')}`;
  }

  #inline(rows: readonly string[], stays: readonly string[]): string {
    const back = `${this.#cursorRow > 0 ? `\x1b[${this.#cursorRow}A` : ''}\r\x1b[J`;
    return `${back}${stays.map((row) => `${row}\x1b[0m\r\n`).join('')}${rows.map((row) => `${row}\x1b[0m`).join('\r\n')}`;
  }

  /** A program that fills the screen: the past above as far as there is room, the frame at the bottom. */
  #whole(rows: readonly string[], stays: readonly string[]): string {
    this.#past = [...this.#past, ...stays].slice(-this.#rows);
    const room = Math.max(0, this.#rows - rows.length);
    const past = room === 0 ? [] : this.#past.slice(-room);
    const blank = Array.from({ length: room - past.length }, () => '');
    return [...past, ...blank, ...rows].map((row, at) => `\x1b[${at + 1};1H${row}\x1b[0m\x1b[K`).join('');
  }
}
