import { type Fault, type Note, type Path, place } from './faults.ts';
import type { LineOf } from './lines.ts';

/** Faults and warnings of one or many files, each with the line that it is about. */
export class Report {
  private readonly lines = new Map<string, LineOf>();
  private readonly told = new Set<string>();
  readonly faults: Fault[] = [];
  readonly warnings: Fault[] = [];

  /** From here on lines of this file are known. */
  knows(file: string, lineOf: LineOf): void {
    this.lines.set(file, lineOf);
  }

  /** Line of a place in a file; 0 when the file is not known. */
  line(file: string, at: Path): number {
    return this.lines.get(file)?.(at) ?? 0;
  }

  fault(file: string, at: Path, says: string, hint?: string): void {
    this.put(this.faults, file, at, says, hint);
  }

  warn(file: string, at: Path, says: string, hint?: string): void {
    this.put(this.warnings, file, at, says, hint);
  }

  /** Takes what a reading has noted. */
  take(file: string, { faults, warnings }: { readonly faults: readonly Note[]; readonly warnings: readonly Note[] }): void {
    for (const { at, says, hint } of faults) this.fault(file, at, says, hint);
    for (const { at, says, hint } of warnings) this.warn(file, at, says, hint);
  }

  /** A file that is read by two ways is told of once. */
  private put(list: Fault[], file: string, at: Path, says: string, hint: string | undefined): void {
    const key = JSON.stringify([list === this.faults, file, at, says]);
    if (this.told.has(key)) return;
    this.told.add(key);
    list.push({ file, line: this.line(file, at), at: place(at), says, ...(hint === undefined ? {} : { hint }) });
  }
}
