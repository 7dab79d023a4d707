import { type CookInput, cookUnsealed } from './cook.ts';
import type { Fault } from './faults.ts';
import type { Formula, Var } from './grammar.ts';
import { wholeFormula } from './inherit.ts';
import { type KeyReport, parseFormula } from './parse.ts';
import type { Unsealed } from './proto.ts';
import { Report } from './report.ts';
import { Shelf } from './shelf.ts';

/** All that can be said of a formula before anybody gives it values. */
export type Judged = {
  readonly file: string;
  readonly keys: KeyReport;
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
  /** With what it inherits; absent when it cannot be read. */
  readonly formula?: Formula;
  /** Absent when it has faults, and of an aspect, which has no steps of its own. */
  readonly proto?: Unsealed;
};

/** Reads the formula and cooks it, with stand-ins for the values that nobody has given; undefined when there is none of this name. */
export function judgeFormula(input: Omit<CookInput, 'given' | 'prefix' | 'hash'>): Judged | undefined {
  const source = input.find(input.name);
  if (!source) return undefined;
  const { file } = source;
  const { keys } = parseFormula(source);
  const report = new Report();
  const formula = wholeFormula(input.name, new Shelf(input.find, input.names ?? [], report))?.formula;
  // Cooked by itself it is nothing, which is no news to its author.
  if (formula?.type === 'aspect' && formula.aspects.length === 0)
    return { file, keys, formula, faults: report.faults, warnings: report.warnings };
  const cooked = cookUnsealed({ ...input, given: standIns(formula?.vars ?? {}) });
  const faults = 'faults' in cooked ? cooked.faults : [];
  return {
    ...{ file, keys, faults, warnings: cooked.warnings },
    ...(formula ? { formula } : {}),
    ...('proto' in cooked ? { proto: cooked.proto } : {}),
  };
}

/** Values shape loops: a formula whose loop waits for one is judged with the least. */
function standIns(vars: Readonly<Record<string, Var>>): Map<string, string> {
  const lacking = Object.entries(vars).filter(([, one]) => one.default === undefined);
  return new Map(lacking.map(([name, one]) => [name, one.enum?.[0] ?? '1']));
}
