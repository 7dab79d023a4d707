import { advise, applyAspects } from './advice.ts';
import { branch, gateByRules } from './compose.ts';
import { legsOf } from './convoy.ts';
import { expandByRules, expandInline } from './expand.ts';
import type { Fault } from './faults.ts';
import { fill } from './fill.ts';
import type { Formula, Step } from './grammar.ts';
import { wholeFormula } from './inherit.ts';
import type { Kitchen } from './kitchen.ts';
import { unroll } from './loops.ts';
import type { Source } from './parse.ts';
import { prepared } from './prepare.ts';
import { hashed, type Proto, type Unsealed } from './proto.ts';
import { Report } from './report.ts';
import { served } from './serve.ts';
import { Shelf } from './shelf.ts';
import { blankStep } from './step.ts';
import { valuesOf } from './vars.ts';

export type CookInput = {
  /** Name of the formula to be cooked. */
  readonly name: string;
  /** The file of a name: of this formula, of its parents, expansions and aspects. */
  readonly find: (name: string) => Source | undefined;
  /** A hash of a text, as hexadecimal digits or the like. */
  readonly hash: (text: string) => string;
  /** All names there are, to tell which one was meant. */
  readonly names?: readonly string[];
  /** Values of variables. When there is one, the proto comes out filled: texts with their values, conditions judged. */
  readonly given?: ReadonlyMap<string, string>;
  /** Put in front of the root's id. */
  readonly prefix?: string;
  /** The target of an expansion that is cooked by itself; by default `main`. */
  readonly target?: string;
};

export type Cooked = { readonly warnings: readonly Fault[] } & (
  | { readonly proto: Proto }
  | { readonly faults: readonly Fault[] }
);

/** Cooks a formula into a protomolecule: the same files and values always give the same. All faults come at once. */
export function cook(input: CookInput): Cooked {
  const cooked = cookTemplate(input);
  const given = input.given ?? new Map<string, string>();
  if ('faults' in cooked || given.size === 0) return cooked;
  const filled = fill(cooked.proto, given, cooked.file);
  return { ...filled, warnings: [...cooked.warnings, ...filled.warnings] };
}

/** Cooks, and fills nothing in: the given values only shape the steps (ranges of loops, an expansion cooked alone). `file` is the formula's own. */
export function cookTemplate(
  input: CookInput,
): { warnings: readonly Fault[] } & ({ proto: Proto; file: string } | { faults: readonly Fault[] }) {
  const cooked = cookUnsealed(input);
  return 'faults' in cooked ? cooked : { ...cooked, proto: hashed(cooked.proto, input.hash) };
}

/** The same without the hash, for whoever only looks: of thousands of steps it is a good part of the work. */
export function cookUnsealed(
  input: Omit<CookInput, 'hash'>,
): { warnings: readonly Fault[] } & ({ proto: Unsealed; file: string } | { faults: readonly Fault[] }) {
  const report = new Report();
  const shelf = new Shelf(input.find, input.names ?? [], report);
  const found = wholeFormula(input.name, shelf);
  if (!found) {
    shelf.readOn();
    return { faults: report.faults, warnings: report.warnings };
  }
  const given = input.given ?? new Map<string, string>();
  const { formula, file } = found;
  const values = valuesOf(formula.vars, given);
  const kitchen: Kitchen = { formula, file, shelf, report, values, made: 0 };
  const steps = stages(kitchen, given, input.target ?? 'main');
  // What comes out of a faulty stage would only bring faults that nobody has made.
  if (report.faults.length > 0) {
    shelf.readOn();
    return { faults: report.faults, warnings: report.warnings };
  }
  const root = `${input.prefix ?? ''}${formula.formula}`;
  const list = served(steps, root, kitchen);
  if (report.faults.length > 0) return { faults: report.faults, warnings: report.warnings };
  return { proto: { ...rootOf(formula, root), steps: list }, file, warnings: report.warnings };
}

/** What is said of an aspect by itself: it cooks to nothing, and nothing can be poured of it. */
export const NO_STEPS = ['an aspect has no steps of its own', 'name it in `compose.aspects` of a formula'] as const;

/** The steps through all stages, in their order. */
function stages(kitchen: Kitchen, given: ReadonlyMap<string, string>, target: string): readonly Step[] {
  const { formula, report, file } = kitchen;
  if (formula.type === 'expansion') return expandInline([alone(formula, file, given, target)], kitchen);
  if (formula.type === 'convoy' || (formula.type === 'aspect' && formula.aspects.length > 0)) return legsOf(formula, file);
  if (formula.type === 'aspect') {
    report.warn(file, [], ...NO_STEPS);
    return [];
  }
  let steps: readonly Step[] = prepared(formula.steps, report);
  steps = unroll(steps, kitchen);
  steps = branch(steps, kitchen);
  steps = gateByRules(steps, kitchen);
  steps = advise(steps, formula, kitchen);
  steps = expandInline(steps, kitchen);
  steps = expandByRules(steps, kitchen);
  return applyAspects(steps, kitchen);
}

/** A magic variable: when it is declared, the root is called by it. */
function rootOf(formula: Formula, root: string): Omit<Unsealed, 'steps'> {
  const { vars, squash, inputs, prompts, presets, output } = formula;
  const convoy = { inputs, prompts, presets, ...(output ? { output } : {}) };
  return {
    formula: formula.formula,
    type: formula.type,
    version: formula.version,
    root,
    title: Object.hasOwn(vars, 'title') ? '{{title}}' : formula.formula,
    description: Object.hasOwn(vars, 'desc') ? '{{desc}}' : formula.description,
    labels: formula.labels,
    phase: formula.phase,
    pour: formula.pour ?? false,
    agent: formula.agent,
    vars,
    ...(squash ? { squash } : {}),
    ...(formula.type === 'convoy' ? { convoy } : {}),
  };
}

/** An expansion that is cooked by itself has itself as its only step, its target. */
function alone(formula: Formula, file: string, given: ReadonlyMap<string, string>, target: string): Step {
  return {
    ...blankStep(target, { formula: formula.formula, file, at: ['template'], by: [] }),
    title: formula.formula,
    description: formula.description,
    expand: formula.formula,
    expand_vars: Object.fromEntries([...given].filter(([name]) => Object.hasOwn(formula.vars, name))),
  };
}
