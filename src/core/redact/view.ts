/** A reading of terminal output: its text without some of its sequences, and where each of its characters stands in the output. */

/** CSI; strings (OSC, DCS and their kin) with their text; other escape sequences; control characters, line ends among them. */
const UNPRINTED = /\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)|[ -/]*[0-~])|[\x00-\x1f\x7f-\x9f]/g;
/** Colours, and what goes with them: the erasure of the rest of a line, and the choice of letters. */
const COLOURS = /\x1b(?:\[[0-9;:]*[mK]|[()][0AB])/g;

/** One reading. */
export class View {
  readonly raw: string;
  readonly text: string;
  readonly #without: RegExp;
  #places: Int32Array | undefined;

  private constructor(raw: string, text: string, without: RegExp) {
    this.raw = raw;
    this.text = text;
    this.#without = without;
  }

  /** What a terminal prints of it, in the order of the output. */
  static printed(raw: string): View {
    return new View(raw, raw.replace(UNPRINTED, ''), UNPRINTED);
  }

  /** All of it but colours. */
  static uncoloured(raw: string): View {
    return new View(raw, raw.includes('\x1b') ? raw.replace(COLOURS, '') : raw, COLOURS);
  }

  /** The output with a star for each character that is printed. */
  static starred(raw: string): string {
    let result = '';
    let done = 0;
    for (const { 0: sequence, index } of raw.matchAll(UNPRINTED)) {
      result += '*'.repeat(index - done) + sequence;
      done = index + sequence.length;
    }
    return result + '*'.repeat(raw.length - done);
  }

  /** Where character `at` of the text stands in the output. */
  rawAt(at: number): number {
    if (this.text.length === this.raw.length) return at;
    this.#places ??= this.#map();
    return this.#places[at] as number;
  }

  #map(): Int32Array {
    const places = new Int32Array(this.text.length);
    let read = 0;
    let written = 0;
    const copyTo = (end: number) => {
      while (read < end) places[written++] = read++;
    };
    for (const { 0: sequence, index } of this.raw.matchAll(this.#without)) {
      copyTo(index);
      read += sequence.length;
    }
    copyTo(this.raw.length);
    return places;
  }
}
