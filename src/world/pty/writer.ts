/**
 * Writes to one terminal: at once what is short and has nothing before it, else a queue, one write in flight, and a pause where the reader stalls. The kernel
 * takes some 14 kB ahead of a reader, then refuses.
 */
import { write, writeSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { HostRefused } from './host.ts';

/** What waits to be written, at most, in bytes. */
const QUEUE_LIMIT = 8 << 20;
/** Bytes handed to the kernel at once: about what it takes from an empty buffer, so that little is tried in vain. */
const SLICE = 4096;
/** Pause after a refusal in ms: doubles up to the last. A stalled reader costs 2 % of a core. */
const BACK_OFF_FIRST = 1;
const BACK_OFF_LAST = 16;
/** A terminal that took no byte for so long, in ms, has stalled. */
export const STALL_MS = 30_000;

/** Names a write over hand-overs of the host: the client and number of its request, or any other pair that nobody else uses. */
export type WriteName = { readonly client: string; readonly n: number };
/** What was not written yet of a write. */
export type Unwritten = { readonly bytes: Buffer; readonly name?: WriteName };

type Entry = {
  readonly bytes: Buffer;
  at: number;
  readonly name: WriteName | undefined;
  readonly resolve: () => void;
  readonly reject: (fault: Error) => void;
};

/** Refusal of whatever is asked of a terminal that has ended. */
export function terminalGone(): HostRefused {
  return new HostRefused('PTY_GONE', 'The session has ended: nothing can be written to it.');
}

/** One terminal's writer. */
export class Writer {
  readonly #fd: number;
  readonly #stallMs: number;
  #queue: Entry[] = [];
  #queued = 0;
  #wait = BACK_OFF_FIRST;
  #movedAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #inFlight = false;
  #closed: (() => void) | undefined;
  #refusals = 0;
  #halted: (() => void) | undefined;

  constructor(fd: number, stallMs: number) {
    this.#fd = fd;
    this.#stallMs = stallMs;
  }

  /** Bytes that wait. */
  get queued(): number {
    return this.#queued;
  }

  /** How often the kernel took nothing. */
  get refusals(): number {
    return this.#refusals;
  }

  /** Resolves when the kernel has all of it. Rejects with PTY_BUSY (8 MB wait already), PTY_STALLED (no byte taken for 30 s) or PTY_GONE. */
  write(bytes: Buffer, name?: WriteName): Promise<void> {
    if (this.#closed) return Promise.reject(terminalGone());
    if (bytes.length === 0) return Promise.resolve();
    if (this.#queued + bytes.length > QUEUE_LIMIT)
      return Promise.reject(
        new HostRefused('PTY_BUSY', `The program does not read its input: ${this.#queued} bytes wait already.`),
      );
    const done = this.#atOnce(bytes);
    if (done === bytes.length) return Promise.resolve();
    return new Promise((resolve, reject) => {
      if (this.#queue.length === 0) this.#movedAt = performance.now();
      this.#queue.push({ bytes, at: done, name, resolve, reject });
      this.#queued += bytes.length - done;
      if (!this.#inFlight && !this.#timer && !this.#halted) this.#next();
    });
  }

  /** Writes nothing more until `go`; resolves when no write is in flight. */
  halt(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return new Promise((resolve) => {
      this.#halted = resolve;
      if (!this.#inFlight) resolve();
    });
  }

  /** What waits, of a halted writer. */
  get unwritten(): readonly Unwritten[] {
    return this.#queue.map(({ bytes, at, name }) => ({ bytes: bytes.subarray(at), ...(name && { name }) }));
  }

  /** Writes again. */
  go(): void {
    this.#halted = undefined;
    this.#movedAt = performance.now();
    if (!this.#inFlight && !this.#timer && !this.#closed) this.#next();
  }

  /** Refuses what waits and calls back when no write is in flight: only then may the descriptor be closed, for its number will be given out again. */
  close(done: () => void): void {
    this.#closed = done;
    clearTimeout(this.#timer);
    this.#dropAll(terminalGone());
    if (!this.#inFlight) done();
  }

  /** Bytes that the kernel took in this very turn: an Enter comes right after a look, and an echo is quicker. */
  #atOnce(bytes: Buffer): number {
    if (this.#queue.length > 0 || this.#inFlight || this.#timer || this.#halted || bytes.length > SLICE) return 0;
    try {
      return writeSync(this.#fd, bytes); // the descriptor does not wait
    } catch {
      return 0; // the queue tries again, or finds out why not
    }
  }

  #dropAll(fault: Error): void {
    const dropped = this.#queue;
    this.#queue = [];
    this.#queued = 0;
    for (const entry of dropped) entry.reject(fault);
  }

  #next(): void {
    this.#timer = undefined;
    const entry = this.#queue[0];
    if (!entry) return;
    this.#inFlight = true;
    write(this.#fd, entry.bytes, entry.at, Math.min(SLICE, entry.bytes.length - entry.at), null, (fault, count) => {
      this.#inFlight = false;
      if (this.#closed) {
        this.#closed();
        this.#halted?.();
        return;
      }
      if (fault?.code === 'EAGAIN') this.#refused();
      else if (fault) this.#dropAll(terminalGone());
      else this.#moved(entry, count);
      if (this.#halted) this.#halted();
      else if (!fault) this.#next();
    });
  }

  #moved(entry: Entry, count: number): void {
    this.#wait = BACK_OFF_FIRST;
    this.#movedAt = performance.now();
    this.#queued -= count;
    entry.at += count;
    if (entry.at === entry.bytes.length) {
      this.#queue.shift();
      entry.resolve();
    }
  }

  #refused(): void {
    this.#refusals++;
    if (performance.now() - this.#movedAt >= this.#stallMs) {
      const text = `The program took no input for ${this.#stallMs} ms; ${this.#queued} bytes were not written.`;
      this.#dropAll(new HostRefused('PTY_STALLED', text));
      return;
    }
    if (this.#halted) return;
    this.#timer = setTimeout(() => this.#next(), this.#wait);
    this.#wait = Math.min(this.#wait * 2, BACK_OFF_LAST);
  }
}
