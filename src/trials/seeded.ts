/** Numbers from 0 to 1, the same ones for the same seed. */
export type Draw = () => number;

export function drawn(seed: number): Draw {
  let state = (seed + 1) * 0x9e3779b1;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number from 0 to `most`. */
export const upTo = (draw: Draw, most: number): number => Math.floor(draw() * (most + 1));
