import { Debts } from '#core/terminal/debts';
import type { Size } from '#world/pty/host';
import type { OwnTerminal, Part } from './terminal.ts';

/** How often a screen of another size is painted, ms. */
const FRAME_MS = 30;

/** What a view is made of. */
export type ViewDeps = {
  readonly terminal: OwnTerminal;
  /** Title of the terminal where the program gives none. */
  readonly title: string;
  readonly readOnly: boolean;
  /** Shows a session whose screen has another size than the terminal. */
  readonly part: (size: Size, picture: Buffer) => Part;
  readonly after: (ms: number, run: () => void) => () => void;
};

const clean = (text: string) => text.replaceAll(/[\x00-\x1f\x7f-\x9f]/g, '');
const titled = (title: string) => `\x1b]2;${clean(title)}\x07`;

/** A session on a person's terminal: its bytes as they are where the sizes are the same, else as much as fits. Whatever it did to the terminal it undoes. */
export class View {
  readonly #deps: ViewDeps;
  readonly #debts = new Debts();
  #part: Part | undefined;
  #noFrame: (() => void) | undefined;
  #isIn = false;
  /** What is said between two sessions. */
  #waits: { readonly line: string; readonly hint: string } | undefined;
  #size: Size = { cols: 0, rows: 0 };

  constructor(deps: ViewDeps) {
    this.#deps = deps;
  }

  /** Takes the terminal: what stands on it goes up, where it can be scrolled to. */
  enter(): void {
    if (this.#isIn) return;
    this.#isIn = true;
    const { terminal, title } = this.#deps;
    const { rows } = terminal.size();
    terminal.raw(true);
    terminal.write(`\x1b[22;0t${titled(title)}\x1b[${rows};1H${'\n'.repeat(rows)}\x1b[H`);
  }

  /** Gives the terminal back, as it was found. */
  leave(): void {
    if (!this.#isIn) return;
    this.#isIn = false;
    this.#drop();
    const { terminal } = this.#deps;
    const { cols, rows } = terminal.size();
    if (this.#waits) terminal.write(`\x1b[${rows - 1};1H\x1b[J`);
    terminal.write(`${this.#debts.settle(cols)}\x1b[23;0t\x1b[${rows};1H\r\n`);
    terminal.raw(false);
  }

  /** A whole screen of this size. */
  paint(picture: Buffer, size: Size): void {
    if (!this.#isIn) return;
    this.#drop();
    this.#waits = undefined;
    const { terminal, title, part } = this.#deps;
    const own = terminal.size();
    terminal.write(`${this.#debts.settle(own.cols)}\x1b[2J${titled(title)}`);
    if (own.cols === size.cols && own.rows === size.rows) this.#through(picture);
    else {
      this.#part = part(size, picture);
      this.#size = size;
      this.#frame();
    }
  }

  output(bytes: Buffer): void {
    if (!this.#isIn) return;
    if (!this.#part) this.#through(bytes);
    else {
      this.#part.feed(bytes);
      this.#noFrame ??= this.#deps.after(FRAME_MS, () => this.#frame());
    }
  }

  /** The session is over: what it left stands, and the last two rows say what comes. */
  wait(line: string, hint: string): void {
    if (!this.#isIn) return;
    const isFirst = this.#waits === undefined;
    this.#waits = { line, hint };
    if (!isFirst) {
      this.#sayWait();
      return;
    }
    this.#drop();
    const { terminal } = this.#deps;
    const { cols, rows } = terminal.size();
    terminal.write(`${this.#debts.settle(cols)}\x1b[${rows};1H\n\n`);
    this.#sayWait();
  }

  /** Says it again, on a terminal that has another size or was somebody else's meanwhile. */
  waitAgain(): void {
    if (!this.#isIn || !this.#waits) return;
    this.#deps.terminal.write('\x1b[2J');
    this.#sayWait();
  }

  #sayWait(): void {
    const { line = '', hint = '' } = this.#waits ?? {};
    const { rows } = this.#deps.terminal.size();
    const said = `\x1b[7m ${clean(line)} \x1b[0m`;
    // no line is wrapped: one that is too long ends at the edge
    this.#through(
      Buffer.from(`\x1b[?25l\x1b[?7l\x1b[${rows - 1};1H\x1b[2K${said}\x1b[${rows};1H\x1b[2K\x1b[2m ${hint}\x1b[0m\x1b[?7h`),
    );
  }

  /** Says that a key went nowhere. */
  ring(): void {
    if (this.#isIn) this.#deps.terminal.write('\x07');
  }

  /** Tells something without a place on the screen. */
  say(title: string): void {
    if (this.#isIn) this.#deps.terminal.write(titled(title));
  }

  #through(bytes: Buffer): void {
    this.#debts.push(bytes);
    this.#deps.terminal.write(bytes);
  }

  #frame(): void {
    this.#noFrame = undefined;
    const { terminal, title, readOnly } = this.#deps;
    const { cols, rows } = this.#size;
    const hint = readOnly ? '' : '; a key gives it this one';
    const frame = this.#part?.frame(terminal.size(), ` ${title}: its screen is ${cols}x${rows}${hint} `);
    if (frame) terminal.write(frame);
  }

  #drop(): void {
    this.#noFrame?.();
    this.#noFrame = undefined;
    this.#part?.dispose();
    this.#part = undefined;
  }
}
