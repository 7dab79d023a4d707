import type { Formula, Step } from './grammar.ts';
import type { Report } from './report.ts';
import type { Shelf } from './shelf.ts';
import { flat } from './tree.ts';

/** What every stage of cooking has at hand. */
export type Kitchen = {
  readonly formula: Formula;
  readonly file: string;
  readonly shelf: Shelf;
  readonly report: Report;
  /** Values of variables that shape the steps: defaults, and what was given. */
  readonly values: ReadonlyMap<string, string>;
  /** Steps that have been made in all: cooking ends before it fills the memory. */
  made: number;
};

export const MAX_STEPS = 5000;
export const MAX_ITERATIONS = 1000;

/** Counts steps that are made; false, and said once, when they are too many. */
export function makes(kitchen: Kitchen, steps: readonly Step[]): boolean {
  // Loops and steps that expand give way to others, which are counted then.
  kitchen.made += flat(steps).filter(({ loop, expand }) => !loop && expand === undefined).length;
  if (kitchen.made <= MAX_STEPS) return true;
  kitchen.report.fault(kitchen.file, [], `it makes more than ${MAX_STEPS} steps`, 'loop less, or pour several molecules');
  return false;
}
