/** Which size people gave the screens of whoever has sessions: the next session of the same one begins in it, so that its program draws nothing twice. */
import type { Size } from './host.ts';
import type { Part } from './parts.ts';

/** How many are remembered: those whose screens were resized last. */
const LIMIT = 500;

/** Whose session it is: its id without the number at the end. */
const holderOf = (session: string): string | undefined => /^(.+)\.s\d+$/.exec(session)?.[1];

export class Sizes {
  readonly #sizes = new Map<string, Size>();

  /** What stays over a hand-over. */
  readonly part: Part = {
    name: 'sizes',
    state: () => [...this.#sizes],
    resume: (state) => {
      for (const [holder, size] of state as Array<[string, Size]>) this.#keep(holder, size);
    },
  };

  /** A session's screen was given another size. */
  resized(session: string, { cols, rows }: Size): void {
    const holder = holderOf(session);
    if (holder !== undefined) this.#keep(holder, { cols, rows });
  }

  /** The size that the screen of an earlier session of the same holder was given last, if it was. */
  of(session: string): Size | undefined {
    return this.#sizes.get(holderOf(session) ?? '');
  }

  #keep(holder: string, size: Size): void {
    this.#sizes.delete(holder);
    this.#sizes.set(holder, size);
    const [oldest] = this.#sizes.keys();
    if (this.#sizes.size > LIMIT && oldest !== undefined) this.#sizes.delete(oldest);
  }
}
