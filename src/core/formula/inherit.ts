import { checkNamed, checkWhole } from './check-formula.ts';
import { checkSteps, withChildren } from './check-steps.ts';
import { meant, place } from './faults.ts';
import type { BondPoint, Compose, Formula, Step } from './grammar.ts';
import type { Report } from './report.ts';
import type { Shelf } from './shelf.ts';

/** A formula with all that it inherits in it, and its file. */
export type Whole = { readonly formula: Formula; readonly file: string };

/**
 * The formula of this name with its parents merged in. Every ancestor counts once, parents before children, in the order of the lists; what a
 * formula says itself goes over what its ancestors say, and of two parents the first holds.
 */
export function wholeFormula(name: string, shelf: Shelf, asked?: Parameters<Shelf['take']>[1]): Whole | undefined {
  const own = shelf.take(name, asked);
  if (!own || own.formula.extends.length === 0) return own;
  const line: Whole[] = [];
  const above = new Map<string, Set<string>>();
  if (!gather(name, own, [], line, above, shelf)) return undefined;
  const formula = merge(line, above, shelf.report);
  const before = shelf.report.faults.length;
  const rules = { outer: new Set<string>(), open: false };
  checkSteps(formula.steps, { ...rules, braces: false }, shelf.report);
  checkSteps(formula.template, { ...rules, braces: true }, shelf.report);
  checkWhole(formula, own.file, shelf.report);
  checkBondPoints(formula, own.file, shelf.report);
  checkNamed(formula, own.file, shelf.report);
  return shelf.report.faults.length === before ? { formula, file: own.file } : undefined;
}

/** Puts the ancestors and then the formula itself in line; false when one is missing or is its own ancestor. */
function gather(
  name: string,
  own: Whole,
  chain: readonly string[],
  line: Whole[],
  above: Map<string, Set<string>>,
  shelf: Shelf,
): boolean {
  const path = [...chain, name];
  const ancestors = new Set<string>();
  let good = true;
  own.formula.extends.forEach((parent, index) => {
    const at = ['extends', index];
    if (path.includes(parent)) {
      const ring = [...path.slice(path.indexOf(parent)), parent].join(' → ');
      shelf.report.fault(own.file, at, `\`${parent}\` is its own ancestor: ${ring}`);
      good = false;
      return;
    }
    const found = above.has(parent) ? undefined : shelf.take(parent, { file: own.file, at }, true);
    if (!above.has(parent) && (!found || !gather(parent, found, path, line, above, shelf))) good = false;
    for (const one of [parent, found?.formula.formula ?? parent, ...(above.get(parent) ?? [])]) ancestors.add(one);
  });
  above.set(name, ancestors);
  // A file may be found by another name than it gives itself.
  above.set(own.formula.formula, ancestors);
  line.push(own);
  return good;
}

/** Whether a formula inherits from another, by what they are called in `formula`. */
type Inherits = (child: string, ancestor: string) => boolean;

function merge(line: readonly Whole[], above: ReadonlyMap<string, ReadonlySet<string>>, report: Report): Formula {
  const own = line.at(-1)?.formula as Formula;
  const inherits: Inherits = (child, ancestor) => above.get(child)?.has(ancestor) === true;
  const formulas = line.map(({ formula }) => formula);
  const optional = <K extends keyof Formula>(key: K): Partial<Pick<Formula, K>> => {
    const value = strongest(formulas, inherits, (one) => one[key]);
    return value === undefined ? {} : ({ [key]: value } as Partial<Pick<Formula, K>>);
  };
  const said = (key: 'description' | 'phase' | 'agent') => strongest(formulas, inherits, (one) => one[key] || undefined) ?? '';
  return {
    ...own,
    extends: [],
    description: said('description'),
    phase: said('phase'),
    agent: said('agent'),
    ...optional('pour'),
    ...optional('review_only'),
    ...optional('squash'),
    ...optional('synthesis'),
    ...optional('output'),
    vars: mergeTables(formulas, inherits, (one) => one.vars),
    inputs: mergeTables(formulas, inherits, (one) => one.inputs),
    prompts: mergeTables(formulas, inherits, (one) => one.prompts),
    presets: mergeTables(formulas, inherits, (one) => one.presets),
    labels: [...new Set(formulas.flatMap((one) => one.labels))],
    steps: mergeSteps(formulas, inherits, (one) => one.steps, report),
    template: mergeSteps(formulas, inherits, (one) => one.template, report),
    advice: formulas.flatMap((one) => one.advice),
    pointcuts: formulas.flatMap((one) => one.pointcuts),
    legs: mergeById(formulas.map((one) => one.legs)),
    aspects: mergeById(formulas.map((one) => one.aspects)),
    compose: mergeCompose(formulas),
  };
}

/** The value of the formula that goes over the others that have one. */
function strongest<T>(formulas: readonly Formula[], inherits: Inherits, get: (one: Formula) => T | undefined): T | undefined {
  let owner: Formula | undefined;
  for (const one of formulas)
    if (get(one) !== undefined && (owner === undefined || inherits(one.formula, owner.formula))) owner = one;
  return owner && get(owner);
}

function mergeTables<T>(
  formulas: readonly Formula[],
  inherits: Inherits,
  get: (one: Formula) => Readonly<Record<string, T>>,
): Record<string, T> {
  const names = new Set(formulas.flatMap((one) => Object.keys(get(one))));
  const pick = (name: string) =>
    strongest(formulas, inherits, (one) => (Object.hasOwn(get(one), name) ? get(one)[name] : undefined)) as T;
  return Object.fromEntries([...names].map((name) => [name, pick(name)]));
}

/** Later lists over earlier ones: the same id replaces in place, new ones go last. */
function mergeById<T extends { readonly id: string }>(lists: ReadonlyArray<readonly T[]>): T[] {
  const byId = new Map<string, T>();
  for (const one of lists.flat()) byId.set(one.id, one);
  return [...byId.values()];
}

/** Steps: a child's replaces its ancestor's in place. Two parents that both have an id must leave it to the child. */
function mergeSteps(
  formulas: readonly Formula[],
  inherits: Inherits,
  get: (one: Formula) => readonly Step[],
  report: Report,
): Step[] {
  const byId = new Map<string, Step>();
  const clashes = new Map<string, [Step, Step]>();
  for (const one of formulas)
    for (const step of get(one)) {
      const there = byId.get(step.id);
      const clash = clashes.get(step.id);
      if (!there || inherits(one.formula, there.origin.formula)) byId.set(step.id, step);
      else if (there.origin.formula !== one.formula) clashes.set(step.id, [there, step]);
      if (clash?.every(({ origin }) => inherits(one.formula, origin.formula))) clashes.delete(step.id);
    }
  for (const [id, [first, second]] of clashes)
    report.fault(
      second.origin.file,
      [...second.origin.at, 'id'],
      `id \`${id}\` comes from two parents`,
      `the other is ${place(first.origin.at)} of ${first.origin.file}: let the formula that extends both define it`,
    );
  return [...byId.values()];
}

function mergeCompose(formulas: readonly Formula[]): Compose {
  const all = formulas.map((one) => one.compose);
  return {
    expand: all.flatMap((one) => one.expand),
    map: all.flatMap((one) => one.map),
    branch: all.flatMap((one) => one.branch),
    gate: all.flatMap((one) => one.gate),
    aspects: [...new Set(all.flatMap((one) => one.aspects))],
    bond_points: mergeById<BondPoint>(all.map((one) => one.bond_points)),
    hooks: all.flatMap((one) => one.hooks),
  };
}

function checkBondPoints({ compose, steps }: Formula, file: string, report: Report): void {
  const ids = withChildren(steps).map(({ step }) => step.id);
  for (const { id, after_step, before_step } of compose.bond_points)
    for (const step of [after_step, before_step])
      if (step !== undefined && !ids.includes(step))
        report.fault(file, ['compose', 'bond_points'], `bond point \`${id}\`: there is no step \`${step}\``, meant(step, ids));
}
