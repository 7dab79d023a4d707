/** The parts of a recording as they are written, and what of it is lost when the disk does not keep up. */
import type { CastKind } from './cast.ts';
import { eventLine, headerLine } from './cast.ts';
import { Shelf } from './shelf.ts';
import type { OpenTape } from './tape.ts';
import { openOnDisk, Tape } from './tape.ts';

/** What a reel needs. Sizes in bytes, times in ms; `now` since 1970. `onIdle` is called when the disk has caught up after a loss. */
export type ReelDeps = {
  readonly dir: string;
  readonly session: string;
  readonly startedAt: number;
  readonly partBytes: number;
  readonly totalBytes: number;
  /** Between two tries after a fault of the disk. */
  readonly retryMs: number;
  readonly now: () => number;
  readonly warn: (line: string) => void;
  readonly onIdle: () => void;
  readonly openTape?: OpenTape;
};

/** A reel as plain data. `offset` is the length of the open part; undefined between parts. */
export type ReelState = {
  readonly part: number;
  readonly offset?: number;
  readonly partAt: number;
  readonly begun: number;
  readonly lost: number;
  readonly parts: Shelf['parts'];
};

/** One recording's. Nothing of it waits or throws. */
export class Reel {
  readonly #deps: ReelDeps;
  readonly #shelf: Shelf;
  #tape: Tape | undefined;
  #part = 0;
  #partAt = 0;
  /** Bytes of the open part before its first event that is no picture: one that is larger than a part must not end it. */
  #begun = 0;
  #lost = 0;
  #retryAt = 0;
  #hasWarned = false;

  constructor(deps: ReelDeps, state?: ReelState) {
    this.#deps = deps;
    const { dir, session, startedAt } = deps;
    this.#shelf = new Shelf(dir, { session, startedAt, ...(state && { parts: state.parts }) });
    if (!state) return;
    this.#part = state.part;
    this.#partAt = state.partAt;
    this.#begun = state.begun;
    this.#lost = state.lost;
    if (state.offset !== undefined) this.#tape = this.#open(state.offset);
  }

  /** Number of the part that was begun last. */
  get part(): number {
    return this.#part;
  }

  /** Whether what comes next belongs into a new part. */
  get wantsPart(): boolean {
    return !this.#tape || this.#lost > 0 || this.#tape.size - this.#begun >= this.#deps.partBytes;
  }

  /** Whether the disk would take one now. */
  get mayBegin(): boolean {
    return this.#deps.now() >= this.#retryAt && (this.#lost === 0 || !this.#tape?.queued);
  }

  get state(): ReelState {
    const { size } = this.#tape ?? {};
    const about = { part: this.#part, partAt: this.#partAt, begun: this.#begun, lost: this.#lost, parts: this.#shelf.parts };
    return { ...about, ...(size !== undefined && { offset: size }) };
  }

  /** Writes an event, or counts its output as lost: after a gap nothing fits what went before, until a part begins. */
  put(kind: CastKind, text: string): void {
    if (text === '' || (this.#lost === 0 && this.#tape?.write(this.#line(kind, text)))) return;
    if (kind === 'o') this.#lost += Buffer.byteLength(text);
  }

  /** Begins the next part, at byte `seq` of the output, with what paints the screen as it is there. */
  begin(seq: number, size: { readonly cols: number; readonly rows: number }, picture: string): void {
    void this.#tape?.close();
    const { session, now, totalBytes, partBytes } = this.#deps;
    const at = now();
    const n = this.#part + 1;
    this.#part = n;
    this.#partAt = at;
    this.#tape = this.#open(0);
    const gt = { session, part: n, seq };
    const timestamp = Math.floor(at / 1000);
    this.#tape.write(headerLine({ version: 2, width: size.cols, height: size.rows, timestamp, title: session, gt }));
    const lost = this.#lost;
    this.#lost = 0;
    this.put('o', picture);
    if (lost > 0) this.put('m', gap(lost));
    this.#begun = this.#tape.size;
    this.#shelf.add({ n, seq, at }, totalBytes, partBytes + this.#begun).catch((fault) => this.#warn(fault));
  }

  /** Resolves when all is on disk, or at the deadline; the file is opened again when there is more. */
  async rest(deadline: Promise<void>): Promise<void> {
    const tape = this.#tape;
    if (!tape) return;
    this.#tape = this.#open(tape.size);
    const isWritten = await Promise.race([tape.close().then(() => true), deadline.then(() => false)]);
    if (isWritten && tape.queued === 0) return;
    // nothing fits what a stalled disk does later
    this.#tape = undefined;
    this.#lost += tape.queued;
  }

  /** Ends the part. Resolves when it is on disk, or never will be. */
  async close(): Promise<void> {
    const tape = this.#tape;
    if (this.#lost > 0) tape?.write(this.#line('m', gap(this.#lost)));
    this.#tape = undefined;
    this.#lost = 0;
    await tape?.close();
  }

  /** Notes that the session has ended, at byte `seq`. */
  async end(seq: number): Promise<void> {
    await this.#shelf.end(this.#deps.now(), seq).catch((fault) => this.#warn(fault));
  }

  #line(kind: CastKind, text: string): string {
    return eventLine({ at: Math.max(0, this.#deps.now() - this.#partAt) / 1000, kind, text });
  }

  #open(size: number): Tape {
    const listener = {
      idle: () => {
        if (this.#tape === tape && this.#lost > 0) this.#deps.onIdle();
      },
      fault: (fault: Error) => {
        this.#warn(fault);
        this.#retryAt = this.#deps.now() + this.#deps.retryMs;
        if (this.#tape !== tape) return;
        this.#tape = undefined;
        this.#lost += tape.queued;
      },
    };
    const tape: Tape = new Tape(this.#shelf.path(this.#part), listener, this.#deps.openTape ?? openOnDisk, size);
    return tape;
  }

  #warn(fault: Error): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#deps.warn(`The recording of ${this.#deps.session} has gaps: ${fault.message}`);
  }
}

function gap(bytes: number): string {
  return `gap: ${bytes} bytes are not recorded`;
}
