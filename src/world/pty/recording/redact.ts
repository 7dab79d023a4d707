/**
 * Takes secrets out of a stream of terminal output, whatever its chunks. Each character of a secret becomes a `*`, so that a screen keeps its layout. Two
 * readings of the text are searched: as it is printed (without escape sequences, control characters and line ends) for known values and private keys, and
 * with all but colours left in for known values (titles and links hold text too) and for shapes.
 *
 * Held back is what may be the beginning of a secret, and every match that touches the end, which may go on. Not found: a secret that the program parts by
 * visible characters (a box drawn around it, the number of a line), or one of a shape alone that it breaks into lines.
 */
import { type Shape, SHAPES } from './secrets.ts';
import { View } from './view.ts';

/** What is held back at most, in characters; then it is let go with stars. A private key has 3 kB, with colours and numbers of lines some more. */
const HOLD_LIMIT = 16 << 10;
/** Characters kept of what was let go: a shape must not begin within a word. */
const CONTEXT = 32;
/** Of a match that outgrew the limit: more than any shape's head and least body, so that what follows is known to belong to it. */
const LONG_CONTEXT = 64;
/** Held characters that tell nothing of a secret. */
const HARMLESS = 2;

const KEY_BEGINS = '-----BEGIN ';
const KEY_HEAD = /-----BEGIN [A-Z0-9 ]{0,40}?PRIVATE KEY/y;
/** What may still become the head of a private key. */
const KEY_HEAD_PART = /^-----BEGIN [A-Z0-9 ]{0,60}$/;
const KEY_ENDS = '-----END ';
/** Pieces of a key's body; words as long among them do no harm as stars. */
const KEY_BODY = /[A-Za-z0-9+/=]{8,}/g;

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** All heads with the least that must follow. No more, so that a look at any place costs a bounded time. */
const SHAPED = new RegExp(SHAPES.map(({ head, body, least }) => `${escaped(head)}[${body}]{${least}}`).join('|'), 'g');
/** A beginning of any shape, at the end of a text. */
const SHAPE_BEGUN = new RegExp(`(?:${SHAPES.map(begun).join('|')})$`);
const SHAPE_LONGEST = Math.max(...SHAPES.map(({ head, least }) => head.length + least));

function begun({ head, body, least }: Shape): string {
  return [...head].reduceRight((rest, letter, at) => `${escaped(letter)}${at === head.length - 1 ? rest : `(?:${rest})?`}`, `[${body}]{0,${least - 1}}`);
}

const WORD = /[A-Za-z0-9]/;
const AFTER_SEQUENCE = /\x1b(?:\[[0-?]*[@-~]|[@-Z\\^_])$/;

/** Whether a word does not go on at `at`. The final letter of a sequence is no letter of a word. */
function beginsWord(raw: string, at: number): boolean {
  return !WORD.test(raw.charAt(at - 1)) || AFTER_SEQUENCE.test(raw.slice(Math.max(0, at - CONTEXT), at));
}

/** Where an escape sequence begins that the text does not end; else the text's length. */
function unfinished(text: string): number {
  const last = text.lastIndexOf('\x1b');
  if (last < 0) return text.length;
  // an ESC at the very end may be the first half of a string's end
  const from = last === text.length - 1 ? text.lastIndexOf('\x1b', last - 1) : last;
  if (from >= 0 && /^\x1b[\]PX^_][^\x07\x1b\x9c]*\x1b?$/.test(text.slice(from))) return from;
  return /^\x1b(?:\[[0-?]*[ -/]*|[ -/]*)$/.test(text.slice(last)) ? last : text.length;
}

/** What was found in a text: which characters are to be stars, and from where on it must wait. */
type Found = { readonly stars: Uint8Array | undefined; readonly hold: number };

/** One search through a text; `text` ends where no sequence is cut. */
class Search {
  readonly #printed: View;
  readonly #coloured: View;
  readonly #length: number;
  #stars: Uint8Array | undefined;
  #hold: number;
  /** Begins of matches that a hold must not part. */
  readonly #spans: [from: number, to: number][] = [];

  constructor(text: string) {
    this.#printed = View.printed(text);
    this.#coloured = View.uncoloured(text);
    this.#length = text.length;
    this.#hold = text.length;
  }

  run(known: readonly string[]): Found {
    for (const value of known)
      for (const view of new Set([this.#printed, this.#coloured])) {
        for (let at = view.text.indexOf(value); at >= 0; at = view.text.indexOf(value, at + 1)) this.#star(view, at, at + value.length);
        this.#holdBeginning(view, value);
      }
    this.#shapes();
    this.#keys();
    for (const [from, to] of this.#spans) if (from < this.#hold && to > this.#hold) this.#hold = from;
    return { stars: this.#stars, hold: this.#hold };
  }

  #star(view: View, from: number, to: number): void {
    this.#stars ??= new Uint8Array(this.#length);
    for (let at = from; at < to; at++) this.#stars[view.rawAt(at)] = 1;
    this.#spans.push([view.rawAt(from), view.rawAt(to - 1) + 1]);
  }

  #wait(view: View, from: number): void {
    if (from < view.text.length) this.#hold = Math.min(this.#hold, view.rawAt(from));
  }

  #holdBeginning(view: View, value: string): void {
    for (let count = Math.min(value.length - 1, view.text.length); count > 0; count--)
      if (view.text.endsWith(value.slice(0, count))) return this.#wait(view, view.text.length - count);
  }

  #shapes(): void {
    const view = this.#coloured;
    const { text } = view;
    SHAPED.lastIndex = 0;
    for (let match = SHAPED.exec(text); match; match = SHAPED.exec(text)) {
      const { index } = match;
      SHAPED.lastIndex = index + 1;
      if (!beginsWord(view.raw, view.rawAt(index))) continue;
      const { body } = SHAPES.find(({ head }) => text.startsWith(head, index)) as Shape;
      const end = endOfRun(text, index + match[0].length, body);
      this.#star(view, index, end);
      if (end === text.length) this.#wait(view, index);
      SHAPED.lastIndex = end;
    }
    const tail = Math.max(0, text.length - SHAPE_LONGEST);
    const part = SHAPE_BEGUN.exec(text.slice(tail));
    if (part) this.#wait(view, tail + part.index);
  }

  #keys(): void {
    const view = this.#printed;
    const { text } = view;
    for (let at = text.indexOf(KEY_BEGINS); at >= 0; at = text.indexOf(KEY_BEGINS, at + 1)) {
      KEY_HEAD.lastIndex = at;
      const head = KEY_HEAD.exec(text);
      if (!head && KEY_HEAD_PART.test(text.slice(at, at + 80))) this.#wait(view, at);
      if (!head) continue;
      const begin = at + head[0].length;
      const ends = text.indexOf(KEY_ENDS, begin);
      if (ends < 0) this.#wait(view, at);
      const end = ends < 0 ? text.length : ends;
      for (const { 0: piece, index } of text.slice(begin, end).matchAll(KEY_BODY)) this.#star(view, begin + index, begin + index + piece.length);
      at = end - 1;
    }
    this.#holdBeginning(view, KEY_BEGINS);
  }
}

function endOfRun(text: string, from: number, body: string): number {
  const run = new RegExp(`[${body}]*`, 'y');
  run.lastIndex = from;
  run.exec(text);
  return run.lastIndex;
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
export type RedactorState = { readonly text: string; readonly given: number };

/** One stream's redactor. */
export class Redactor {
  readonly #known: readonly string[];
  /** What was given out but is needed to judge what follows, then what is held back. */
  #text = '';
  #given = 0;

  /** `secrets` are the known values. */
  constructor(secrets: readonly string[], state?: RedactorState) {
    // as they are printed: a value of many lines comes with other line ends
    this.#known = [...new Set(secrets.map((value) => View.printed(value).text))].filter((value) => value !== '');
    if (state) ({ text: this.#text, given: this.#given } = state);
  }

  get state(): RedactorState {
    return { text: this.#text, given: this.#given };
  }

  /** What is held back. */
  get held(): string {
    return this.#text.slice(this.#given);
  }

  /** Takes a piece of the stream, gives what of it and of earlier pieces is free of secrets. */
  push(piece: string): string {
    const text = this.#text + piece;
    const cut = unfinished(text);
    const { stars, hold } = new Search(text.slice(0, cut)).run(this.#known);
    // a sequence without end is let go as it is: its text was searched
    const waits = hold < cut || text.length - cut <= HOLD_LIMIT ? hold : text.length;
    if (text.length - waits > HOLD_LIMIT) return this.#letGo(text, stars, waits);
    return this.#give(text, starred(text, stars, this.#given, Math.max(this.#given, waits)), waits);
  }

  /** Gives what is held back if it is too short to tell anything, so that a quiet stream is whole. What follows is judged as if it were still held. */
  settle(): string {
    if (this.held.includes('\x1b') || this.held.length > HARMLESS) return '';
    const { held } = this;
    this.#given = this.#text.length;
    return held;
  }

  /** Gives what is held back as stars, for a stream that is cut here and goes on elsewhere. What follows is judged as if it were still held. */
  cut(): string {
    const { held } = this;
    this.#given = this.#text.length;
    return View.starred(held);
  }

  /** The end of the stream: gives all that is left. */
  end(): string {
    const { stars } = new Search(this.#text).run(this.#known);
    const rest = starred(this.#text, stars, this.#given, this.#text.length);
    this.#text = '';
    this.#given = 0;
    return rest;
  }

  #give(text: string, free: string, upTo: number): string {
    const given = Math.max(this.#given, upTo);
    const from = Math.max(0, Math.min(upTo, given) - CONTEXT);
    this.#text = text.slice(from);
    this.#given = given - from;
    return free;
  }

  /** More is held than may be: all of it goes, as stars. */
  #letGo(text: string, stars: Uint8Array | undefined, from: number): string {
    const begin = Math.max(this.#given, from);
    const free = starred(text, stars, this.#given, begin) + View.starred(text.slice(begin));
    this.#text = View.uncoloured(text.slice(from)).text.slice(0, LONG_CONTEXT);
    this.#given = this.#text.length;
    return free;
  }
}

/** A whole text without its secrets. */
export function redact(text: string, secrets: readonly string[]): string {
  const redactor = new Redactor(secrets);
  return redactor.push(text) + redactor.end();
}
