import type { FormulaFile, FormulaFiles } from './formula-files.ts';
import { KNOWN } from './known.ts';
import { digestOf, type FormulaLine } from './line.ts';

/**
 * All formulas of the search path by their names. What is known of one holds for as long as each file is the same that it was made of; all others are cooked,
 * and only they load what cooks.
 */
export async function describeAll(files: FormulaFiles, known = KNOWN): Promise<FormulaLine[]> {
  const found = files.list();
  const find = once(files.find);
  const digest = once((name) => digestOf(find(name)));
  const isKnown = ({ name }: FormulaFile) =>
    Object.hasOwn(known, name) && Object.entries(known[name]?.reads ?? {}).every(([one, was]) => digest(one) === was);
  const lines = found.map((one): FormulaLine | undefined => {
    const { name, origin, file, shadows } = one;
    const says = isKnown(one) ? known[name]?.says : undefined;
    return says && { name, ...says, origin, source: file, shadows, faults: [] };
  });
  if (!lines.includes(undefined)) return lines as FormulaLine[];
  const { describe } = await import('./describe.ts');
  const names = found.map(({ name }) => name);
  return found.map((one, i) => lines[i] ?? describe({ ...files, find }, one, names));
}

/** Answers the same for the same name: in one list, a file that many formulas name is read once. */
function once<T>(ask: (name: string) => T): (name: string) => T {
  const told = new Map<string, T>();
  return (name) => {
    if (!told.has(name)) told.set(name, ask(name));
    return told.get(name) as T;
  };
}
