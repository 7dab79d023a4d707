/** Those who wait to see a screen: until all is parsed that was printed when they came, and then until it may be cut. */

/** How long a cut waits for a safe byte: bytes, ms. After either it is made anyway. */
const UNSAFE_BYTES = 4096;
const UNSAFE_MS = 250;

type Looker = {
  readonly seq: number;
  readonly show: () => void;
  readonly refuse: (fault: Error) => void;
  readonly forget: () => void;
  isLate: boolean;
};

/** The lookers of one screen. */
export class Lookers {
  readonly #after: (ms: number, run: () => void) => () => void;
  #all: Looker[] = [];

  constructor(after: (ms: number, run: () => void) => () => void) {
    this.#after = after;
  }

  get size(): number {
    return this.#all.length;
  }

  /** Resolves with what `see` gives when this one is served; `onLate` is called when that must wait no longer. */
  add<T>(seq: number, see: () => T, onLate: () => void): Promise<T> {
    return new Promise((resolve, refuse) => {
      const looker: Looker = {
        seq,
        refuse,
        isLate: false,
        show: () => {
          try {
            resolve(see());
          } catch (fault) {
            refuse(fault);
          }
        },
        forget: this.#after(UNSAFE_MS, () => {
          looker.isLate = true;
          onLate();
        }),
      };
      this.#all.push(looker);
    });
  }

  /** How many of at most `most` bytes may be parsed from `seq` on before somebody has to be served: one at a time while anybody waits for a safe byte. */
  stride(seq: number, most: number): number {
    if (this.#all.some((looker) => looker.seq <= seq)) return Math.min(1, most);
    return Math.min(most, ...this.#all.map((looker) => looker.seq - seq));
  }

  /** Serves whoever may be: all up to `seq` is parsed. */
  serve(seq: number, isSafe: boolean): void {
    const due = this.#all.filter((looker) => looker.seq <= seq && (isSafe || looker.isLate || seq - looker.seq >= UNSAFE_BYTES));
    if (due.length === 0) return;
    this.#all = this.#all.filter((looker) => !due.includes(looker));
    for (const looker of due) {
      looker.forget();
      looker.show();
    }
  }

  /** Sends all away. */
  refuse(fault: Error): void {
    const all = this.#all;
    this.#all = [];
    for (const looker of all) {
      looker.forget();
      looker.refuse(fault);
    }
  }
}
