/** What a terminal puts round a paste, for programs that ask for it (mode 2004). */
export const PASTE_BEGIN = '\x1b[200~';
export const PASTE_END = '\x1b[201~';

const ESC = 0x1b;
const COMMON = Buffer.from('\x1b[20');

/** Where a follower is, as plain data: whether a paste is open, how many bytes of a mark have come, and whether that mark opens one. */
export type PasteState = { readonly open: boolean; readonly matched: number; readonly opens: boolean };

/** Follows a stream of input bytes, however it is cut: whether a paste is open after the last one. */
export class PasteFollower {
  #matched: number;
  #opens: boolean;
  #open: boolean;

  /** Begins outside of a paste, or where another follower was. */
  constructor({ open, matched, opens }: PasteState = { open: false, matched: 0, opens: false }) {
    this.#open = open;
    this.#matched = matched;
    this.#opens = opens;
  }

  get state(): PasteState {
    return { open: this.#open, matched: this.#matched, opens: this.#opens };
  }

  /** Whether the last byte lies within a paste. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** Takes the paste for begun, or for ended. */
  set(isOpen: boolean): void {
    this.#open = isOpen;
    this.#matched = 0;
  }

  push(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; at++) {
      if (this.#matched === 0) {
        at = bytes.indexOf(ESC, at);
        if (at < 0) return;
      }
      this.#byte(bytes[at] as number);
    }
  }

  #byte(byte: number): void {
    if (this.#matched < COMMON.length && byte === COMMON[this.#matched]) this.#matched++;
    else if (this.#matched === COMMON.length && (byte === 0x30 || byte === 0x31)) {
      this.#opens = byte === 0x30;
      this.#matched++;
    } else if (this.#matched > COMMON.length && byte === 0x7e) this.set(this.#opens);
    else this.#matched = byte === ESC ? 1 : 0;
  }
}
