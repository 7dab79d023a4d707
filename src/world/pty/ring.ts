/** The last bytes of an endless output. Bytes are counted from the first one ever pushed; memory grows with use, up to the limit. */
export class Ring {
  readonly #limit: number;
  #bytes: Buffer;
  #seq = 0;
  #held = 0;

  /** Holds at most `limit` bytes; `seq` is the count of bytes before the first push (for output that an earlier host saw). */
  constructor(limit: number, seq = 0) {
    this.#limit = limit;
    this.#bytes = Buffer.alloc(Math.min(limit, 4096));
    this.#seq = seq;
  }

  /** Bytes seen since the start. */
  get seq(): number {
    return this.#seq;
  }

  /** Bytes that it holds at most. */
  get limit(): number {
    return this.#limit;
  }

  /** Number of the oldest byte that is still here. */
  get start(): number {
    return this.#seq - this.#held;
  }

  push(bytes: Buffer): void {
    const kept = bytes.length > this.#limit ? bytes.subarray(bytes.length - this.#limit) : bytes;
    this.#makeRoom(this.#held + kept.length);
    const size = this.#bytes.length;
    // a byte lies where its number says, so that growing is the only time when bytes move
    const at = (this.#seq + bytes.length - kept.length) % size;
    const first = Math.min(kept.length, size - at);
    kept.copy(this.#bytes, at, 0, first);
    kept.copy(this.#bytes, 0, first);
    this.#seq += bytes.length;
    this.#held = Math.min(this.#held + bytes.length, this.#limit);
  }

  /** A copy of the bytes from number `from` on; an earlier or later number means the nearest that is here. */
  read(from = 0): { bytes: Buffer; from: number; seq: number } {
    const begin = Math.min(Math.max(from, this.start), this.#seq);
    return { bytes: this.#copy(begin), from: begin, seq: this.#seq };
  }

  /** A copy of at most `count` bytes from number `from` on. Throws when that is no longer here. */
  slice(from: number, count: number): Buffer {
    if (from < this.start || from > this.#seq)
      throw new RangeError(`byte ${from} is not held (${this.start} to ${this.#seq} are)`);
    return this.#copy(from, Math.min(count, this.#seq - from));
  }

  /** A copy of the last `count` bytes, or of what there is. */
  tail(count: number): Buffer {
    return this.#copy(Math.max(this.start, this.#seq - count));
  }

  #copy(begin: number, length = this.#seq - begin): Buffer {
    const size = this.#bytes.length;
    const at = begin % size;
    const first = Math.min(length, size - at);
    return Buffer.concat([this.#bytes.subarray(at, at + first), this.#bytes.subarray(0, length - first)]);
  }

  #makeRoom(wanted: number): void {
    let size = this.#bytes.length;
    while (size < wanted && size < this.#limit) size = Math.min(size * 2, this.#limit);
    if (size === this.#bytes.length) return;
    const held = this.#copy(this.start);
    this.#bytes = Buffer.alloc(size);
    const at = this.start % size;
    const first = Math.min(held.length, size - at);
    held.copy(this.#bytes, at, 0, first);
    held.copy(this.#bytes, 0, first);
  }
}
