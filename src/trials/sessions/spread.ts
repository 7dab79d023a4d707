/** Times in ms, and how they are told. */
export class Spread {
  readonly #values: number[] = [];

  add(ms: number): void {
    this.#values.push(ms);
  }

  /** Measures one call. */
  async of<T>(run: () => Promise<T>): Promise<T> {
    const began = performance.now();
    const value = await run();
    this.add(performance.now() - began);
    return value;
  }

  /** The value below which this part of all lies, 0 to 1. */
  at(part: number): number {
    const sorted = [...this.#values].sort((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
  }

  /** `p50 / p99`. */
  toString(): string {
    return `${this.at(0.5).toFixed(1)} / ${this.at(0.99).toFixed(1)}`;
  }
}
