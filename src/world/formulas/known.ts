import type { Known } from './line.ts';

/** What is known of the formulas that gt ships: the packed command line has here what they cook to (scripts/bundle.mjs), sources have nothing and cook. */
export const KNOWN: Readonly<Record<string, Known>> = {};
