/** What could not be read of a recording, as it is found, for one line that a person is told. */
export class Losses {
  readonly #parts: string[] = [];
  readonly #lines = new Map<number, number>();
  #unrecorded = 0;

  /** Something of a part, or a whole one, in words. */
  add(what: string): void {
    this.#parts.push(what);
  }

  /** A line that is no event. */
  line(part: number): void {
    this.#lines.set(part, (this.#lines.get(part) ?? 0) + 1);
  }

  /** Output that was lost when it was recorded (bytes). */
  gap(bytes: number): void {
    this.#unrecorded += bytes;
  }

  /** One line for a person; undefined when nothing is missing. */
  get said(): string | undefined {
    const lines = [...this.#lines].map(
      ([part, count]) => `${count === 1 ? 'a line' : `${count} lines`} of part ${part} cannot be read`,
    );
    const gaps = this.#unrecorded > 0 ? [`${this.#unrecorded} bytes of output were never recorded`] : [];
    const all = [...this.#parts, ...lines, ...gaps];
    if (all.length === 0) return undefined;
    const named = all.slice(0, MOST_NAMED).join('; ');
    return all.length > MOST_NAMED ? `${named}; and ${all.length - MOST_NAMED} more` : named;
  }
}

const MOST_NAMED = 6;
