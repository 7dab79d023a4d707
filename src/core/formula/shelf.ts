import { type Fault, meant, type Path } from './faults.ts';
import type { Formula } from './grammar.ts';
import { readFormula, type Source } from './parse.ts';
import type { Report } from './report.ts';

/** The formulas that cooking one formula needs: each found by its name and read once. */
export class Shelf {
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

  /** The formula of this name; undefined when there is none or it is faulty, which has been told. `asked` is where it is named. */
  take(name: string, asked?: { readonly file: string; readonly at: Path }): { formula: Formula; file: string } | undefined {
    if (this.read.has(name)) return this.read.get(name);
    const source = this.find(name);
    if (!source) {
      this.report.fault(asked?.file ?? name, asked?.at ?? [], `there is no formula \`${name}\``, meant(name, this.names));
      return undefined;
    }
    const before = this.report.faults.length;
    const { formula } = readFormula(source, this.report);
    const good = formula && !this.report.faults.slice(before).some((fault: Fault) => fault.file === source.file);
    const found = good ? { formula, file: source.file } : undefined;
    this.read.set(name, found);
    return found;
  }
}
