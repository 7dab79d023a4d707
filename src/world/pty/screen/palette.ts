/** Colours that a program has given to its terminal (OSC 4, 10 to 12, and what takes them back). */

const LIMIT = 300;
const LONGEST = 100;

/** One terminal's. */
export class Palette {
  #colours = new Map<string, string>();

  /** `name` is the OSC's number, `values` what follows it. A question is none of these. */
  osc(name: string, values: readonly string[]): void {
    if (name === '4') for (let at = 0; at + 1 < values.length; at += 2) this.#set(`4;${values[at]}`, values[at + 1] as string);
    else if (/^1[0-2]$/.test(name)) for (const [at, colour] of values.entries()) this.#set(String(Number(name) + at), colour);
    else if (/^11[0-2]$/.test(name)) this.#colours.delete(String(Number(name) - 100));
    else if (name === '104') this.#restore(values.filter((value) => value !== ''));
  }

  clear(): void {
    this.#colours.clear();
  }

  /** The sequences that set them. */
  toString(): string {
    return [...this.#colours].map(([key, colour]) => `\x1b]${key};${colour}\x07`).join('');
  }

  #set(key: string, colour: string): void {
    if (colour === '' || colour === '?' || !/^[ -~]*$/.test(key + colour) || key.length + colour.length > LONGEST) return;
    if (this.#colours.has(key) || this.#colours.size < LIMIT) this.#colours.set(key, colour);
  }

  #restore(indexes: readonly string[]): void {
    for (const key of [...this.#colours.keys()])
      if (key.startsWith('4;') && (indexes.length === 0 || indexes.includes(key.slice(2)))) this.#colours.delete(key);
  }
}
