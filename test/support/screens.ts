/** Screens as tests compare them: every cell with all that it has, and what else a program can see or will find. */
import type { Pen, Sheet } from '#world/pty/screen/emulator';
import { Emulator } from '#world/pty/screen/emulator';
import { pictureOf } from '#world/pty/screen/picture';
import { Scanner } from '#world/pty/screen/scanner';
import { penKey } from '#world/pty/screen/sgr';

const PRIVATE = [1, 6, 7, 9, 12, 25, 45, 47, 66, 1000, 1002, 1003, 1004, 1006, 1016, 1049, 2004, 2026];

/** A screen and its scanner, fed together. */
export class Followed {
  readonly replies: string[] = [];
  readonly emulator: Emulator;
  readonly scanner: Scanner;

  constructor(cols: number, rows: number) {
    this.emulator = new Emulator(cols, rows, (text) => this.replies.push(text));
    this.scanner = new Scanner(rows);
  }

  feed(bytes: Buffer): void {
    this.scanner.push(bytes);
    this.emulator.write(bytes);
  }

  resize(cols: number, rows: number): void {
    this.emulator.resize(cols, rows);
    this.scanner.modes.resized(rows);
  }

  picture(): Buffer {
    return pictureOf(this.emulator, this.scanner);
  }

  /** All that must be equal, as lines of text. Ends sequences that are unfinished. */
  lines(): string[] {
    const { emulator, scanner } = this;
    const lines = [
      ...sheetLines(emulator, emulator.normal),
      ...(emulator.isAlternate ? sheetLines(emulator, emulator.alternate) : []),
    ];
    const { x, y } = emulator.active;
    lines.push(`cursor ${x},${y} of ${emulator.isAlternate ? 'alternate' : 'normal'}; pen ${cellKey(emulator, emulator.pen)}`);
    lines.push(`title ${scanner.modes.title}`, scanner.modes.extra('').replace(/\x1b/g, 'ESC'));
    this.replies.length = 0;
    emulator.write(Buffer.from(`\x18\x1b[4$p${PRIVATE.map((mode) => `\x1b[?${mode}$p`).join('')}\x1bP$qr\x1b\\`));
    lines.push(`faults ${emulator.faults}`, this.replies.join('').replace(/\x1b/g, ''));
    return lines;
  }

  dispose(): void {
    this.emulator.dispose();
  }
}

const UNDERLINE = 0x10000000;
const EXTENDED = 0x10000000;
const UNDERLINE_STYLE = 0x1c000000;

/** Without what a wider colour leaves in the packing of a narrower one. */
function packed(bits: number): number {
  const kind = bits & 0x3000000;
  const colour = kind === 0x3000000 ? 0xffffff : kind === 0 ? 0 : 0xff;
  return (bits & ~0xffffff) | (bits & colour);
}

/** Colours, flags, underline and link. Links are numbered as they come: what they lead to counts. */
function cellKey(emulator: Emulator, cell: Pen): string {
  if ((cell.bg & EXTENDED) === 0) return `${packed(cell.fg)},${packed(cell.bg)}`;
  const { extended } = cell;
  const linked = emulator.link(extended.urlId)?.uri;
  // a restored cursor can leave the style of an underline that is not there
  const style = cell.fg & UNDERLINE ? extended._ext : 0;
  const bg = linked === undefined && (style & UNDERLINE_STYLE) === 0 ? cell.bg & ~EXTENDED : cell.bg;
  const plain = { fg: packed(cell.fg), bg: packed(bg), extended: { ...extended, _ext: style, underlineColor: 0, urlId: 0 } };
  return penKey(plain) + (linked ?? '');
}

function sheetLines(emulator: Emulator, sheet: Sheet): string[] {
  const lines: string[] = [];
  const cell = emulator.emptyCell();
  for (let y = 0; y < sheet.lines.length; y++) {
    const line = sheet.lines.get(y);
    if (!line) continue;
    const cells: string[] = [];
    let last = '';
    let [fg, bg, width] = [-1, EXTENDED, -1];
    for (let x = 0; x < line.length; x++) {
      line.loadCell(x, cell);
      // A cell that looks like the one before it has its key: most do, and there are millions.
      const same = cell.fg === fg && cell.bg === bg && cell.getWidth() === width && (bg & EXTENDED) === 0;
      const key = same ? last : `${cellKey(emulator, cell)}/${cell.getWidth()}`;
      [fg, bg, width] = [cell.fg, cell.bg, cell.getWidth()];
      cells.push(key === last ? '' : `{${key}}`, cell.getChars() || '\u00b7');
      last = key;
    }
    lines.push(`${y}${line.isWrapped && y > 0 ? '+' : ''} ${cells.join('')}`);
  }
  lines.push(
    `base ${sheet.ybase}, region ${sheet.scrollTop}-${sheet.scrollBottom}, tabs ${Object.keys(sheet.tabs).filter((stop) => Number(stop) < emulator.cols)}`,
  );
  const saved = sheet.savedCurAttrData;
  lines.push(`saved ${sheet.savedX},${Math.max(0, sheet.savedY - sheet.ybase)} ${packed(saved.fg)},${packed(saved.bg)}`);
  return lines;
}

/** What A shows after all of a stream, and what B shows that was fed A's picture at the cut and then the rest. */
export function bothWays(stream: Buffer, cut: number, cols: number, rows: number): [string[], string[]] {
  const whole = new Followed(cols, rows);
  const restored = new Followed(cols, rows);
  whole.feed(stream.subarray(0, cut));
  restored.feed(whole.picture());
  whole.feed(stream.subarray(cut));
  restored.feed(stream.subarray(cut));
  const lines: [string[], string[]] = [whole.lines(), restored.lines()];
  whole.dispose();
  restored.dispose();
  return lines;
}
