import type { OwnTerminal } from '#chores/attach/terminal';
import { type Key, keysIn } from './list-keys.ts';

const IN = '\x1b[?1049h\x1b[?25l';
const OUT = '\x1b[?25h\x1b[?1049l';

/** The caller's whole terminal, for a text that is painted again and again. Given back as it was, on every way out. */
export class FullScreen {
  readonly #terminal: OwnTerminal;
  readonly #keys: Key[] = [];
  #ring: () => void = () => undefined;
  #isIn = true;

  constructor(terminal: OwnTerminal) {
    this.#terminal = terminal;
    terminal.guard(
      () => this.#restore(),
      () => this.#begin(),
    );
    this.#begin();
    terminal.onInput((bytes) => this.#heard(keysIn(bytes.toString('utf8'))));
    terminal.onGone(() => this.#heard(['quit']));
    terminal.onResize(() => this.#ring());
  }

  /** Shows a text from the top; what does not fit is left out. */
  paint(text: string): void {
    if (!this.#isIn) return;
    const { rows } = this.#terminal.size();
    const lines = text.split('\n').slice(0, rows);
    // Lines are not wrapped meanwhile: one that is too long ends at the edge.
    const body = lines.map((line) => `${line}\x1b[0m\x1b[K`).join('\r\n');
    this.#terminal.write(`\x1b[?2026h\x1b[?7l\x1b[H${body}${lines.length < rows ? '\r\n\x1b[J' : ''}\x1b[?7h\x1b[?2026l`);
  }

  /** The next key; undefined after so many ms without one, or when the terminal has another size. */
  async key(ms: number): Promise<Key | undefined> {
    if (this.#keys.length === 0) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#ring = resolve;
        timer = setTimeout(resolve, ms);
      });
      clearTimeout(timer);
      this.#ring = () => undefined;
    }
    return this.#keys.shift();
  }

  /** Gives the terminal back. */
  close(): void {
    this.#restore();
    this.#terminal.release();
  }

  #heard(keys: readonly Key[]): void {
    this.#keys.push(...keys);
    this.#ring();
  }

  #begin(): void {
    this.#isIn = true;
    this.#terminal.raw(true);
    this.#terminal.write(`${IN}\x1b[2J`);
  }

  #restore(): void {
    if (!this.#isIn) return;
    this.#isIn = false;
    this.#terminal.write(OUT);
    this.#terminal.raw(false);
  }
}
