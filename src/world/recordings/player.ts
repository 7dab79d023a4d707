import type { AttachEnd, AttachListener, Attachment, Exit, Size } from '#world/pty/host';
import { Emulator } from '#world/pty/screen/emulator';
import { pictureOf } from '#world/pty/screen/picture';
import { Scanner } from '#world/pty/screen/scanner';
import { type Recording, sizeIn } from './read.ts';

/** How it is played: `speed` 2 is twice as fast, `from` seconds are shown at once, `idle` is the longest pause (seconds; 0: none at all). */
export type Pace = { readonly speed: number; readonly from: number; readonly idle: number };

const ENDED: Exit = { code: 0, signal: null, at: 0 };
/** Output that is shown in one go where there are no pauses, so that the person's keys are heard between. */
const BREATH = 64 << 10;

/** What a person attaches to, to see a recording: like a session that nobody can type to. */
export class Player {
  readonly #recording: Recording;
  readonly #pace: Pace;

  constructor(recording: Recording, pace: Pace) {
    this.#recording = recording;
    this.#pace = pace;
  }

  /** As `Host.attach`. */
  async attach(_session: string, _options: object, listener: AttachListener): Promise<Attachment> {
    const show = new Show(this.#recording, this.#pace, listener);
    show.begin();
    return show;
  }
}

class Show implements Attachment {
  readonly #recording: Recording;
  readonly #pace: Pace;
  readonly #listener: AttachListener;
  readonly #emulator: Emulator;
  readonly #scanner: Scanner;
  #isOver = false;
  #noPause: () => void = () => undefined;
  seq = 0;

  constructor(recording: Recording, pace: Pace, listener: AttachListener) {
    this.#recording = recording;
    this.#pace = pace;
    this.#listener = listener;
    const { cols, rows } = recording.size;
    this.#emulator = new Emulator(cols, rows, () => undefined);
    this.#scanner = new Scanner(rows);
  }

  get size(): Size {
    return { cols: this.#emulator.cols, rows: this.#emulator.rows };
  }

  begin(): void {
    // in a turn of its own, as a host would answer
    setImmediate(() =>
      this.#play().then(
        (end) => this.#end(end),
        (fault: Error) => this.#end({ gone: fault.message }),
      ),
    );
  }

  keys(): boolean {
    return true;
  }

  resize(): void {}

  repaint(): void {
    if (!this.#isOver) this.#listener.onPaint(pictureOf(this.#emulator, this.#scanner), this.size);
  }

  pause(): void {}

  resume(): void {}

  close(): void {
    this.#isOver = true;
    this.#noPause();
    this.#emulator.dispose();
  }

  #end(end: AttachEnd): void {
    if (!this.#isOver) this.#listener.onEnd(end);
  }

  async #play(): Promise<AttachEnd> {
    const { speed, from, idle } = this.#pace;
    this.repaint();
    let [at, unbreathed, isShown] = [from, 0, from === 0];
    for await (const event of this.#recording.events) {
      if (this.#isOver) break;
      if (!isShown && event.at >= from) {
        isShown = true;
        this.repaint();
      }
      const wait = Math.min(Math.max(0, event.at - at), idle) / speed;
      at = Math.max(at, event.at);
      if (isShown && wait > 0) await this.#wait(wait * 1000);
      else if (unbreathed > BREATH) {
        unbreathed = 0;
        await new Promise((resolve) => setImmediate(resolve));
      }
      if (this.#isOver) break;
      unbreathed += event.text.length;
      if (event.kind === 'o') this.#shown(event.text, isShown);
      const size = event.kind === 'r' ? sizeIn(event.text) : undefined;
      if (size) this.#resized(size, isShown);
    }
    if (!isShown && !this.#isOver) this.repaint();
    return { exit: ENDED };
  }

  #shown(text: string, isShown: boolean): void {
    const bytes = Buffer.from(text);
    this.#scanner.push(bytes);
    this.#emulator.write(bytes);
    this.seq += bytes.length;
    if (isShown) this.#listener.onOutput(bytes);
  }

  #resized({ cols, rows }: Size, isShown: boolean): void {
    this.#emulator.resize(cols, rows);
    this.#scanner.modes.resized(rows);
    if (isShown) this.repaint();
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#noPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
