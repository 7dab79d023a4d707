/** A program with one dialog at a time, in time that a test moves: its mark goes by arrows, and its choices are taken as it is told. */
import type { ScreenView } from '#core/screen-view';
import type { Seat } from '#world/pty/nudge/eyes';
import type { VirtualTime } from './virtual-time.ts';

/** `digits`: a number, or a letter where there are no choices, is taken at once, or only shows. `plain`: its choices have no numbers. `stuck`: the mark does not go. `deaf`: nothing is heard. Times in ms. */
export type DialogTemper = {
  readonly digits?: 'take' | 'mark';
  readonly plain?: boolean;
  readonly stuck?: boolean;
  readonly deaf?: boolean;
  readonly latency?: number;
};

export type Shown = { readonly asks: string; readonly choices: readonly string[] };

export class DialogTui implements Seat {
  readonly #time: VirtualTime;
  readonly #temper: DialogTemper;
  readonly #listeners = new Set<() => void>();
  readonly #waiting: Shown[];
  #mark = 0;
  /** What stands behind a question without choices. */
  row = '';
  #end: () => void = () => undefined;
  /** What was chosen in which dialog. */
  readonly taken: string[] = [];
  readonly keys: string[] = [];
  typed = 0;
  /** With this key the dialog goes that is open, before it is heard. */
  goesAt: number | undefined;
  readonly over: Promise<void>;

  /** Dialogs, one after the other; then its prompt. */
  constructor(time: VirtualTime, dialogs: readonly Shown[], temper: DialogTemper = {}) {
    this.#time = time;
    this.#temper = temper;
    this.#waiting = [...dialogs];
    this.over = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  view = async (): Promise<ScreenView> => this.now();

  now = (): ScreenView => {
    const [open] = this.#waiting;
    const lines = open
      ? [
          '',
          ` ${open.asks}${open.choices.length === 0 ? ` ${this.row}` : ''}`,
          ...open.choices.map(
            (choice, at) => ` ${at === this.#mark ? '❯' : ' '} ${this.#temper.plain ? '' : `${at + 1}. `}${choice}`,
          ),
          ...(open.choices.length === 0 ? [] : ['', ' Esc to cancel']),
        ]
      : ['❯ ', '? for shortcuts'];
    const rows = lines.map((text) => ({ text, bright: text }));
    const hidden = open !== undefined && open.choices.length > 0;
    return { rows, cursor: { y: open ? 1 : 0, hidden }, title: '', alternate: false, bracketedPaste: true };
  };

  keep = (): void => undefined;

  write = async (bytes: string): Promise<void> => {
    this.keys.push(bytes);
    this.#time.after(this.#temper.latency ?? 20, () => this.#hear(bytes));
  };

  onOutput = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  typedAt = (): number => this.typed;

  /** The dialog that is open goes, as if a person had answered it. */
  answered(): void {
    this.#waiting.shift();
    this.#draw();
  }

  ends(): void {
    this.#end();
  }

  #hear(bytes: string): void {
    if (this.keys.length === this.goesAt) {
      this.answered();
      return;
    }
    const [open] = this.#waiting;
    if (!open || this.#temper.deaf) return;
    if (open.choices.length === 0) {
      this.#read(bytes, open);
      return;
    }
    const last = open.choices.length - 1;
    const digit = /^[1-9]$/.test(bytes) ? Number(bytes) - 1 : undefined;
    if (bytes === '\x1b[B' && !this.#temper.stuck) this.#mark = Math.min(last, this.#mark + 1);
    if (bytes === '\x1b[A' && !this.#temper.stuck) this.#mark = Math.max(0, this.#mark - 1);
    if (digit !== undefined && digit <= last) this.#mark = digit;
    if (bytes === '\r' || (digit !== undefined && this.#temper.digits === 'take')) {
      this.taken.push(`${open.asks} ${open.choices[this.#mark]}`);
      this.#mark = 0;
      this.#waiting.shift();
    }
    this.#draw();
  }

  /** Words, up to an Enter. */
  #read(bytes: string, { asks }: Shown): void {
    if (bytes !== '\r') this.row += bytes;
    if (bytes === '\r' || this.#temper.digits === 'take') {
      this.taken.push(`${asks} ${this.row}`);
      this.row = '';
      this.#waiting.shift();
    }
    this.#draw();
  }

  #draw(): void {
    for (const listener of this.#listeners) listener();
  }
}
