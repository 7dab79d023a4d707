/** Reads a terminal's output byte by byte, beside the screen: where it may be cut, and what it sets that a painted screen does not show. */
import { Modes } from './modes.ts';

/** Bytes of an unfinished sequence that are kept; a longer one is a string whose rest means nothing to a screen. */
const HELD_LIMIT = 4096;

const BEL = 0x07;
const CAN = 0x18;
const SUB = 0x1a;
const ESC = 0x1b;

/** What the bytes at hand belong to. `string` is an OSC, `device` a DCS, `other` an APC, PM or SOS. */
type State = 'ground' | 'escape' | 'csi' | 'string' | 'device' | 'other';

/** Told of a sequence that may be a question, without its terminator, and of the index after its last byte. */
export type OnAsked = (sequence: string, end: number) => void;

/** Finals of CSI that set something of `Modes`, or ask. */
const CSI_FINALS = new Set([...'hlrqpucnts'].map((final) => final.charCodeAt(0)));
const STRINGS: Readonly<Record<number, State>> = { 91: 'csi', 93: 'string', 80: 'device', 88: 'other', 94: 'other', 95: 'other' };

/** One stream's scanner. */
export class Scanner {
  readonly modes: Modes;
  #state: State = 'ground';
  /** Bytes that a UTF-8 character still lacks. */
  #lacking = 0;
  #held: number[] = [];
  #printed = false;
  #bells = 0;

  constructor(rows: number) {
    this.modes = new Modes(rows);
  }

  /** Whether a cut after the last byte parts nothing: no sequence, no character, no frame that the program wants shown at once. */
  get safe(): boolean {
    return this.#state === 'ground' && this.#lacking === 0 && !this.modes.synchronized;
  }

  /** How often the program has rung. */
  get bells(): number {
    return this.#bells;
  }

  /** Whether the last byte ended a printed character, which a combining one that follows would join. */
  get printed(): boolean {
    return this.#printed;
  }

  /** The beginning of the sequence or character that the last byte left unfinished: fed to a terminal, it leaves that where this stream is. */
  get partial(): Buffer {
    return Buffer.from(this.#held);
  }

  push(bytes: Buffer, onAsked?: OnAsked): void {
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] as number;
      if (this.#state === 'ground' && this.#lacking === 0) {
        if (byte >= 0x20 && byte < 0x7f) this.#printed = true;
        else this.#ground(byte);
      } else if (this.#lacking > 0 && this.#state === 'ground') this.#character(byte);
      else this.#sequence(byte, at, onAsked);
    }
  }

  #begin(state: State, ...bytes: number[]): void {
    this.#state = state;
    this.#held = bytes;
    this.#printed = false;
  }

  #end(): void {
    this.#begin('ground');
  }

  #ground(byte: number): void {
    if (byte === ESC) this.#begin('escape', ESC);
    else if (byte >= 0xc2 && byte < 0xf5) {
      this.#lacking = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
      this.#held = [byte];
    } else if (byte < 0x20) {
      this.#printed = false;
      if (byte === BEL) this.#bells++;
      this.modes.control(byte);
    }
  }

  #character(byte: number): void {
    if (byte < 0x80 || byte > 0xbf) {
      // not what was promised: the character is dropped, the byte counts
      this.#lacking = 0;
      this.#held = [];
      if (byte >= 0x20 && byte < 0x7f) this.#printed = true;
      else this.#ground(byte);
      return;
    }
    this.#lacking--;
    this.#held.push(byte);
    if (this.#lacking > 0) return;
    const [lead, next = 0] = this.#held;
    const isControl = lead === 0xc2 && this.#held.length === 2 && next < 0xa0;
    this.#held = [];
    if (!isControl) this.#printed = true;
    else if (STRINGS[next - 0x40]) this.#begin(STRINGS[next - 0x40] as State, ESC, next - 0x40);
    else this.#printed = false;
  }

  #sequence(byte: number, at: number, onAsked?: OnAsked): void {
    if (byte === CAN || byte === SUB) this.#end();
    else if (byte === ESC) {
      this.#finishString(at, onAsked);
      this.#begin('escape', ESC);
    } else if (this.#state === 'escape') this.#escape(byte);
    else if (this.#state === 'csi') this.#csi(byte, at, onAsked);
    else if (byte === BEL && this.#state === 'string') {
      this.#finishString(at, onAsked);
      this.#end();
    } else if (byte === 0x9c && this.#held.at(-1) === 0xc2) {
      // the end of a string as one character of UTF-8
      this.#held.pop();
      this.#finishString(at, onAsked);
      this.#end();
    } else this.#hold(byte);
  }

  #hold(byte: number): void {
    if (this.#held.length < HELD_LIMIT) this.#held.push(byte);
  }

  #escape(byte: number): void {
    const next = this.#held.length === 1 ? STRINGS[byte] : undefined;
    if (next) this.#begin(next, ESC, byte);
    else if (byte < 0x20) this.modes.control(byte);
    else if (byte < 0x30) this.#hold(byte);
    else if (byte < 0x7f) {
      this.modes.escape(String.fromCharCode(...this.#held.slice(1), byte));
      this.#end();
    } else if (byte > 0x7f) this.#broken(byte);
  }

  #csi(byte: number, at: number, onAsked?: OnAsked): void {
    if (byte < 0x20) this.modes.control(byte);
    else if (byte < 0x40) this.#hold(byte);
    else if (byte < 0x7f) {
      // colours are most of all sequences; with > they are a setting of the keyboard
      if (CSI_FINALS.has(byte) || (byte === 0x6d && this.#held[2] === 0x3e)) {
        const body = String.fromCharCode(...this.#held.slice(2), byte);
        this.modes.csi(body);
        onAsked?.(`\x1b[${body}`, at + 1);
      }
      this.#end();
    } else if (byte > 0x7f) this.#broken(byte);
  }

  /** A character that has no place in a sequence ends it, and is lost with it. */
  #broken(byte: number): void {
    this.#end();
    this.#ground(byte);
  }

  #finishString(at: number, onAsked?: OnAsked): void {
    if ((this.#state !== 'string' && this.#state !== 'device') || this.#held.length >= HELD_LIMIT) return;
    const body = Buffer.from(this.#held).toString('utf8');
    if (this.#state === 'string') this.modes.osc(body.slice(2));
    // before the terminator: who answers now answers in the order of the questions
    onAsked?.(body, at);
  }
}
