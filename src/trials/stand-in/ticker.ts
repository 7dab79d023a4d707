/** Time and what is done later, handed in, so that a test says when it passes. */
export type Ticker = {
  /** ms since 1970. */
  readonly now: () => number;
  /** Calls back once after some ms, unless the returned function is called. */
  readonly after: (ms: number, run: () => void) => () => void;
};

/** The machine's own. `now` comes from the clock of the world. */
export function realTicker(now: () => number): Ticker {
  return {
    now,
    after: (ms, run) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
  };
}

/** Numbers from 0 to below 1, the same for the same seed. */
export function chances(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}
