/** What a client typed and the session's writer is not known to have: it is said again to whichever host does not have it. */
import { PasteFollower } from '#core/terminal/paste';
import type { Typed } from '#world/pty/host';

/** Bytes that wait, over which no more should be typed, and at which it may go on. */
const FULL = 4 << 20;
const EASED = 1 << 20;

/** Some bytes, and the number of the first. */
export type Said = { readonly at: number; readonly bytes: Buffer; readonly kind: Typed };

/** One attachment's input. */
export class Unsaid {
  #waiting: Said[] = [];
  #typed = 0;
  #handed = 0;
  #isFull = false;
  readonly #paste = new PasteFollower();

  /** Bytes that the session's writer has. */
  get handed(): number {
    return this.#handed;
  }

  /** Whether a paste is open where a host that knows nothing of this client goes on. */
  get isPasting(): boolean {
    return this.#paste.isOpen;
  }

  /** Whether so much waits that no more should be typed. */
  get isFull(): boolean {
    return this.#isFull;
  }

  add(bytes: Buffer, kind: Typed): Said {
    const said = { at: this.#typed, bytes: Buffer.from(bytes), kind };
    this.#typed += bytes.length;
    this.#waiting.push(said);
    this.#isFull ||= this.#typed - this.#handed > FULL;
    return said;
  }

  /** The writer has `n` bytes. Answers whether more may be typed again. */
  taken(n: number): boolean {
    for (let first = this.#waiting[0]; first && first.at < n; first = this.#waiting[0]) {
      const bytes = first.bytes.subarray(0, n - first.at);
      const rest = first.bytes.subarray(bytes.length);
      if (first.kind === 'interrupt') this.#paste.set(false);
      else this.#paste.push(bytes);
      this.#waiting.shift();
      if (rest.length > 0) this.#waiting.unshift({ ...first, at: n, bytes: rest });
    }
    this.#handed = Math.max(this.#handed, n);
    if (!this.#isFull || this.#typed - this.#handed > EASED) return false;
    this.#isFull = false;
    return true;
  }

  /** What a host lacks that has taken `n` bytes. */
  after(n: number): Said[] {
    return this.#waiting.filter(({ at, bytes }) => at + bytes.length > n);
  }
}
