/** A session's screen on a terminal of another size: as much of it as fits, with the cursor's row always in view, and a line that says so. */
import type { Size } from '#world/pty/host';
import { Emulator } from './emulator.ts';
import { feed } from './picture.ts';
import { rowOf } from './rows.ts';
import { Scanner } from './scanner.ts';

/** Follows a session and paints its part on a terminal. */
export class Crop {
  readonly #emulator: Emulator;
  readonly #scanner: Scanner;
  #painted: string[] = [];
  #own: Size = { cols: 0, rows: 0 };

  /** `picture` is what paints a fresh terminal of `size`. */
  constructor({ cols, rows }: Size, picture: Buffer) {
    this.#emulator = new Emulator(cols, rows, () => undefined);
    this.#scanner = new Scanner(rows);
    this.feed(picture);
  }

  feed(bytes: Buffer): void {
    feed(this.#emulator, this.#scanner, bytes, () => undefined);
  }

  /** What brings a terminal of size `own`, on which only frames of this one were painted, up to date. */
  frame(own: Size, note: string): string {
    const { active, cols, rows } = this.#emulator;
    if (own.cols !== this.#own.cols || own.rows !== this.#own.rows) this.#painted = [];
    this.#own = own;
    const room = own.rows > 1 ? own.rows - 1 : 1;
    const top = Math.max(0, Math.min(active.y - Math.floor(room / 2), rows - room));
    const shown = Array.from({ length: room }, (_, y) =>
      top + y < rows ? rowOf(this.#emulator, active.ybase + top + y, true, Math.min(cols, own.cols)) : '',
    );
    if (own.rows > 1) shown.push(`\x1b[7m${note.slice(0, own.cols)}\x1b[0m`);
    const parts = ['\x1b[?2026h\x1b[?25l', ...(this.#painted.length === 0 ? ['\x1b[0m\x1b[2J'] : [])];
    shown.forEach((row, y) => {
      if (row !== (this.#painted[y] ?? '')) parts.push(`\x1b[${y + 1};1H\x1b[0m${row}\x1b[0m\x1b[K`);
    });
    this.#painted = shown;
    parts.push(`\x1b[${active.y - top + 1};${Math.min(active.x, own.cols - 1) + 1}H`);
    if (!this.#scanner.modes.cursorHidden) parts.push('\x1b[?25h');
    return `${parts.join('')}\x1b[?2026l`;
  }

  dispose(): void {
    this.#emulator.dispose();
  }
}
