/** Bytes of the file that are held at once. */
const CHUNK = 1 << 18;
/** Bytes of the longest line between arguments: a sign and a length; also more than the words that are looked for. */
const LINE = 32;
/** What a line may be instead of a number. */
const CUT = -1;
const STRANGE = -2;

const [CR, LF, ZERO, NINE] = [13, 10, 48, 57];
const [HASH, STAR, DOLLAR] = [35, 42, 36];

/** Fills `into` with what the file has from `at` on, as far as that goes; answers how many bytes. */
export type Read = (into: Buffer, at: number) => number;

/** A transaction without an end: its first byte, and how many whole commands of it there are (MULTI too). */
export type Open = { readonly at: number; readonly commands: number };

/**
 * Finds the transaction that has no end in an append-only file of `size` bytes; undefined when there is none, or when the file is strange. All of the file is
 * gone through, for what stands at its end may be text within an argument; but arguments are stepped over by their length, and those that are longer than
 * `chunk` are not even read.
 */
export function openTransaction(read: Read, size: number, chunk = CHUNK): Open | undefined {
  const file = new Commands(read, size, chunk);
  let began: number | undefined;
  let commands = 0;
  for (let at = 0; at < size; at = file.at) {
    const word = file.next();
    if (word === 'strange') return undefined;
    if (word === 'cut') break;
    commands++;
    if (word === 'MULTI' && began === undefined) {
      began = at;
      commands = 1;
    } else if (word === 'EXEC') began = undefined;
  }
  return began === undefined ? undefined : { at: began, commands };
}

/** Steps through the commands of a file. */
class Commands {
  /** Where the next one begins. */
  at = 0;
  readonly #read: Read;
  readonly #size: number;
  readonly #held: Buffer;
  #from = 0;
  #count = 0;

  constructor(read: Read, size: number, chunk: number) {
    this.#read = read;
    this.#size = size;
    this.#held = Buffer.alloc(Math.max(LINE, Math.min(chunk, size)));
  }

  /** Steps over a command, and says its word where that is MULTI or EXEC. */
  next(): 'MULTI' | 'EXEC' | 'other' | 'cut' | 'strange' {
    if (this.#held[this.#hold()] === HASH) return this.#note();
    const count = this.#number(STAR);
    if (count < 0) return count === CUT ? 'cut' : 'strange';
    let word = '';
    for (let i = 0; i < count; i++) {
      const long = this.#number(DOLLAR);
      if (long < 0) return long === CUT ? 'cut' : 'strange';
      if (count === 1 && (long === 4 || long === 5)) {
        const from = this.#hold();
        word = this.#held.toString('latin1', from, from + long).toUpperCase();
      }
      this.at += long + 2;
    }
    if (this.at > this.#size) return 'cut';
    return word === 'MULTI' || word === 'EXEC' ? word : 'other';
  }

  /** A note of the time: redis writes it on a line of its own. */
  #note(): 'other' | 'cut' | 'strange' {
    const from = this.#hold();
    const line = this.#held.subarray(from, Math.min(from + LINE, this.#count));
    const end = line.indexOf('\r\n');
    if (end === -1) return line.length < LINE ? 'cut' : 'strange';
    this.at += end + 2;
    return 'other';
  }

  /** Reads a line of this sign and digits. */
  #number(sign: number): number {
    const held = this.#held;
    const from = this.#hold();
    const end = Math.min(from + LINE, this.#count);
    if (from >= end) return CUT;
    if (held[from] !== sign) return STRANGE;
    let value = 0;
    for (let i = from + 1; i < end; i++) {
      const digit = held[i] as number;
      if (digit >= ZERO && digit <= NINE) value = value * 10 + digit - ZERO;
      else if (digit !== CR || i === from + 1) return STRANGE;
      else if (i + 1 === end) break;
      else if (held[i + 1] !== LF) return STRANGE;
      else {
        this.at += i + 2 - from;
        return value;
      }
    }
    return end - from < LINE ? CUT : STRANGE;
  }

  /** Makes sure that the line that begins here is held, as far as the file goes; answers where in what is held. */
  #hold(): number {
    const end = this.#from + this.#count;
    if (this.at > end || (this.at + LINE > end && end < this.#size)) {
      this.#from = this.at;
      this.#count = this.at < this.#size ? this.#read(this.#held, this.at) : 0;
    }
    return this.at - this.#from;
  }
}
