import { StringDecoder } from 'node:string_decoder';
import type { Ticker } from './ticker.ts';

/** What a terminal sends, taken apart as a program's own reader does it. `chunk` numbers the read that its last byte came with. */
export type Input = { readonly chunk: number } & (
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'paste'; readonly text: string }
  | { readonly kind: 'key'; readonly key: KeyName }
  | { readonly kind: 'reply'; readonly to: 'da1' | 'cpr' | 'decrqm' }
);
export type KeyName = 'enter' | 'esc' | 'ctrl-c' | 'ctrl-d' | 'ctrl-s' | 'ctrl-u' | 'backspace' | 'up' | 'down' | 'tab';

/** After so many ms without more an ESC is the key. */
const ESC_MS = 30;
const PASTE_END = '\x1b[201~';
const SEQUENCE = /^\x1b(?:\[[0-?]*[ -/]*[@-~]|O[A-Za-z]|[^[O])/;
const UNFINISHED = /^\x1b(?:\[[0-?]*[ -/]*|O)?$/;
const CONTROLS: Readonly<Record<string, KeyName>> = {
  '\r': 'enter',
  '\x03': 'ctrl-c',
  '\x04': 'ctrl-d',
  '\x13': 'ctrl-s',
  '\x15': 'ctrl-u',
  '\x7f': 'backspace',
  '\b': 'backspace',
  '\t': 'tab',
};
const ARROWS: Readonly<Record<string, KeyName>> = { A: 'up', B: 'down' };

/** Reads the bytes of a terminal in pieces of any size. */
export class KeyReader {
  readonly #decoder = new StringDecoder('utf8');
  readonly #ticker: Ticker;
  readonly #hear: (input: Input) => void;
  #held = '';
  #paste: string | undefined;
  #chunk = 0;
  #stopWaiting: () => void = () => undefined;

  constructor(ticker: Ticker, hear: (input: Input) => void) {
    this.#ticker = ticker;
    this.#hear = hear;
  }

  push(bytes: Buffer): void {
    this.#stopWaiting();
    this.#chunk++;
    this.#held += this.#decoder.write(bytes);
    while (this.#held !== '' && this.#step());
    if (this.#paste !== undefined || !this.#held.startsWith('\x1b')) return;
    this.#stopWaiting = this.#ticker.after(ESC_MS, () => {
      // what followed is text then, as a person's Escape and a word are
      this.#held = this.#held.slice(1);
      this.#tell({ kind: 'key', key: 'esc' });
      while (this.#held !== '' && this.#step());
    });
  }

  /** Takes one thing from what is held; false when it is not all there. */
  #step(): boolean {
    if (this.#paste !== undefined) return this.#pasting(this.#paste);
    const held = this.#held;
    if (held.startsWith('\x1b')) return this.#sequence(held);
    const control = CONTROLS[held[0] ?? ''];
    if (control) {
      this.#held = held.slice(1);
      this.#tell({ kind: 'key', key: control });
      return true;
    }
    const text = /^[^\x00-\x1f\x7f]+|^\n+/.exec(held)?.[0] ?? '';
    this.#held = held.slice(Math.max(1, text.length));
    if (text !== '') this.#tell({ kind: 'text', text });
    return true;
  }

  #pasting(before: string): boolean {
    const whole = before + this.#held;
    const end = whole.indexOf(PASTE_END);
    if (end < 0) {
      this.#paste = whole;
      this.#held = '';
      return false;
    }
    this.#paste = undefined;
    this.#held = whole.slice(end + PASTE_END.length);
    this.#tell({ kind: 'paste', text: whole.slice(0, end).replace(/\r\n?/g, '\n') });
    return true;
  }

  #sequence(held: string): boolean {
    if (UNFINISHED.test(held)) return false;
    const [sequence = '\x1b'] = SEQUENCE.exec(held) ?? [];
    if (sequence.length === 2 && !sequence.startsWith('\x1bO')) {
      // Escape, and then something else in the same read
      this.#held = held.slice(1);
      this.#tell({ kind: 'key', key: 'esc' });
      return true;
    }
    this.#held = held.slice(sequence.length);
    const arrow = /^\x1b(?:\[|O)([AB])$/.exec(sequence)?.[1];
    if (sequence === '\x1b[200~') this.#paste = '';
    else if (/^\x1b\[\?[\d;]*c$/.test(sequence)) this.#tell({ kind: 'reply', to: 'da1' });
    else if (/^\x1b\[\??\d+;\d+R$/.test(sequence)) this.#tell({ kind: 'reply', to: 'cpr' });
    else if (/\$y$/.test(sequence)) this.#tell({ kind: 'reply', to: 'decrqm' });
    else if (arrow) this.#tell({ kind: 'key', key: ARROWS[arrow] ?? 'up' });
    return true;
  }

  #tell(
    input:
      | { kind: 'text' | 'paste'; text: string }
      | { kind: 'key'; key: KeyName }
      | { kind: 'reply'; to: 'da1' | 'cpr' | 'decrqm' },
  ): void {
    this.#hear({ ...input, chunk: this.#chunk });
  }
}
