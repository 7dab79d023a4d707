/** Time, handed in: everything that needs the wall clock gets one of these. */
export type Clock = { readonly now: () => number };

/** The machine's clock: ms since 1970. */
export const systemClock: Clock = { now: () => Date.now() };
