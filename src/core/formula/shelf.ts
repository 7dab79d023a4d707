import { type Fault, meant, type Path } from './faults.ts';
import type { Formula, Step } from './grammar.ts';
import { readFormula, type Source } from './parse.ts';
import type { Report } from './report.ts';

type Mention = readonly [name: string, at: Path];

/** The formulas that one names, and where. */
function mentions({ extends: parents, compose, steps, template }: Formula): Mention[] {
  const inSteps = (list: readonly Step[]): Mention[] =>
    list.flatMap((step): Mention[] => [
      ...(step.expand === undefined ? [] : [[step.expand, [...step.origin.at, 'expand']] as const]),
      ...inSteps(step.children),
      ...inSteps(step.loop?.body ?? []),
    ]);
  return [
    ...parents.map((name, index): Mention => [name, ['extends', index]]),
    ...[...compose.expand, ...compose.map].map((rule): Mention => [rule.with, [...rule.origin.at, 'with']]),
    ...compose.aspects.map((name): Mention => [name, ['compose', 'aspects']]),
    ...inSteps(steps),
    ...inSteps(template),
  ];
}

type Read = { readonly formula: Formula; readonly file: string };

/** The formulas that cooking one formula needs: each found by its name and read once. */
export class Shelf {
  private readonly faulty = new Map<string, Read>();
  private readonly own = new Set<Read>();
  private readonly read = new Map<string, Read | undefined>();
  private readonly find: (name: string) => Source | undefined;
  private readonly names: readonly string[];
  readonly report: Report;

  /** `find` answers the file of a name by the order of search; `names` are those there are, for the one that was meant. */
  constructor(find: (name: string) => Source | undefined, names: readonly string[], report: Report) {
    this.find = find;
    this.names = names;
    this.report = report;
  }

  /** The formula of this name; undefined when there is none or it is faulty, which has been told. `asked` is where it is named; what a `parent` names may be defined by who extends it. */
  take(
    name: string,
    asked?: { readonly file: string; readonly at: Path },
    parent = false,
  ): { formula: Formula; file: string } | undefined {
    const key = `${parent ? 'parent ' : ''}${name}`;
    if (this.read.has(key)) return this.read.get(key);
    const source = this.find(name);
    if (!source) {
      this.report.fault(asked?.file ?? name, asked?.at ?? [], `there is no formula \`${name}\``, meant(name, this.names));
      return undefined;
    }
    const before = this.report.faults.length;
    const { formula } = readFormula(source, this.report, parent);
    const one = formula && { formula, file: source.file };
    const found = this.report.faults.slice(before).some((fault: Fault) => fault.file === source.file) ? undefined : one;
    if (one && !found) this.faulty.set(name, one);
    if (one && !parent) this.own.add(one);
    if (one && one.formula.formula !== name)
      this.report.warn(source.file, ['formula'], `is \`${one.formula.formula}\`, and the file is found by the name \`${name}\``);
    this.read.set(key, found);
    return found;
  }

  /** Reads what faulty formulas name, so that the faults of all files are told at once. What a parent names that is not there, its child may have replaced. */
  readOn(): void {
    for (const [name, { formula }] of this.faulty) {
      this.faulty.delete(name);
      for (const [other] of mentions(formula)) if (this.find(other)) this.take(other);
    }
    for (const { formula, file } of this.own)
      for (const [other, at] of mentions(formula)) if (!this.find(other)) this.take(other, { file, at });
  }
}
