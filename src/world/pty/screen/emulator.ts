/**
 * The only file that knows the headless terminal. Its public face parses in timers of its own and hides what a restored screen needs (the pen, the saved
 * cursor, tab stops, links, underlines): what is used beneath it is declared here, and held to the installed version by a contract test.
 */
import { createRequire } from 'node:module';
import type { Terminal } from '@xterm/headless';

/** Lines above the screen that are kept; older ones are the recording's. */
const SCROLLBACK = 1_000;

/** Colours and flags of a cell or of the pen, in the terminal's own packing (see `sgr.ts`). */
export type Pen = {
  readonly fg: number;
  readonly bg: number;
  readonly extended: { readonly _ext: number; readonly underlineColor: number; readonly urlId: number };
};
/** A cell; loaded anew for each position. */
export type Cell = Pen & { readonly content: number; getChars(): string; getWidth(): number };
/** Bits of a cell's `content` that are 0 where it is empty. */
export const CONTENT = 0x3fffff;
type Line = { readonly isWrapped: boolean; readonly length: number; loadCell(x: number, cell: Cell): Cell };
/** One of the two screens. `y` counts from `ybase`, the first line that is not scrolled away; saved rows count from the oldest line. */
export type Sheet = {
  readonly x: number;
  readonly y: number;
  readonly ybase: number;
  readonly lines: { readonly length: number; readonly maxLength: number; get(y: number): Line | undefined };
  readonly scrollTop: number;
  readonly scrollBottom: number;
  readonly savedX: number;
  readonly savedY: number;
  readonly savedCurAttrData: Pen;
  readonly tabs: Readonly<Record<number, boolean | undefined>>;
};
type Core = {
  readonly buffers: { readonly normal: Sheet; readonly alt: Sheet; readonly active: Sheet };
  readonly _inputHandler: {
    readonly _curAttrData: Pen;
    readonly _parser: { reset(): void };
    parse(bytes: Uint8Array): void;
    eraseInDisplay(params: { readonly params: readonly number[] }): boolean;
  };
  readonly _oscLinkService: { getLinkData(id: number): { readonly id?: string; readonly uri: string } | undefined };
};

const require = createRequire(import.meta.url);
let Class: typeof Terminal | undefined;

/** How many of the last bytes begin a character that is not all there. */
function unfinished(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number;
    if (byte >= 0x80 && byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

/** A screen that parses at once, in the caller's turn. Making the first one of a process loads the library: some 20 ms. */
export class Emulator {
  readonly #terminal: Terminal;
  readonly #core: Core;
  #faults = 0;
  /** The beginning of a character: the library loses one that comes in pieces of which one ends with 0x80, as that of `›` does. */
  #begun: Uint8Array = Buffer.alloc(0);

  /** `onReply` takes what the terminal answers to a question of the program. */
  constructor(cols: number, rows: number, onReply: (text: string) => void) {
    Class ??= (require('@xterm/headless') as { Terminal: typeof Terminal }).Terminal;
    this.#terminal = new Class({
      cols,
      rows,
      scrollback: SCROLLBACK,
      allowProposedApi: true,
      logLevel: 'off',
      windowOptions: { pushTitle: true, popTitle: true },
    });
    this.#core = (this.#terminal as unknown as { readonly _core: Core })._core;
    this.#terminal.onData(onReply);
    this.#terminal.parser.registerCsiHandler({ final: 'J' }, ([what]) => this.#eraseAbove(what));
  }

  get cols(): number {
    return this.#terminal.cols;
  }

  get rows(): number {
    return this.#terminal.rows;
  }

  get normal(): Sheet {
    return this.#core.buffers.normal;
  }

  get alternate(): Sheet {
    return this.#core.buffers.alt;
  }

  get active(): Sheet {
    return this.#core.buffers.active;
  }

  get isAlternate(): boolean {
    return this.active === this.alternate;
  }

  get pen(): Pen {
    return this.#core._inputHandler._curAttrData;
  }

  /** Parses all of it before it returns. What the library fails at is lost, up to the end of these bytes; the screen goes on. */
  write(bytes: Uint8Array): void {
    const all = this.#begun.length === 0 ? bytes : Buffer.concat([this.#begun, bytes]);
    const end = all.length - unfinished(all);
    this.#begun = Buffer.from(all.subarray(end));
    try {
      this.#core._inputHandler.parse(all.subarray(0, end));
    } catch {
      this.#faults++;
      this.#core._inputHandler._parser.reset();
    }
  }

  /** How often the library failed. */
  get faults(): number {
    return this.#faults;
  }

  resize(cols: number, rows: number): void {
    this.#terminal.resize(cols, rows);
  }

  link(id: number): { readonly id?: string; readonly uri: string } | undefined {
    return this.#core._oscLinkService.getLinkData(id);
  }

  /** A cell to load others into. */
  emptyCell(): Cell {
    return this.#terminal.buffer.active.getNullCell() as unknown as Cell;
  }

  /** The library throws at an erasure of all up to the last cell of the screen; it is an erasure of all. */
  #eraseAbove(what: number | number[] | undefined): boolean {
    const { x, y } = this.active;
    return what === 1 && y === this.rows - 1 && x >= this.cols - 1 && this.#core._inputHandler.eraseInDisplay({ params: [2] });
  }

  dispose(): void {
    this.#terminal.dispose();
  }
}
