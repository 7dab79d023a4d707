/**
 * The recorder of one session: takes its output as it comes and never waits for the disk. Batches of output, without secrets, are appended to numbered
 * parts; each part but the first begins with the screen as it was then, so that it can be played alone, and old parts can go.
 */
import { StringDecoder } from 'node:string_decoder';
import { redact } from '#core/redact/redact';
import { View } from '#core/redact/view';
import type { RecorderLimits } from './limits.ts';
import { LIMITS } from './limits.ts';
import type { ReelDeps, ReelState } from './reel.ts';
import { Reel } from './reel.ts';
import type { StreamState } from './stream.ts';
import { Stream } from './stream.ts';

/** What a terminal is fed before a picture: all that it showed is forgotten. */
const RESET = '\x1bc';
/** Pieces of a known secret from this length on are looked for where a part begins in the middle of it. */
const TELLING = 4;

type Picture = { readonly seq: number; readonly bytes: Buffer };

/** What a recorder needs of its session and host. `after` calls back after some ms, unless the returned function is called. */
export type RecorderDeps = Pick<ReelDeps, 'dir' | 'session' | 'startedAt' | 'now' | 'warn' | 'openTape'> & {
  readonly secrets: readonly string[];
  /** Whether what is typed is recorded as well. */
  readonly input: boolean;
  readonly after: (ms: number, run: () => void) => () => void;
  readonly cols: number;
  readonly rows: number;
  /** What paints the screen as it is before byte `seq`; undefined or a rejection if there is none. */
  readonly snapshot: () => Promise<Picture | undefined>;
  readonly limits?: Partial<RecorderLimits>;
};

/** A recorder at rest, as plain data, for the host that goes on with it. It holds clear text: never where others can read it. */
export type RecorderState = ReelState & {
  readonly dir: string;
  readonly secrets: readonly string[];
  readonly limits: Partial<RecorderLimits>;
  /** Number of the next byte of output. */
  readonly seq: number;
  readonly isOn: boolean;
  readonly input: boolean;
  readonly output: StreamState;
  readonly typed: StreamState;
};

/** One session's recorder. */
export class Recorder {
  readonly #deps: RecorderDeps;
  readonly #limits: RecorderLimits;
  readonly #reel: Reel;
  #output: Stream;
  #typed: Stream;
  #seq: number;
  #size: { readonly cols: number; readonly rows: number };
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #timer: (() => void) | undefined;
  /** The picture that is waited for, if any. */
  #awaited: object | undefined;
  #isOn = true;
  #input: boolean;
  #ended: Promise<void> | undefined;

  /** Begins at once, before the session's first byte; or goes on with what an earlier host's recorder told by `rest`, at the size that `deps` names. */
  constructor(deps: RecorderDeps, state?: RecorderState) {
    this.#deps = deps;
    this.#limits = { ...LIMITS, ...deps.limits };
    this.#size = { cols: deps.cols, rows: deps.rows };
    this.#seq = state?.seq ?? 0;
    this.#output = new Stream(deps.secrets, state?.output);
    this.#typed = new Stream(deps.secrets, state?.typed);
    this.#input = state?.input ?? deps.input;
    this.#isOn = state?.isOn ?? true;
    this.#reel = new Reel({ ...deps, ...this.#limits, onIdle: () => this.#turnOver() }, state);
    if (!state) this.#reel.begin(0, this.#size, '');
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  get input(): boolean {
    return this.#input;
  }

  /** Number of the part that is written. */
  get part(): number {
    return this.#reel.part;
  }

  /** Takes a chunk of output; it must follow on the one before. */
  heard(bytes: Buffer): void {
    this.#seq += bytes.length;
    if (!this.#isWriting) return;
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    if (this.#awaited && this.#pendingBytes <= this.#limits.waitBytes) return;
    this.#awaited = undefined; // it takes too long
    if (this.#pendingBytes >= this.#limits.batchBytes) this.#flush();
    else this.#plan();
  }

  /** Takes what was typed, if input is recorded. */
  typed(bytes: Buffer): void {
    if (!this.#input || !this.#isWriting) return;
    this.#reel.put('i', this.#typed.write(bytes));
    this.#plan();
  }

  resized(cols: number, rows: number): void {
    this.#size = { cols, rows };
    if (!this.#isWriting) return;
    this.#awaited = undefined; // its picture could be of either size
    this.#reel.put('o', this.#take() + this.#output.settle());
    this.#reel.put('r', `${cols}x${rows}`);
  }

  /** Notes that something happened to the session: `attach`, `nudge`, `handoff`, with a word or two more. */
  mark(label: string): void {
    if (!this.#isWriting) return;
    if (!this.#awaited) this.#flush();
    this.#reel.put('m', redact(label, this.#deps.secrets));
  }

  /** Turns the recording off or on; on again it begins a part with a picture. `input` changes whether what is typed is recorded. */
  turn(on: boolean, input = this.#input): void {
    this.#input = input;
    if (on === this.#isOn || this.#ended) return;
    if (!on) {
      void this.#close();
      this.#output = new Stream(this.#deps.secrets);
      this.#typed = new Stream(this.#deps.secrets);
    }
    this.#isOn = on;
    this.#turnOver();
  }

  /** The session has ended. Resolves when all is written, or never will be. */
  end(): Promise<void> {
    this.#ended ??= (this.#isOn ? this.#close() : Promise.resolve()).then(() => this.#reel.end(this.#seq));
    return this.#ended;
  }

  /** Writes all that was heard, as far as the disk takes it in time, and tells where that leaves off. The recorder may go on, or another with `resume`, never both. */
  async rest(): Promise<RecorderState> {
    this.#reel.put('o', this.#take());
    this.#halt();
    let stop: () => void = () => undefined;
    const deadline = new Promise<void>((resolve) => {
      stop = this.#deps.after(this.#limits.restMs, resolve);
    });
    await this.#reel.rest(deadline);
    stop();
    const { dir, secrets, limits = {} } = this.#deps;
    return {
      ...this.#reel.state,
      dir,
      secrets,
      limits,
      seq: this.#seq,
      isOn: this.#isOn,
      input: this.#input,
      output: this.#output.state,
      typed: this.#typed.state,
    };
  }

  get #isWriting(): boolean {
    return this.#isOn && !this.#ended;
  }

  /** Writes the last of what was heard. */
  #close(): Promise<void> {
    this.#reel.put('o', this.#take() + this.#output.end());
    this.#reel.put('i', this.#typed.end());
    this.#halt();
    return this.#reel.close();
  }

  /** Nothing happens any more until something is heard. */
  #halt(): void {
    this.#awaited = undefined;
    this.#timer?.();
    this.#timer = undefined;
  }

  /** What is pending, without secrets. */
  #take(): string {
    const bytes = Buffer.concat(this.#pending);
    this.#pending = [];
    this.#pendingBytes = 0;
    return this.#output.write(bytes);
  }

  #plan(): void {
    this.#timer ??= this.#deps.after(this.#limits.batchMs, () => {
      this.#timer = undefined;
      const isQuiet = this.#pendingBytes === 0;
      if (this.#awaited) this.#plan();
      else if (!isQuiet) {
        this.#flush();
        this.#plan();
      } else {
        this.#reel.put('o', this.#output.settle());
        this.#reel.put('i', this.#typed.settle());
      }
    });
  }

  #flush(): void {
    if (this.#pendingBytes === 0) return;
    this.#reel.put('o', this.#take());
    if (this.#reel.wantsPart) this.#turnOver();
  }

  /** Begins a new part as soon as there is a picture, if the disk takes one. */
  #turnOver(): void {
    if (this.#awaited || !this.#isWriting || !this.#reel.mayBegin) return;
    const awaited = {};
    this.#awaited = awaited;
    const over = (picture?: Picture) => {
      if (this.#awaited !== awaited) return;
      this.#awaited = undefined;
      if (picture) this.#cut(picture);
      if (this.#pendingBytes > 0) this.#plan();
    };
    this.#deps.snapshot().then(over, () => over());
  }

  /** Ends the part where the picture was taken and begins the next one there. */
  #cut({ seq, bytes }: Picture): void {
    const all = Buffer.concat(this.#pending);
    const begin = this.#seq - all.length;
    if (seq < begin || seq > this.#seq) return; // of a time that is written already
    this.#reel.put('o', this.#output.write(all.subarray(0, seq - begin)));
    // what is held of a secret stands on the picture in clear
    const held = View.printed(this.#output.held).text;
    this.#reel.put('o', this.#output.cut());
    const secrets = held.length >= TELLING ? [...this.#deps.secrets, held] : this.#deps.secrets;
    this.#pending = [all.subarray(seq - begin)];
    this.#pendingBytes = this.#seq - seq;
    // a character that is not whole comes with the rest of its bytes
    this.#reel.begin(seq, this.#size, RESET + redact(new StringDecoder('utf8').write(bytes), secrets));
  }
}
