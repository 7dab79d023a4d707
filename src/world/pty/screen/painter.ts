/**
 * A screen as the bytes that paint it on a fresh terminal of the same size: every cell with its colours, flags, underline and link, the lines scrolled away,
 * which line continues which, both screens, their saved cursors and tab stops, and the pen. `Modes.extra` follows.
 */
import type { Cell, Emulator, Pen, Sheet } from './emulator.ts';
import { CONTENT } from './emulator.ts';
import { isErased, isRich, linkOf, penKey, protection, sgr, wasLinked } from './sgr.ts';

const DEFAULT_PEN: Pen = { fg: 0, bg: 0, extended: { _ext: 0, underlineColor: 0, urlId: 0 } };
const TAB = 8;
const SAVE = '\x1b7';

function goTo(row: number, col: number): string {
  return `\x1b[${row + 1};${col + 1}H`;
}

/** Paints one emulator, once. */
export class Painter {
  readonly #from: Emulator;
  readonly #cell: Cell;
  #parts: string[] = [];
  #pen = penKey(DEFAULT_PEN);
  #link = 0;
  #lastFg = 0;
  #lastBg = 0;

  constructor(from: Emulator) {
    this.#from = from;
    this.#cell = from.emptyCell();
  }

  /** The whole screen, `scrollback` with the lines scrolled away; `savedCharset` names what each of the two has saved. */
  paint(savedCharset: (sheet: 'normal' | 'alternate') => string, scrollback = true): string {
    const { normal, alternate, isAlternate } = this.#from;
    this.#sheet(normal, scrollback ? 0 : normal.ybase);
    if (isAlternate) {
      // going to the other screen saves the cursor of this one: at that moment it is the saved one
      if (normal.scrollTop > 0 || normal.scrollBottom < this.#from.rows - 1)
        this.#put(`\x1b[${normal.scrollTop + 1};${normal.scrollBottom + 1}r`);
      this.#savedCursor(normal, savedCharset('normal'), '\x1b[?1049h');
      this.#setPen(DEFAULT_PEN);
      this.#put('\x1b[2J\x1b[H');
      this.#sheet(alternate);
      this.#savedCursor(alternate, savedCharset('alternate'), SAVE);
    } else this.#savedCursor(normal, savedCharset('normal'), SAVE);
    this.#setPen(this.#from.pen);
    return this.#parts.join('');
  }

  /** Puts the cursor of the screen in view where it is; behind the last column, that column is printed again. `pen` sets the pen afterwards. */
  cursor(isOrigin: boolean): string {
    const { active, cols, pen } = this.#from;
    const row = active.y - (isOrigin ? active.scrollTop : 0);
    if (active.x < cols) return goTo(row, active.x);
    this.#parts = [];
    this.#behind(active, active.y, row);
    this.#setPen(pen, true);
    return this.#parts.join('');
  }

  /** Prints the character before the cursor again, so that a combining one that comes next joins it. */
  reprint(): string {
    const { active, cols } = this.#from;
    const line = active.lines.get(active.ybase + active.y);
    for (let x = Math.min(active.x, cols) - 1; line && x >= 0 && x >= active.x - 2; x--) {
      line.loadCell(x, this.#cell);
      const chars = this.#cell.getChars();
      const width = this.#cell.getWidth();
      if (chars === '' || width === 0) continue;
      if (x + width !== active.x) return '';
      // back by characters: with origin mode on the library takes a move by a sequence for one to another row
      return `${active.x < cols ? '\b'.repeat(width) : `\x1b[${x + 1}G`}${chars}`;
    }
    return '';
  }

  #put(text: string): void {
    this.#parts.push(text);
  }

  #setPen(pen: Pen, always = false): void {
    // most cells are like the one before
    if (this.#lastFg === pen.fg && this.#lastBg === pen.bg && !isRich(pen) && !always) return;
    this.#lastFg = pen.fg;
    this.#lastBg = pen.bg;
    const id = linkOf(pen);
    // a link is forgotten when the lines that had it are gone, also one that is still open
    const data = id === 0 ? undefined : this.#from.link(id);
    const link = data ? id : 0;
    if (link !== this.#link) this.#put(`\x1b]8;${data?.id ? `id=${data.id}` : ''};${data?.uri ?? ''}\x07`);
    this.#link = link;
    const key = penKey(pen);
    if (key === this.#pen && !always) return;
    this.#put(sgr(pen) + protection(pen));
    this.#pen = key;
  }

  #sheet(sheet: Sheet, first = 0): void {
    const { rows } = this.#from;
    const { lines } = sheet;
    for (let y = first; y < lines.length; y++) {
      const isWrapped = y > first && lines.get(y)?.isWrapped;
      const isContinued = rows > 1 && y + 1 < lines.length && lines.get(y + 1)?.isWrapped === true;
      if (y > first) {
        this.#setPen(DEFAULT_PEN);
        this.#put(isWrapped && rows > 1 ? '\r\x1b[B' : '\r\n');
      }
      if (isContinued) {
        // makes the next line a continuation of this one before either has a cell to lose
        this.#setPen(DEFAULT_PEN);
        this.#put(`\x1b[${this.#from.cols}G\x1b[mxx\r\x1b[X\x1b[A`);
      }
      this.#line(sheet, y, isContinued);
    }
    this.#tabs(sheet);
  }

  /** `isMarked`: the last column holds something to be overwritten. */
  #line(sheet: Sheet, y: number, isMarked: boolean): void {
    const { cols } = this.#from;
    const line = sheet.lines.get(y);
    if (!line) return;
    const length = Math.min(cols, line.length);
    const dirty = new Set<number>(isMarked ? [cols - 1] : []);
    const ghosts = this.#ghosts(sheet, y, length, dirty);
    let at = ghosts > 0 ? -1 : 0;
    for (let x = 0; x < length; x++) {
      const cell = line.loadCell(x, this.#cell);
      const width = cell.getWidth();
      if ((cell.content & CONTENT) === 0) {
        if (width !== 1 || !isErased(cell) || (cell.bg === 0 && !dirty.has(x))) continue;
        if (at !== x) this.#put(`\x1b[${x + 1}G`);
        const { bg } = cell;
        this.#setPen({ ...DEFAULT_PEN, bg });
        let end = x + 1;
        for (; end < length; end++) {
          const next = line.loadCell(end, cell);
          if ((next.content & CONTENT) !== 0 || next.getWidth() !== 1 || !isErased(next) || next.bg !== bg) break;
        }
        this.#put(`\x1b[${end - x}X`);
        at = x;
        x = end - 1;
      } else if (x + width <= cols) {
        // the second half of a wide character in the last column is overwritten, and the first left, only where nothing wraps
        const isOver = at > x;
        if (at !== x) this.#put(isOver ? '\x1b[?7l' : `\x1b[${x + 1}G`);
        this.#setPen(cell, width === 0);
        this.#put(cell.getChars());
        if (isOver) this.#put('\x1b[?7h');
        at = x + Math.max(width, 1);
      }
    }
  }

  /**
   * Empty cells with flags or a foreground: what is left of a wide character that was half overwritten, or did not fit its line. They are made as they came:
   * a wide character, then its second half overwritten; of the last column the first half.
   */
  #ghosts(sheet: Sheet, y: number, length: number, dirty: Set<number>): number {
    const line = sheet.lines.get(y);
    const found: number[] = [];
    for (let x = 0; line && x < length; x++) {
      const cell = line.loadCell(x, this.#cell);
      if ((cell.content & CONTENT) === 0 && cell.getWidth() === 1 && !isErased(cell)) found.push(x);
    }
    const last = this.#from.cols - 1;
    if (found.at(-1) === last) found.unshift(found.pop() as number);
    for (const x of found) {
      line?.loadCell(x, this.#cell);
      this.#setPen(this.#cell);
      const [first, over] = x === last ? [x - 1, x - 1] : [x, x + 1];
      this.#put(`\x1b[${first + 1}G\u4e00\x1b[${over + 1}Gx`);
      dirty.add(over);
      dirty.delete(x);
    }
    return found.length;
  }

  #tabs(sheet: Sheet): void {
    const { cols } = this.#from;
    const stops = Array.from({ length: cols }, (_, col) => col).filter((col) => sheet.tabs[col]);
    if (stops.every((col, index) => col === index * TAB) && stops.length === Math.ceil(cols / TAB)) return;
    this.#put(`\x1b[3g${stops.map((col) => `\x1b[${col + 1}G\x1bH`).join('')}`);
  }

  #savedCursor(sheet: Sheet, charset: string, save: string): void {
    const { savedX, savedCurAttrData: saved } = sheet;
    const row = Math.max(0, sheet.savedY - sheet.ybase);
    if (savedX === 0 && row === 0 && saved.fg === 0 && saved.bg === 0 && charset === 'B' && save === SAVE) return;
    if (savedX < this.#from.cols) this.#put(goTo(row, savedX));
    else this.#behind(sheet, row, row);
    this.#setPen({ ...DEFAULT_PEN, fg: saved.fg, bg: saved.bg });
    if (charset !== 'B') this.#put(`\x1b(${charset}`);
    this.#put(wasLinked(saved) ? `\x1b]8;;gt:\x07${save}\x1b]8;;\x07` : save);
    if (charset !== 'B') this.#put('\x1b(B');
  }

  /** Puts the cursor behind the last column of a row, where only a printed character leaves it. */
  #behind(sheet: Sheet, y: number, row: number): void {
    const { cols } = this.#from;
    const line = sheet.lines.get(sheet.ybase + y);
    const last = line?.loadCell(cols - 1, this.#cell);
    const width = last && last.getChars() === '' && last.getWidth() === 0 ? 2 : 1;
    const cell = line?.loadCell(cols - width, this.#cell);
    this.#put(goTo(row, cols - width));
    if (!cell) return;
    this.#setPen(cell, true);
    if (cell.getChars() !== '') this.#put(cell.getChars());
    // the line was erased meanwhile, which leaves the cursor there
    else this.#put(`x\x1b[1K`);
  }
}
