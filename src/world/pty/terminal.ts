/** One terminal: a process on it, all that it prints, and what it is told. Loses no byte at its end, nor when another host takes it over. */
import { closeSync, writeSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { ReadStream } from 'node:tty';
import type { End, Forked, ForkRequest } from './binding.ts';
import * as binding from './binding.ts';
import { Marker } from './marker.ts';
import { readHeld } from './read-held.ts';
import type { TerminalState } from './terminal-state.ts';
import type { WriteName } from './writer.ts';
import { STALL_MS, terminalGone, Writer } from './writer.ts';

/** How long the mark after the last output is waited for, in ms. It fails to come where a person stopped the output (Ctrl+S) or the terminal was hung up. */
const MARK_MS = 5_000;
/** Silence after the process' end, in ms, before a turn without output is taken for the end of output. */
const QUIET_MS = 10;
/** How long others on the terminal may keep that silence away, in ms; then one empty turn is enough. */
const DRAIN_MS = 500;
/** What others may print after the end, in bytes; then they are cut off. */
const TALK_LIMIT = 1 << 20;

/** Told in this order: output, `exited` (at once; output may follow), output, `drained` (nothing follows). */
export type TerminalListener = {
  readonly output: (bytes: Buffer) => void;
  readonly exited: (end: End) => void;
  readonly drained: () => void;
};

/** How long a write may make no headway, and how long the mark after the last output is waited for, in ms. */
type Limits = { readonly stallMs: number; readonly markMs: number };

type Ended = { readonly seen: number; readonly marker: Marker; readonly markUntil: number; readonly drainUntil: number };

/** What lies beneath a stream of Node's; its `reading` says whether the stream believes that it reads. */
type Handle = { reading: boolean; readStart(): void; readStop(): void };

/** A terminal with its process. */
export class Terminal {
  readonly pid: number;
  readonly #forked: Forked;
  readonly #stream: ReadStream;
  readonly #writer: Writer;
  readonly #listener: TerminalListener;
  readonly #markMs: number;
  #seen = 0;
  #ended: Ended | undefined;
  #unmarked = Buffer.alloc(0);
  #closed = false;
  #halted = false;
  #stopped = false;
  /** What is to be done when the terminal goes on. */
  #held: Array<() => void> = [];

  private constructor(forked: Forked, listener: TerminalListener, limits: Limits) {
    this.pid = forked.pid;
    this.#forked = forked;
    this.#listener = listener;
    this.#markMs = limits.markMs;
    this.#writer = new Writer(forked.master, limits.stallMs);
    this.#stream = new ReadStream(forked.master);
    // EIO is how a terminal's end reads; the rule of #drain tells when that is
    this.#stream.on('error', () => undefined);
  }

  /** Starts a process; blocks for 1 to 10 ms. Throws when the system gives no terminal. */
  static fork(
    request: ForkRequest,
    listener: TerminalListener,
    limits: Limits = { stallMs: STALL_MS, markMs: MARK_MS },
  ): Terminal {
    const forked = binding.fork(request, (end) => terminal.end(end));
    const terminal: Terminal = new Terminal(forked, listener, limits);
    terminal.#read();
    return terminal;
  }

  /**
   * Takes over the terminal of an earlier host by its inherited `master`; the size stays as it is. It is halted until `go`; the end of its process is
   * to be told by `end`. Throws when the slave cannot be opened by its name.
   */
  static adopt(state: TerminalState, master: number, listener: TerminalListener): Terminal {
    const { pid, pts, mark } = state;
    const forked = { pid, master, slave: binding.openSlave(pts), pts };
    const terminal = new Terminal(forked, listener, { stallMs: STALL_MS, markMs: MARK_MS });
    void terminal.#writer.halt();
    terminal.#halted = true;
    if (mark) terminal.#ended = terminal.#endedBy(new Marker(mark));
    if (mark) terminal.#unmarked = Buffer.from(mark.unmarked);
    terminal.#held.push(() => {
      terminal.#read();
      if (terminal.#ended) terminal.#drain(terminal.#ended);
    });
    return terminal;
  }

  /** Bytes that wait to be written. */
  get queued(): number {
    return this.#writer.queued;
  }

  /** How often the kernel took none of what was to be written. */
  get refusals(): number {
    return this.#writer.refusals;
  }

  /** The descriptor by which the terminal can be handed over; undefined when it has been lost. */
  get master(): number | undefined {
    return this.#closed || this.#stream.destroyed ? undefined : this.#forked.master;
  }

  /** Resolves when the kernel has all of it; writes come out whole and in order. Rejects with PTY_BUSY, PTY_STALLED or PTY_GONE. */
  write(bytes: Buffer, name?: WriteName): Promise<void> {
    return this.#writer.write(bytes, name);
  }

  /** Tells at once, as output, all that the kernel has of it. Of one that has ended, is halted or paused, nothing. */
  readNow(): void {
    if (this.#halted || this.#ended || this.#closed || this.#stream.destroyed || this.#stream.isPaused()) return;
    readHeld(this.#forked.master, (bytes) => this.#hear(bytes));
  }

  /** Sets the screen's size in characters. Throws PTY_GONE after the end. */
  resize(cols: number, rows: number): void {
    if (this.#closed) throw terminalGone();
    binding.resize(this.#forked.master, cols, rows);
  }

  /** Stops reading (up to 64 kB more are read ahead): the process waits when the kernel's buffer is full. Its end lifts it. */
  pause(): void {
    if (!this.#ended) this.#stream.pause();
  }

  resume(): void {
    this.#when(() => this.#stream.resume());
  }

  /** The process has ended: of one that was adopted, who looks after it tells so. */
  end(end: End): void {
    this.#when(() => this.#onEnd(end));
  }

  /** Now, or when the terminal goes on. */
  #when(run: () => void): void {
    if (this.#halted) this.#held.push(run);
    else run();
  }

  /** Stops all: resolves when nothing is being written. What the process prints from then on waits in the kernel, once `state` was called. */
  async halt(): Promise<void> {
    this.#halted = true;
    await this.#writer.halt();
  }

  /**
   * The halted terminal's state; all that was read ahead is told of as output first. From here on nothing is read until `go`: pausing the stream would
   * not do, for its handle reads on.
   */
  state(): TerminalState {
    const handle = this.#handle;
    handle?.readStop();
    while (this.#stream.read() !== null);
    if (handle) {
      handle.reading = true; // so that the stream does not start it again
      handle.readStop();
    }
    this.#stopped = true;
    const { pid, pts } = this.#forked;
    const mark = this.#ended && { ...this.#ended.marker.state(), unmarked: this.#unmarked.toString() };
    return { pid, pts, unwritten: this.#writer.unwritten, ...(mark && { mark }) };
  }

  /** Goes on after `halt` or `adopt`. */
  go(): void {
    if (!this.#halted) return;
    this.#halted = false;
    if (this.#stopped) this.#handle?.readStart();
    this.#stopped = false;
    const held = this.#held;
    this.#held = [];
    for (const run of held) run();
    this.#writer.go();
  }

  get #handle(): Handle | undefined {
    return (this.#stream as unknown as { readonly _handle?: Handle | null })._handle ?? undefined;
  }

  #read(): void {
    this.#stream.on('data', (bytes: Buffer) => this.#hear(this.#ended ? this.#ended.marker.filter(bytes) : bytes));
  }

  #hear(bytes: Buffer): void {
    this.#seen += bytes.length;
    if (bytes.length > 0) this.#listener.output(bytes);
  }

  #endedBy(marker: Marker): Ended {
    const now = performance.now();
    return { seen: this.#seen, marker, markUntil: now + this.#markMs, drainUntil: now + DRAIN_MS };
  }

  #onEnd(end: End): void {
    const marker = new Marker();
    this.#ended = this.#endedBy(marker);
    this.#unmarked = Buffer.from(marker.bytes);
    this.#listener.exited(end);
    this.#stream.resume();
    this.#drain(this.#ended);
  }

  /** Writes what is missing of the mark, as a program on the terminal would. A full buffer is tried again; one that fails stays without. */
  #mark(): void {
    if (this.#unmarked.length === 0) return;
    try {
      this.#unmarked = this.#unmarked.subarray(writeSync(this.#forked.slave, this.#unmarked));
    } catch {}
  }

  /**
   * Waits until all that was printed before the end has come, then until a whole turn of the event loop brought nothing more from others.
   *
   * What a program prints is moved to the reader by a worker of the kernel, some time later on a loaded machine: only a mark that was printed
   * after it proves that it has come. The silence is a timer *and* the turn after it: timers run before the poll of their turn, so that a timer alone
   * would cut off what a busy host has not read yet.
   */
  #drain(ended: Ended): void {
    this.#mark();
    const before = this.#seen;
    const quiet = ended.marker.passed && performance.now() >= ended.drainUntil ? 0 : QUIET_MS;
    setTimeout(() => {
      setImmediate(() => {
        if (this.#halted) return void this.#held.push(() => this.#drain(ended));
        const isMarked = ended.marker.passed || performance.now() >= ended.markUntil;
        if ((isMarked && this.#seen === before) || this.#seen - ended.seen > TALK_LIMIT) this.#close();
        else this.#drain(ended);
      });
    }, quiet);
  }

  #close(): void {
    this.#closed = true;
    if (this.#ended) this.#hear(this.#ended.marker.rest());
    this.#writer.close(() => {
      closeSync(this.#forked.slave);
      this.#stream.destroy();
      this.#listener.drained();
    });
  }
}
