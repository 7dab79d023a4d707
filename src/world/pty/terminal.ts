/** One terminal: a process on it, all that it prints, and what it is told. Loses no byte at its end. */
import { closeSync, writeSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { ReadStream } from 'node:tty';
import type { End, ForkRequest } from './binding.ts';
import * as binding from './binding.ts';
import { Marker } from './marker.ts';
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

/** A terminal with its process. */
export class Terminal {
  readonly pid: number;
  readonly #master: number;
  readonly #slave: number;
  readonly #stream: ReadStream;
  readonly #writer: Writer;
  readonly #listener: TerminalListener;
  #seen = 0;
  readonly #markMs: number;
  #ended: Ended | undefined;
  #unmarked = Buffer.alloc(0);
  #closed = false;

  /** Starts the process; blocks for 1 to 10 ms. Throws when the system gives no terminal. */
  constructor(request: ForkRequest, listener: TerminalListener, limits: Limits = { stallMs: STALL_MS, markMs: MARK_MS }) {
    this.#listener = listener;
    this.#markMs = limits.markMs;
    const forked = binding.fork(request, (end) => this.#onEnd(end));
    this.pid = forked.pid;
    this.#master = forked.master;
    this.#slave = forked.slave;
    this.#writer = new Writer(forked.master, limits.stallMs);
    this.#stream = new ReadStream(forked.master);
    this.#stream.on('data', (bytes: Buffer) => this.#hear(this.#ended ? this.#ended.marker.filter(bytes) : bytes));
    // EIO is how a terminal's end reads; the rule of #drain tells when that is
    this.#stream.on('error', () => undefined);
  }

  /** Bytes that wait to be written. */
  get queued(): number {
    return this.#writer.queued;
  }

  /** How often the kernel took none of what was to be written. */
  get refusals(): number {
    return this.#writer.refusals;
  }

  /** Resolves when the kernel has all of it; writes come out whole and in order. Rejects with PTY_BUSY, PTY_STALLED or PTY_GONE. */
  write(bytes: Buffer): Promise<void> {
    return this.#writer.write(bytes);
  }

  /** Sets the screen's size in characters. Throws PTY_GONE after the end. */
  resize(cols: number, rows: number): void {
    if (this.#closed) throw terminalGone();
    binding.resize(this.#master, cols, rows);
  }

  /** Stops reading (up to 64 kB more are read ahead): the process waits when the kernel's buffer is full. Its end lifts it. */
  pause(): void {
    if (!this.#ended) this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  #hear(bytes: Buffer): void {
    this.#seen += bytes.length;
    if (bytes.length > 0) this.#listener.output(bytes);
  }

  #onEnd(end: End): void {
    const now = performance.now();
    const marker = new Marker();
    this.#ended = { seen: this.#seen, marker, markUntil: now + this.#markMs, drainUntil: now + DRAIN_MS };
    this.#unmarked = marker.bytes;
    this.#listener.exited(end);
    this.#stream.resume();
    this.#drain(this.#ended);
  }

  /** Writes what is missing of the mark, as a program on the terminal would. A full buffer is tried again; one that fails stays without. */
  #mark(): void {
    if (this.#unmarked.length === 0) return;
    try {
      this.#unmarked = this.#unmarked.subarray(writeSync(this.#slave, this.#unmarked));
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
      closeSync(this.#slave);
      this.#stream.destroy();
      this.#listener.drained();
    });
  }
}
