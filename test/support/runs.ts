/** `GT_LONG=1` tries longer, for a night: what is repeated is repeated ten times as often. */
export const LONG = process.env['GT_LONG'] === '1';

/** How often a property is tried. */
export const runs = (usually: number): number => (LONG ? 10 * usually : usually);
