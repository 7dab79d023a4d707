/** A mark in a stream of output: what comes before it was printed before it was made. Digits alone, which no setting of a terminal changes. */
import { randomBytes } from 'node:crypto';

const DIGITS = 32;

/** A mark on its way through a stream, as plain data. */
export type MarkerState = { readonly bytes: string; readonly held: string; readonly passed: boolean };

/** Takes one mark out of a stream, wherever it is cut. */
export class Marker {
  /** What is to be written where the output comes from. */
  readonly bytes: Buffer;
  #held: Buffer;
  #passed: boolean;

  /** A new mark, or one that an earlier host has made. */
  constructor(state?: MarkerState) {
    this.bytes = Buffer.from(state?.bytes ?? Array.from(randomBytes(DIGITS), (byte) => byte % 10).join(''));
    this.#held = Buffer.from(state?.held ?? '', 'latin1');
    this.#passed = state?.passed ?? false;
  }

  state(): MarkerState {
    return { bytes: this.bytes.toString(), held: this.#held.toString('latin1'), passed: this.#passed };
  }

  /** Whether the mark has come out of the stream. */
  get passed(): boolean {
    return this.#passed;
  }

  /** The chunk without the mark. What may be the beginning of the mark is kept until the next chunk, or `rest`, tells. */
  filter(chunk: Buffer): Buffer {
    if (this.#passed) return chunk;
    const bytes = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : chunk;
    const at = bytes.indexOf(this.bytes);
    if (at >= 0) {
      this.#passed = true;
      this.#held = Buffer.alloc(0);
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + this.bytes.length)]);
    }
    let kept = Math.min(bytes.length, this.bytes.length - 1);
    while (kept > 0 && !bytes.subarray(bytes.length - kept).equals(this.bytes.subarray(0, kept))) kept--;
    this.#held = bytes.subarray(bytes.length - kept);
    return bytes.subarray(0, bytes.length - kept);
  }

  /** What was kept, when the stream ends without the mark. */
  rest(): Buffer {
    const held = this.#held;
    this.#held = Buffer.alloc(0);
    return held;
  }
}
