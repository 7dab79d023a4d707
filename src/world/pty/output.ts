/** What a session has printed: the last of it, and who hears the rest. */

import { redact } from '#core/redact/redact';
import { TAIL_BYTES } from './exits.ts';
import { Ring } from './ring.ts';

/** Bytes of output held in memory while a session runs; of an ended one, what is on disk. */
const RING_BYTES = 256 << 10;

/** Searched for secrets before what is kept of an ended session. */
const BEFORE_BYTES = 4 << 10;

/** Told of bytes as they come, and of the number of the first. */
export type OutputListener = (bytes: Buffer, seq: number) => void;

/** The bytes that are held, and the number of the first of them. */
export type OutputState = { readonly from: number; readonly bytes: Buffer; readonly lastAt: number };

/** The output of one session. Times are ms since 1970. */
export class Output {
  ring: Ring;
  lastAt: number;
  readonly #listeners = new Set<OutputListener>();

  /** Begins with what is held already. */
  constructor({ from, bytes, lastAt }: OutputState) {
    this.ring = new Ring(RING_BYTES, from);
    this.ring.push(bytes);
    this.lastAt = lastAt;
  }

  /** Of a session that has printed nothing. */
  static none(at: number): Output {
    return new Output({ from: 0, bytes: Buffer.alloc(0), lastAt: at });
  }

  state(): OutputState {
    const { bytes, from } = this.ring.read();
    return { bytes, from, lastAt: this.lastAt };
  }

  onOutput(listener: OutputListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(bytes: Buffer, seq: number): void {
    for (const listener of this.#listeners) listener(bytes, seq);
  }

  /** Lets go of all but the last 64 kB, which are given back without secrets: the books, the disk and later agents get to see them. */
  shrink(secrets: readonly string[]): Buffer {
    // somewhat more is searched, for a secret may be cut by the beginning
    const tail = withoutSecrets(this.ring.tail(TAIL_BYTES + BEFORE_BYTES), secrets).subarray(-TAIL_BYTES);
    const ring = new Ring(TAIL_BYTES, this.ring.seq - tail.length);
    ring.push(tail);
    this.ring = ring;
    return tail;
  }
}

/** As it was, to the byte, where it holds none. */
function withoutSecrets(bytes: Buffer, secrets: readonly string[]): Buffer {
  const text = bytes.toString();
  const free = redact(text, secrets);
  return free === text ? bytes : Buffer.from(free);
}
