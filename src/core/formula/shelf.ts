import { type Fault, meant, type Path } from './faults.ts';
import type { Formula, Step } from './grammar.ts';
import { readFormula, type Source } from './parse.ts';
import type { Report } from './report.ts';

/** The formulas that one names. */
function mentions({ extends: parents, compose, steps, template }: Formula): string[] {
  const inSteps = (list: readonly Step[]): string[] =>
    list.flatMap((step) => [
      ...(step.expand === undefined ? [] : [step.expand]),
      ...inSteps(step.children),
      ...inSteps(step.loop?.body ?? []),
    ]);
  const rules = [...compose.expand, ...compose.map].map((rule) => rule.with);
  return [...parents, ...rules, ...compose.aspects, ...inSteps(steps), ...inSteps(template)];
}

/** The formulas that cooking one formula needs: each found by its name and read once. */
export class Shelf {
  private readonly faulty = new Map<string, Formula>();
  private readonly read = new Map<string, { formula: Formula; file: string } | undefined>();
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
    if (formula) this.faulty.set(name, formula);
    const good = formula && !this.report.faults.slice(before).some((fault: Fault) => fault.file === source.file);
    const found = good ? { formula, file: source.file } : undefined;
    if (found) this.faulty.delete(name);
    this.read.set(key, found);
    return found;
  }

  /** Reads what faulty formulas name, so that the faults of all files are told at once. */
  readOn(): void {
    for (const [name, formula] of this.faulty) {
      this.faulty.delete(name);
      for (const other of mentions(formula)) if (this.find(other)) this.take(other);
    }
  }
}
