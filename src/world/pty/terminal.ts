/** One terminal: a process on it, all that it prints, and what it is told. Loses no byte at its end. */
import { closeSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { ReadStream } from 'node:tty';
import type { End, ForkRequest } from './binding.ts';
import * as binding from './binding.ts';
import { STALL_MS, terminalGone, Writer } from './writer.ts';

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

/** A terminal with its process. */
export class Terminal {
  readonly pid: number;
  readonly #master: number;
  readonly #slave: number;
  readonly #stream: ReadStream;
  readonly #writer: Writer;
  readonly #listener: TerminalListener;
  #seen = 0;
  #ended: { readonly seen: number; readonly drainUntil: number } | undefined;
  #closed = false;

  /** Starts the process; blocks for 1 to 10 ms. Throws when the system gives no terminal. */
  constructor(request: ForkRequest, listener: TerminalListener, stallMs = STALL_MS) {
    this.#listener = listener;
    const forked = binding.fork(request, (end) => this.#onEnd(end));
    this.pid = forked.pid;
    this.#master = forked.master;
    this.#slave = forked.slave;
    this.#writer = new Writer(forked.master, stallMs);
    this.#stream = new ReadStream(forked.master);
    this.#stream.on('data', (bytes: Buffer) => {
      this.#seen += bytes.length;
      listener.output(bytes);
    });
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

  #onEnd(end: End): void {
    this.#ended = { seen: this.#seen, drainUntil: performance.now() + DRAIN_MS };
    this.#listener.exited(end);
    this.#stream.resume();
    this.#drain(this.#ended);
  }

  /**
   * Waits until a whole turn of the event loop brought nothing. The silence is a timer *and* the turn after it: timers run before the poll of their
   * turn, so that a timer alone would cut off what a busy host has not read yet.
   */
  #drain(ended: { readonly seen: number; readonly drainUntil: number }): void {
    const before = this.#seen;
    const quiet = performance.now() < ended.drainUntil ? QUIET_MS : 0;
    setTimeout(() => {
      setImmediate(() => {
        if (this.#seen === before || this.#seen - ended.seen > TALK_LIMIT) this.#close();
        else this.#drain(ended);
      });
    }, quiet);
  }

  #close(): void {
    this.#closed = true;
    this.#writer.close(() => {
      closeSync(this.#slave);
      this.#stream.destroy();
      this.#listener.drained();
    });
  }
}
