/** What a session's output does to the terminal that it is shown on, and what has to be written to undo it. */

/** Modes that are off on a terminal at rest, in the order in which they are ended: a frame held back first. */
const OFF = [2026, 1000, 1001, 1002, 1003, 1004, 1005, 1006, 1015, 1016, 2004, 2031, 9, 1, 5, 6, 45];
/** Colours that a program may set (OSC 4, 10 …) are reset by 100 more. */
const COLOURS = new Set([4, 5, 10, 11, 12, 13, 14, 17, 19]);
/** Modes that are on on a terminal at rest, and those that are not undone as the others are. */
const ON = new Set([7, 25]);
const NEVER = new Set([2, 3, 40, 1048]);
const MODES_LIMIT = 64;
const ALTERNATE = new Set([47, 1047, 1049]);
const SEQUENCE = /\x1b(?:\[([<>=?]?)([\d;:]*)([a-zA-Z])|\](\d+)[;\x07\x1b]|([cH]))/g;
const UNFINISHED = /\x1b(?:\[[<>=?]?[\d;:]{0,64}|\]\d{0,4})?$/;

/** What a terminal at rest needs to hear whatever was shown on it. It leaves the cursor in the upper left corner. */
function quiet(): string {
  const modes = OFF.map((mode) => `\x1b[?${mode}l`).join('');
  // a string that was cut is ended; then: keypad, wrapping, cursor, insertion, keys, link, shape, region
  return `\x1b\\${modes}\x1b>\x1b[?7h\x1b[?25h\x1b[4l\x1b[>4m\x1b]8;;\x1b\\\x1b[0 q\x1b[r`;
}

/** Follows what is shown on one terminal, however it is cut. */
export class Debts {
  #rest = '';
  #isAlternate = false;
  #pushed = { normal: 0, alternate: 0 };
  #flags = { normal: false, alternate: false };
  #titles = 0;
  #hasTabs = false;
  readonly #colours = new Set<number>();
  /** Modes that were changed and of which nothing is known here. */
  readonly #others = new Set<number>();

  push(bytes: Buffer): void {
    const text = this.#rest + bytes.toString('latin1');
    for (const [, lead, numbers, final, osc, short] of text.matchAll(SEQUENCE)) {
      if (osc !== undefined) {
        if (COLOURS.has(Number(osc))) this.#colours.add(Number(osc));
      } else if (short === 'H') this.#hasTabs = true;
      else if (short === 'c') this.#reset();
      else this.#csi(lead ?? '', (numbers ?? '').split(/[;:]/).map(Number), final ?? '');
    }
    this.#rest = UNFINISHED.exec(text)?.[0] ?? '';
  }

  /** Makes the terminal as it was, but for what stands on it, and owes nothing any more. The cursor is left in the upper left corner of the normal screen. */
  settle(cols: number): string {
    const { normal, alternate } = this.#pushed;
    const others = [...this.#others].map((mode) => `\x1b[?${mode}l`);
    const parts = [quiet(), ...others];
    const pop = (which: 'normal' | 'alternate') => {
      if (this.#flags[which]) parts.push('\x1b[=0u');
      if (this.#pushed[which] > 0) parts.push(`\x1b[<${this.#pushed[which]}u`);
    };
    if (!this.#isAlternate && (alternate > 0 || this.#flags.alternate)) parts.push('\x1b[?1049h');
    if (alternate > 0 || this.#flags.alternate) pop('alternate');
    // left always: what was cut off may have entered it
    parts.push('\x1b[?1049l');
    if (normal > 0 || this.#flags.normal) pop('normal');
    for (const colour of this.#colours) parts.push(`\x1b]${colour + 100}\x1b\\`);
    parts.push('\x1b[23;2t'.repeat(this.#titles));
    if (this.#hasTabs) {
      const stops = Array.from({ length: Math.ceil(cols / 8) }, (_, index) => `\x1b[${index * 8 + 1}G\x1bH`);
      parts.push(`\x1b[3g${stops.join('')}`);
    }
    // with the normal screen come the pen, character sets and origin mode that were saved with it
    parts.push('\x1b[0m\x1b(B\x1b)B\x1b*B\x1b+B\x0f\x1b[?6l\x1b[?7h\x1b[r\x1b[H');
    this.#reset();
    this.#colours.clear();
    this.#others.clear();
    this.#titles = 0;
    this.#hasTabs = false;
    return parts.join('');
  }

  #reset(): void {
    this.#isAlternate = false;
    this.#pushed = { normal: 0, alternate: 0 };
    this.#flags = { normal: false, alternate: false };
  }

  #csi(lead: string, numbers: number[], final: string): void {
    const which = this.#isAlternate ? 'alternate' : 'normal';
    const [first = 0, second = 0] = numbers;
    if (final === 'u' && lead === '>') this.#pushed[which]++;
    else if (final === 'u' && lead === '<') this.#pushed[which] = Math.max(0, this.#pushed[which] - (first || 1));
    else if (final === 'u' && lead === '=') this.#flags[which] = true;
    else if (lead === '?' && (final === 'h' || final === 'l')) {
      for (const mode of numbers) {
        if (ALTERNATE.has(mode)) this.#isAlternate = final === 'h';
        else if (!ON.has(mode) && !NEVER.has(mode) && !OFF.includes(mode) && this.#others.size < MODES_LIMIT)
          this.#others.add(mode);
      }
    } else if (final === 't' && lead === '' && second !== 1) {
      if (first === 22) this.#titles++;
      else if (first === 23) this.#titles = Math.max(0, this.#titles - 1);
    } else if (final === 'g' && lead === '') this.#hasTabs = true;
  }
}
