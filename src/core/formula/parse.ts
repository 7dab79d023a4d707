import { parse as parseToml, TomlError } from 'smol-toml';
import { checkFormula } from './check-formula.ts';
import { type Fault, place } from './faults.ts';
import type { Formula, Step } from './grammar.ts';
import { jsonLines, type LineOf, tomlLines } from './lines.ts';
import { depthOf, isTable, type Reading } from './reader.ts';
import { Report } from './report.ts';
import { formulaShape } from './shapes.ts';

/** One formula file. */
export type Source = {
  /** Name of the file, as faults name it; `.json` at its end means JSON, anything else TOML. */
  readonly file: string;
  readonly text: string;
  /** The file is there, and its text could not be had. */
  readonly fault?: { readonly says: string; readonly hint: string };
  /** Text of another file, by its path from this one's folder; undefined when it cannot be read. */
  readonly beside?: (path: string) => string | undefined;
};

/** Deeper files are nobody's work, and would outgrow the stack. */
const MAX_NESTED = 300;

/** Every key of the file: those that are read, and those that the language does not know. */
export type KeyReport = { readonly read: readonly string[]; readonly ignored: readonly string[] };

export type Parsed = { readonly warnings: readonly Fault[]; readonly keys: KeyReport } & (
  | { readonly formula: Formula }
  | { readonly faults: readonly Fault[] }
);

/** Reads a formula file: the formula, or all of its faults. What only other files can tell (inherited ids, targets) is judged when it is cooked. */
export function parseFormula(source: Source): Parsed {
  const report = new Report();
  const { formula, keys } = readFormula(source, report);
  const { warnings, faults } = report;
  return formula && faults.length === 0 ? { formula, warnings, keys } : { faults, warnings, keys };
}

/** Reads a formula file and tells the report what is wrong with it; the formula is absent when it cannot even be told what it is. */
export function readFormula(source: Source, report: Report, parent = false): { formula?: Formula; keys: KeyReport } {
  const { file } = source;
  const raw = decode(source, report);
  if (raw === undefined) return { keys: { read: [], ignored: [] } };
  report.knows(file, raw.lineOf);
  const value = { ...raw.value };
  const name = value['formula'];
  const into: Reading = {
    file,
    formula: typeof name === 'string' ? name : '',
    faults: [],
    warnings: [],
    read: [],
    ignored: [],
  };
  // A file without a name or a type is still read, so that all of its faults are told at once.
  if (typeof name !== 'string') {
    into.faults.push({
      at: ['formula'],
      says: name === undefined ? '`formula` is missing' : 'must be a text',
      hint: 'it is the name of the formula',
    });
    value['formula'] = 'unnamed';
  }
  const typed = Object.hasOwn(value, 'type');
  if (!typed) value['type'] = typeOf(value);
  const told = value['type'] !== undefined;
  if (!told) {
    into.faults.push({
      at: [],
      says: 'it has no type, and nothing tells it',
      hint: 'give it `type`, or `steps`, `legs`, `template`, `advice`',
    });
    value['type'] = 'workflow';
  }
  const read = formulaShape(value, [], into);
  const keys = {
    read: into.read.map(place).filter((key) => typed || key !== 'type'),
    ignored: into.ignored.map(place),
  };
  report.take(file, into);
  if (!read) return { keys };
  const formula = withFiles({ ...read, version: read.version || 1 }, source, report);
  checkFormula(formula, file, report, { typed: told, parent });
  return { formula, keys };
}

/** The type of a formula that does not say it. */
function typeOf(value: Record<string, unknown>): string | undefined {
  const has = (key: string) => Object.hasOwn(value, key);
  if (has('steps')) return 'workflow';
  if (has('legs')) return 'convoy';
  if (has('template')) return 'expansion';
  if (has('advice') || has('pointcuts') || has('aspects')) return 'aspect';
  return has('extends') ? 'workflow' : undefined;
}

/** The table that a TOML or JSON file holds; undefined when it is none, which is told. */
export function tableOf(source: Source, report: Report): Record<string, unknown> | undefined {
  const raw = decode(source, report);
  if (raw) report.knows(source.file, raw.lineOf);
  return raw?.value;
}

type Decoded = { readonly value: Record<string, unknown>; readonly lineOf: LineOf };

/** What good sources hold, for as long as they are in somebody's hands: an expansion is named by many formulas. */
const decoded = new WeakMap<Source, Decoded>();

function decode(source: Source, report: Report): Decoded | undefined {
  const known = decoded.get(source) ?? decodeAnew(source, report);
  if (known) decoded.set(source, known);
  return known;
}

function decodeAnew({ file, text, fault }: Source, report: Report): Decoded | undefined {
  if (fault) {
    report.fault(file, [], fault.says, fault.hint);
    return undefined;
  }
  const json = file.endsWith('.json');
  try {
    const value: unknown = json ? JSON.parse(text.replace(/^\uFEFF/, '')) : parseToml(text);
    if (!isTable(value)) report.fault(file, [], 'the file must hold one JSON object');
    else if (depthOf(value) > MAX_NESTED)
      report.fault(file, [], `tables and lists lie more than ${MAX_NESTED} deep in one another`);
    else return { value, lineOf: json ? jsonLines(text) : tomlLines(text) };
  } catch (error) {
    const { line, says } = json ? jsonFault(error, text) : tomlFault(error);
    report.knows(file, () => line);
    report.fault(file, [], says);
  }
  return undefined;
}

function tomlFault(error: unknown): { line: number; says: string } {
  if (!(error instanceof TomlError)) throw error;
  const why = error.message.split('\n')[0]?.replace('Invalid TOML document: ', '');
  const open = why === 'control characters are not allowed in strings' ? ': is a closing quote missing?' : '';
  return { line: error.line, says: `this is no TOML: ${why} (column ${error.column})${open}` };
}

function jsonFault(error: unknown, text: string): { line: number; says: string } {
  if (!(error instanceof SyntaxError)) throw error;
  const position = /at position (\d+)/.exec(error.message)?.[1];
  const before = position === undefined ? text : text.slice(0, Number(position));
  return { line: before.split('\n').length, says: `this is no JSON: ${error.message}` };
}

/** Puts the text of each `description_file` in the place of the description. */
function withFiles(formula: Formula, source: Source, report: Report): Formula {
  const step = (one: Step): Step => {
    const children = one.children.map(step);
    const loop = one.loop && { ...one.loop, body: one.loop.body.map(step) };
    const whole = { ...one, children, ...(loop ? { loop } : {}) };
    if (one.description_file === undefined) return whole;
    const description = source.beside?.(one.description_file);
    if (description !== undefined) return { ...whole, description };
    const hint = 'it is looked for beside the formula';
    report.fault(source.file, [...one.origin.at, 'description_file'], `${one.description_file} cannot be read`, hint);
    return whole;
  };
  return { ...formula, steps: formula.steps.map(step), template: formula.template.map(step) };
}
