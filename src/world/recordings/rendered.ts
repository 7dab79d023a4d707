import { Emulator } from '#world/pty/screen/emulator';
import { rowOf } from '#world/pty/screen/rows';
import { Scanner } from '#world/pty/screen/scanner';
import { type Played, type ScreenSize, sizeIn } from './read.ts';

/**
 * A recording as the text that people saw: each row once, when it left the screen or stood still on it. Programs that paint the same place again and again
 * (all of the agents do) give the rows that stood for a while. Memory is that of one screen and of the rows that were given last.
 */
export type TextRow = { readonly at: number; readonly text: string };

/** Text that is painted at once: fewer rows than the emulator keeps can scroll away by it. */
const SLICE = 900;
/** A screen that stood so long was seen (seconds). */
const SEEN_S = 1;
/** Rows that are known again when they are painted again. */
const RECENT = 2000;
/** Where all that stands on the screen goes, or the screen itself. */
const WIPES = /(?=\x1b(?:\[[23]J|c|\[H\x1b\[0?J|\[\?(?:1049|1047|47)[hl]))/;
const FORGET_SCROLLED = Buffer.from('\x1b[3J');

/** Rows of a recording's events. */
export async function* rendered(events: AsyncIterable<Played>, size: ScreenSize): AsyncGenerator<TextRow> {
  const page = new Page(size);
  let at = 0;
  try {
    for await (const event of events) {
      if (event.at - at >= SEEN_S) yield* page.seen(at);
      at = event.at;
      if (event.kind === 'r') page.resize(sizeIn(event.text) ?? size);
      if (event.kind === 'o') yield* page.fed(event.text, at);
    }
    yield* page.left(at);
  } finally {
    page.dispose();
  }
}

class Page {
  readonly #emulator: Emulator;
  readonly #scanner: Scanner;
  /** Rows on the screen that were given, and how many of each. */
  #given = new Map<string, number>();
  readonly #recent = new Set<string>();

  constructor({ cols, rows }: ScreenSize) {
    this.#emulator = new Emulator(cols, rows, () => undefined);
    this.#scanner = new Scanner(rows);
  }

  resize({ cols, rows }: ScreenSize): void {
    this.#emulator.resize(cols, rows);
  }

  *fed(text: string, at: number): Generator<TextRow> {
    const [first = '', ...others] = text.split(WIPES);
    yield* this.#painted(first, at);
    for (const piece of others) {
      yield* this.seen(at);
      yield* this.#painted(piece, at);
    }
  }

  *#painted(text: string, at: number): Generator<TextRow> {
    for (let from = 0; from < text.length; from += SLICE) {
      const bytes = Buffer.from(text.slice(from, from + SLICE));
      this.#scanner.push(bytes);
      this.#emulator.write(bytes);
      yield* this.#scrolled(at);
    }
  }

  /** Rows that have left the screen at its top. */
  *#scrolled(at: number): Generator<TextRow> {
    const { normal, isAlternate } = this.#emulator;
    if (isAlternate || normal.ybase === 0 || !this.#scanner.safe) return;
    for (let y = 0; y < normal.ybase; y++) {
      const text = rowOf(this.#emulator, y, false);
      if (!this.#take(text)) yield this.#give(text, at);
    }
    this.#emulator.write(FORGET_SCROLLED);
  }

  /** What stands on the screen. */
  *seen(at: number): Generator<TextRow> {
    yield* this.#onScreen(at, (text) => this.#recent.has(text));
  }

  /** The same at the end, when nothing of it will scroll away any more. */
  *left(at: number): Generator<TextRow> {
    yield* this.#onScreen(at, () => false);
  }

  *#onScreen(at: number, isKnown: (text: string) => boolean): Generator<TextRow> {
    const { active } = this.#emulator;
    const rows: string[] = [];
    for (let y = active.ybase; y < active.lines.length; y++) rows.push(rowOf(this.#emulator, y, false));
    while (rows.at(-1) === '') rows.pop();
    const now = new Map<string, number>();
    for (const text of rows) {
      const was = this.#take(text);
      const known = was || isKnown(text);
      if (was || !known) now.set(text, (now.get(text) ?? 0) + 1);
      if (!known) yield this.#give(text, at);
    }
    this.#given = now;
  }

  #take(text: string): boolean {
    const left = this.#given.get(text) ?? 0;
    if (left === 0) return false;
    if (left === 1) this.#given.delete(text);
    else this.#given.set(text, left - 1);
    return true;
  }

  #give(text: string, at: number): TextRow {
    this.#recent.delete(text);
    this.#recent.add(text);
    if (this.#recent.size > RECENT) this.#recent.delete(this.#recent.values().next().value as string);
    return { at, text };
  }

  dispose(): void {
    this.#emulator.dispose();
  }
}
