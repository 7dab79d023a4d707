/**
 * An agent program as a nudge meets it, in time that a test moves: it redraws, takes an Enter soon after a paste for a new line, opens dialogs, works, stands
 * still, and has a person at its keys. It knows what each Enter did, and whether one was pressed in a dialog that could be seen.
 */
import type { ScreenView, ViewRow } from '#core/screen-view';
import { HostRefused } from '#world/pty/host';
import type { Seat } from '#world/pty/nudge/eyes';
import type { VirtualTime } from './virtual-time.ts';

/** How a program is. Times in ms. */
export type Temper = {
  /** An Enter within so long after a paste is a new line. */
  readonly debounce: number;
  readonly redraw: number;
  /** How long a byte takes to it. */
  readonly latency: () => number;
  /** What follows a text that was sent. */
  readonly afterSubmit?: (tui: ModelTui) => void;
  readonly bracketed?: boolean;
  /** Long pastes are shown as a label. */
  readonly folds?: number;
  /** When it begins to work its title tells it so long before its rows do. */
  readonly lags?: () => number;
  /** Its title tells nothing: what it prints before its rows come shows only that it lives. */
  readonly untitled?: boolean;
};

type Key = { readonly bytes: string; readonly at: number; readonly draws: number; readonly human: boolean };

const row = (text: string): ViewRow => ({ text, bright: text });

/** The signs of this program, as a preset would have them. */
export const MODEL_SCREEN = {
  ready: [{ where: 'footer', match: '\\? for shortcuts' }],
  busy: [
    { where: 'title', match: '^⠂' },
    { where: 'footer', match: 'esc to interrupt' },
  ],
  dialogs: [{ name: 'permission', kind: 'permission', signs: [{ where: 'screen', match: 'Do you want to proceed\\?' }] }],
  queued: [{ where: 'screen', match: 'queued:' }],
  draft: { mark: '❯ ', folded: ['\\[Pasted \\d+ lines\\]'] },
};

export class ModelTui implements Seat {
  readonly #time: VirtualTime;
  readonly #temper: Temper;
  readonly #listeners = new Set<() => void>();
  #keys: Key[] = [];
  #frame: ScreenView;
  #draws = 0;
  #dialogDraw = 0;
  #pastedAt = 0;
  #standsUntil = 0;
  #lagsUntil = 0;
  #isBusy = false;
  #typedAt = 0;
  #end: () => void = () => undefined;
  #isOver = false;
  draft = '';
  dialog: 'permission' | 'unknown' | undefined;
  /** What was sent, and by whom the Enter was. */
  readonly submits: Array<{ text: string; human: boolean }> = [];
  /** Enters pressed in a dialog that was drawn before. */
  answered = 0;
  enters = 0;
  pastes = 0;
  readonly over: Promise<void>;

  constructor(time: VirtualTime, temper: Temper) {
    this.#time = time;
    this.#temper = temper;
    this.#frame = this.#picture();
    this.over = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.#tick();
  }

  readonly view = () => Promise.resolve(this.#frame);
  readonly now = () => this.#frame;
  /** Whether a person's keys wait. */
  isKept = false;
  readonly keep = (isTyping: boolean) => {
    this.isKept = isTyping;
  };
  readonly typedAt = () => this.#typedAt;

  readonly onOutput = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly write = async (bytes: string) => {
    if (this.#isOver) throw new HostRefused('PTY_GONE', 'over');
    this.#push(bytes, false);
  };

  /** A person presses keys. */
  type(bytes: string): void {
    this.#typedAt = this.#time.now();
    this.#push(bytes, true);
  }

  end(): void {
    this.#isOver = true;
    this.#end();
  }

  /** Neither reads nor draws for a while. */
  stand(ms: number): void {
    this.#standsUntil = Math.max(this.#standsUntil, this.#time.now() + ms);
  }

  work(ms: number): void {
    this.#isBusy = true;
    this.draw();
    this.#time.after(ms, () => {
      this.#isBusy = false;
    });
  }

  /** Opens a dialog for a while, once it has read what was typed before. */
  ask(kind: 'permission' | 'unknown', ms: number): void {
    if (this.dialog || this.#isStill()) return;
    this.dialog = kind;
    this.draw();
    this.#dialogDraw = this.#isLate ? this.#draws + 1 : this.#draws;
    this.#time.after(ms, () => {
      this.dialog = undefined;
      this.draw();
    });
  }

  draw(): void {
    if (this.#isStill() || this.#isOver) return;
    if (!this.#isLate) this.#draws++;
    this.#frame = this.#isLate
      ? { ...this.#frame, title: this.#isBusy && !this.#temper.untitled ? '⠂ at work' : '' }
      : this.#picture();
    for (const listener of this.#listeners) listener();
  }

  get #isLate(): boolean {
    return this.#time.now() < this.#lagsUntil;
  }

  #isStill(): boolean {
    return this.#time.now() < this.#standsUntil;
  }

  #push(bytes: string, human: boolean): void {
    this.#keys.push({ bytes, at: this.#time.now(), draws: this.#draws, human });
    this.#time.after(this.#temper.latency(), () => this.#read());
  }

  /** One write, in the order in which they came. */
  #read(): void {
    if (this.#isStill()) {
      this.#time.after(this.#standsUntil - this.#time.now(), () => this.#read());
      return;
    }
    const key = this.#keys.shift();
    if (!key) return;
    const pasted = /^\x1b\[200~([\s\S]*)\x1b\[201~$/.exec(key.bytes)?.[1];
    if (key.bytes === '\r') this.#enter(key);
    else if (key.bytes === '\x7f') this.draft = this.draft.slice(0, -1);
    else if (key.bytes === '\x13') this.draft = '';
    else if (!this.dialog) {
      if (!key.human) this.pastes++;
      this.draft += pasted ?? key.bytes;
      if (pasted !== undefined) this.#pastedAt = this.#time.now();
    }
  }

  #enter(key: Key): void {
    if (!key.human) this.enters++;
    if (this.dialog) {
      // one that crossed the dialog on its way goes nowhere here
      if (!key.human && key.draws >= this.#dialogDraw) this.answered++;
      return;
    }
    if (this.#time.now() - this.#pastedAt < this.#temper.debounce) {
      this.draft += '\n';
      return;
    }
    if (this.draft.trim() === '') return;
    this.submits.push({ text: this.draft.trim(), human: key.human });
    this.draft = '';
    const lag = this.#temper.lags?.() ?? 0;
    this.#lagsUntil = this.#time.now() + lag;
    if (lag > 0) this.work(200); // its title tells that it has begun
    this.#temper.afterSubmit?.(this);
  }

  #tick(): void {
    this.#time.after(this.#temper.redraw, () => {
      if (this.#isOver) return;
      this.draw();
      this.#tick();
    });
  }

  #picture(): ScreenView {
    const { folds = Number.POSITIVE_INFINITY, bracketed = true } = this.#temper;
    const lines = this.draft.split('\n');
    const shown = lines.length > folds ? [`[Pasted ${lines.length} lines]`] : lines;
    const input = shown.map((line, index) => row(`${index === 0 ? '❯ ' : '  '}${line}`));
    const rule = row('────────');
    const body = {
      permission: ['Do you want to proceed?', '❯ 1. Yes', '  2. No'].map(row),
      unknown: ['Which theme?', '❯ 1. Dark', '  2. Light'].map(row),
      none: [rule, ...input, rule, row(this.#isBusy ? 'esc to interrupt' : '? for shortcuts')],
    }[this.dialog ?? 'none'];
    const rows = [row('● text of the model'), row('  Do you want to see `❯ 1. Yes`?'), ...body];
    return { rows, cursor: { y: rows.length - 1, hidden: true }, title: '', alternate: false, bracketedPaste: bracketed };
  }
}
