/** Finds secrets in a piece of terminal output, and what may be the beginning of one at its end. */
import { SHAPES, type Shape } from './secrets.ts';
import { View } from './view.ts';

/** How a private key begins. */
export const KEY_BEGINS = '-----BEGIN ';
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
  return [...head].reduceRight(
    (rest, letter, at) => `${escaped(letter)}${at === head.length - 1 ? rest : `(?:${rest})?`}`,
    `[${body}]{0,${least - 1}}`,
  );
}

/** Characters in which the end of a sequence is looked for. */
const SEQUENCE = 32;
const STRING = /\x1b[\]PX^_]/;
const WORD = /[A-Za-z0-9]/;
const AFTER_SEQUENCE = /\x1b(?:\[[0-?]*[ -/]*[@-~]|[ -/]*[0-~])$/;

/** Whether a word does not go on at `at`. The final letter of a sequence is no letter of a word. */
function beginsWord(raw: string, at: number): boolean {
  return !WORD.test(raw.charAt(at - 1)) || AFTER_SEQUENCE.test(raw.slice(Math.max(0, at - SEQUENCE), at));
}

/** What was found in a text: which characters are to be stars, and from where on it must wait. */
export type Found = { readonly stars: Uint8Array | undefined; readonly hold: number };

/** One search. */
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
    // only the text of a string (a title, a link) is no part of what is printed
    const views = STRING.test(this.#coloured.raw) ? [this.#printed, this.#coloured] : [this.#printed];
    for (const value of known)
      for (const view of views) {
        for (let at = view.text.indexOf(value); at >= 0; at = view.text.indexOf(value, at + 1))
          this.#star(view, at, at + value.length);
        this.#holdBeginning(view, value);
      }
    this.#shapes();
    this.#keys();
    this.#spans.sort((left, right) => right[0] - left[0]);
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
    let count = Math.min(value.length - 1, view.text.length);
    while (count > 0 && !view.text.endsWith(value.slice(0, count))) count--;
    this.#wait(view, view.text.length - count);
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
      for (const { 0: piece, index } of text.slice(begin, end).matchAll(KEY_BODY))
        this.#star(view, begin + index, begin + index + piece.length);
      at = end - 1;
    }
    this.#holdBeginning(this.#coloured, KEY_BEGINS);
  }
}

function endOfRun(text: string, from: number, body: string): number {
  const run = new RegExp(`[${body}]*`, 'y');
  run.lastIndex = from;
  run.exec(text);
  return run.lastIndex;
}

/** Searches a text that ends in no sequence for known values (as they are printed), shapes and private keys. */
export function search(text: string, known: readonly string[]): Found {
  return new Search(text).run(known);
}

/** How shapes and private keys begin. */
const HEADS = new RegExp([...SHAPES.map(({ head }) => head), KEY_BEGINS].map(escaped).join('|'));

/** Whether a text without control characters is worth a search: false only where there is nothing to be found. */
export function mayHold(text: string, known: readonly string[]): boolean {
  return HEADS.test(text) || known.some((value) => text.includes(UNPLAIN.test(value) ? View.printed(value).text : value));
}

const UNPLAIN = /[\x00-\x1f\x7f-\x9f]/;
