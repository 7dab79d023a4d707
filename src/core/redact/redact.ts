/**
 * Takes secrets out of a stream of terminal output, whatever its chunks. Each character of a secret becomes a `*`, so that a screen keeps its layout. Two
 * readings of the text are searched: as it is printed (without escape sequences, control characters and line ends) for known values and private keys, and
 * with all but colours left in for known values (titles and links hold text too) and for shapes.
 *
 * Held back is what may be the beginning of a secret, and every match that touches the end, which may go on. Not found: a secret that the program parts by
 * visible characters (a box drawn around it, the number of a line), or one of a shape alone that it breaks into lines.
 */
import { KEY_BEGINS, mayHold, search } from './search.ts';
import { View } from './view.ts';

/** What is held back at most, in characters; then it is let go with stars. A private key has 3 kB, with colours and numbers of lines some more. */
const HOLD_LIMIT = 16 << 10;
/** Characters kept of what was let go: a shape must not begin within a word. */
const CONTEXT = 32;
/** Of a match that outgrew the limit: more than any shape's head and least body, so that what follows is known to belong to it. */
const LONG_CONTEXT = 64;
/** Held characters that tell nothing of a secret. */
const HARMLESS = 2;

/** Where an escape sequence begins that the text does not end; else the text's length. */
function unfinished(text: string): number {
  const last = text.lastIndexOf('\x1b');
  if (last < 0) return text.length;
  // an ESC at the very end may be the first half of a string's end
  const from = last === text.length - 1 ? text.lastIndexOf('\x1b', last - 1) : last;
  if (from >= 0 && /^\x1b[\]PX^_][^\x07\x1b\x9c]*\x1b?$/.test(text.slice(from))) return from;
  return /^\x1b(?:\[[0-?]*[ -/]*|[ -/]*)$/.test(text.slice(last)) ? last : text.length;
}

function starred(text: string, stars: Uint8Array | undefined, from: number, to: number): string {
  if (!stars) return text.slice(from, to);
  let result = '';
  let done = from;
  for (let at = stars.indexOf(1, from); at >= 0 && at < to; at = stars.indexOf(1, done)) {
    const end = stars.indexOf(0, at);
    const last = end < 0 ? to : Math.min(end, to);
    result += text.slice(done, at) + '*'.repeat(last - at);
    done = last;
  }
  return result + text.slice(done, to);
}

/** What a redactor remembers, as plain data, to go on in another process. It holds clear text. */
export type RedactorState = { readonly text: string; readonly waits: number; readonly given: number };

/** One stream's redactor. */
export class Redactor {
  readonly #known: readonly string[];
  /** What was given out but is needed to judge what follows, then what is held back. */
  #text = '';
  /** Where in it that begins which may become a secret. */
  #waits = 0;
  /** What of it was given out: more than up to there, if it was given as harmless or as stars. */
  #given = 0;

  /** `secrets` are the known values. */
  constructor(secrets: readonly string[], state?: RedactorState) {
    // as they are printed: a value of many lines comes with other line ends
    this.#known = [...new Set(secrets.map((value) => View.printed(value).text))].filter((value) => value !== '');
    if (state) ({ text: this.#text, waits: this.#waits, given: this.#given } = state);
  }

  get state(): RedactorState {
    return { text: this.#text, waits: this.#waits, given: this.#given };
  }

  /** What may be the beginning of a secret. */
  get held(): string {
    return this.#text.slice(this.#waits);
  }

  /** Takes a piece of the stream, gives what of it and of earlier pieces is free of secrets. */
  push(piece: string): string {
    const text = this.#text + piece;
    const cut = unfinished(text);
    const { stars, hold } = search(text.slice(0, cut), this.#known);
    // a sequence without end is let go as it is: its text was searched
    const waits = hold < cut || text.length - cut <= HOLD_LIMIT ? hold : text.length;
    if (text.length - waits > HOLD_LIMIT) return this.#letGo(text, stars, waits);
    return this.#give(text, starred(text, stars, this.#given, Math.max(this.#given, waits)), waits);
  }

  /** Gives what is held back if it is too short to tell anything, so that a quiet stream is whole. What follows is judged as if it were still held. */
  settle(): string {
    const { held } = this;
    if (unfinished(held) < held.length || View.printed(held).text.length > HARMLESS) return '';
    return this.#rest();
  }

  /** Gives what is held back as stars, for a stream that is cut here and goes on elsewhere. What follows is judged as if it were still held. */
  cut(): string {
    return View.starred(this.#rest());
  }

  /** The end of the stream: gives all that is left. */
  end(): string {
    const { stars } = search(this.#text, this.#known);
    const rest = starred(this.#text, stars, this.#given, this.#text.length);
    this.#text = '';
    this.#waits = 0;
    this.#given = 0;
    return rest;
  }

  #rest(): string {
    const rest = this.#text.slice(this.#given);
    this.#given = this.#text.length;
    return rest;
  }

  #give(text: string, free: string, upTo: number): string {
    const given = Math.max(this.#given, upTo);
    const from = Math.max(0, Math.min(upTo, given) - CONTEXT);
    this.#text = text.slice(from);
    this.#waits = upTo - from;
    this.#given = given - from;
    return free;
  }

  /** More is held than may be: all of it goes, as stars; but what begins as a private key and does not end as one is a text about keys. */
  #letGo(text: string, stars: Uint8Array | undefined, from: number): string {
    if (text.startsWith(KEY_BEGINS, from)) return this.#give(text, starred(text, stars, this.#given, text.length), text.length);
    const begin = Math.max(this.#given, from);
    const free = starred(text, stars, this.#given, begin) + View.starred(text.slice(begin));
    this.#text = View.uncoloured(text.slice(from)).text.slice(0, LONG_CONTEXT);
    this.#waits = 0;
    this.#given = this.#text.length;
    return free;
  }
}

/** What is printed in a way of its own. */
const UNPLAIN = /[\x00-\x1f\x7f-\x9f]/;

/** A whole text without its secrets. */
export function redact(text: string, secrets: readonly string[]): string {
  // most texts are a plain line without any: told at a fraction of the cost
  if (!UNPLAIN.test(text) && !mayHold(text, secrets)) return text;
  const redactor = new Redactor(secrets);
  return redactor.push(text) + redactor.end();
}
