/** What a person's terminal sends while it is attached to a session: told apart into keys, its own reports, Ctrl+C and the key that detaches. */
import { PASTE_END, PasteFollower } from './paste.ts';

/** `report`: an answer of the terminal, a move of the mouse, a change of focus. `interrupt`: Ctrl+C. `detach`: the key that detaches, once for each press. */
export type Piece = { readonly kind: 'keys' | 'report' | 'interrupt' | 'detach'; readonly bytes: Buffer };

/** A key with Ctrl: the byte that it is without further ado, and the code of the key itself. */
export type ControlKey = { readonly byte: number; readonly code: number };

const ESC = 0x1b;
const BEL = 0x07;
const CTRL = 4;
/** Caps lock and num lock do not make another key of it. */
const LOCKS = 64 | 128;
const INTERRUPT: ControlKey = { byte: 0x03, code: 0x63 };
/** Longest report that is waited for, in bytes. */
const STRING_LIMIT = 4096;
/** Answers about the device, its state, the cursor, modes, keyboard and window; focus; the mouse. What follows ESC. */
const REPORT =
  /^\[(?:[?>=][0-9;]*c|[?]?[0-9;]*n|[?]?[0-9]+;[0-9;]+R|[?]?[0-9;]*\$y|\?[0-9]*u|[0-9]+;[0-9;]+t|[IO]|<[0-9;]*[Mm]|M)/;

/** The key that `ctrl-x` names (also `C-x`, `^x`), with a letter or one of `\ ] ^ _ @`; undefined when it names none. */
export function controlKey(name: string): ControlKey | undefined {
  const letter = /^(?:ctrl[-+]|c-|\^)([a-z\\\]^_@])$/i.exec(name.trim())?.[1]?.toLowerCase();
  if (letter === undefined || letter === 'c') return undefined;
  const code = letter.charCodeAt(0);
  return { byte: code & 0x1f, code };
}

/** What holds Ctrl alone is such a key; `modifiers` as terminals send it: 1 more than the sum of those that are down. */
function isCtrl(modifiers: number): boolean {
  return ((modifiers - 1) & ~LOCKS) === CTRL;
}

/** Whether a sequence (what follows ESC) is this key: pressed, held or let go. */
function eventOf(sequence: string, key: ControlKey): 'press' | 'other' | undefined {
  // kitty: code[:shifted[:base]];modifiers[:event][;text]u
  const kitty = /^\[(\d+)(?::\d*)*;(\d+)(?::(\d+))?(?:;[\d:]*)?u$/.exec(sequence);
  if (kitty) {
    if (Number(kitty[1]) !== key.code || !isCtrl(Number(kitty[2]))) return undefined;
    return kitty[3] === undefined || kitty[3] === '1' ? 'press' : 'other';
  }
  // xterm: 27;modifiers;code~
  const xterm = /^\[27;(\d+);(\d+)~$/.exec(sequence);
  return xterm && Number(xterm[2]) === key.code && isCtrl(Number(xterm[1])) ? 'press' : undefined;
}

/** Index after the sequence that begins with the ESC at `at`, or -1 when its end is not there yet. */
function endOf(bytes: Buffer, at: number): number {
  const first = bytes[at + 1];
  if (first === undefined) return -1;
  if (first === ESC) return at + 1; // a lone Escape
  if (first === 0x4f) return at + 2 < bytes.length ? at + 3 : -1;
  if (first === 0x5d || first === 0x50 || first === 0x5f) return endOfString(bytes, at);
  if (first !== 0x5b) return at + 2;
  for (let end = at + 2; end < bytes.length; end++) {
    const byte = bytes[end] as number;
    if (byte >= 0x20 && byte < 0x40) continue;
    if (byte < 0x20 || byte > 0x7e) return end; // not a sequence after all
    // an old form of the mouse has three more bytes
    if (byte === 0x4d && end === at + 2) return end + 4 <= bytes.length ? end + 4 : -1;
    return end + 1;
  }
  return -1;
}

function endOfString(bytes: Buffer, at: number): number {
  for (let end = at + 2; end < bytes.length; end++) {
    if (bytes[end] === BEL) return end + 1;
    if (bytes[end] === ESC) {
      if (end + 1 === bytes.length) return -1;
      return bytes[end + 1] === 0x5c ? end + 2 : end;
    }
    if (end - at > STRING_LIMIT) return end;
  }
  return -1;
}

/** Reads one terminal's input, however it is cut. */
export class KeyReader {
  readonly #detach: ControlKey;
  #held: Buffer = Buffer.alloc(0);
  readonly #paste = new PasteFollower();
  #pieces: Piece[] = [];

  constructor(detach: ControlKey) {
    this.#detach = detach;
  }

  /**
   * Whether the beginning of a sequence is held back that may be a key of its own. It must not be for long (30 ms), or Escape feels dead: then `flush`. What may
   * be the end of a paste is none, and its rest will come.
   */
  get isHolding(): boolean {
    return this.#held.length > 0 && !this.#paste.isOpen;
  }

  /** What these bytes complete. */
  push(chunk: Buffer): Piece[] {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    let at = 0;
    while (at < bytes.length) {
      const end = this.#paste.isOpen ? this.#pasted(bytes, at) : this.#read(bytes, at);
      if (end < 0) break;
      at = end;
    }
    this.#held = Buffer.from(bytes.subarray(at));
    return this.#take();
  }

  /** What is held back, for no more comes. */
  flush(): Piece[] {
    const held = this.#held;
    this.#held = Buffer.alloc(0);
    this.#put(held.length > 2 && (held[1] === 0x5d || held[1] === 0x50) ? 'report' : 'keys', held);
    return this.#take();
  }

  #take(): Piece[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }

  #put(kind: Piece['kind'], bytes: Buffer): void {
    const last = this.#pieces.at(-1);
    if (bytes.length === 0) return;
    if (kind === 'keys') this.#paste.push(bytes);
    if (last?.kind === kind && kind !== 'detach')
      this.#pieces[this.#pieces.length - 1] = { kind, bytes: Buffer.concat([last.bytes, bytes]) };
    else this.#pieces.push({ kind, bytes });
  }

  /** One key, one sequence, or a stretch of text; answers where it ends. */
  #read(bytes: Buffer, at: number): number {
    const byte = bytes[at];
    if (byte === ESC) return this.#sequence(bytes, at);
    if (byte === this.#detach.byte || byte === INTERRUPT.byte) {
      this.#put(byte === INTERRUPT.byte ? 'interrupt' : 'detach', bytes.subarray(at, at + 1));
      return at + 1;
    }
    let end = at + 1;
    while (end < bytes.length && ![ESC, this.#detach.byte, INTERRUPT.byte].includes(bytes[end] as number)) end++;
    this.#put('keys', bytes.subarray(at, end));
    return end;
  }

  #sequence(bytes: Buffer, at: number): number {
    const end = endOf(bytes, at);
    if (end < 0) return -1;
    const sequence = bytes.toString('latin1', at + 1, end);
    const whole = bytes.subarray(at, end);
    const detach = eventOf(sequence, this.#detach);
    if (detach) {
      // its release, and its repetition while it is held, are no press
      if (detach === 'press') this.#put('detach', whole);
    } else if (eventOf(sequence, INTERRUPT) === 'press') this.#put('interrupt', whole);
    else if (/^[\]P_]/.test(sequence) || REPORT.test(sequence)) this.#put('report', whole);
    else this.#put('keys', whole);
    return end;
  }

  /** Up to the end of the paste nothing is a command. */
  #pasted(bytes: Buffer, at: number): number {
    const mark = bytes.indexOf(ESC, at);
    if (mark !== at) {
      this.#put('keys', bytes.subarray(at, mark < 0 ? bytes.length : mark));
      return mark < 0 ? bytes.length : mark;
    }
    const next = bytes.toString('latin1', at, at + PASTE_END.length);
    if (next.length < PASTE_END.length && PASTE_END.startsWith(next)) return -1;
    const end = at + (next === PASTE_END ? PASTE_END.length : 1);
    this.#put('keys', bytes.subarray(at, end));
    return end;
  }
}
