import { sentence } from '#core/formula/faults';
import { neededVars } from '#core/formula/fill';
import type { Formula } from '#core/formula/grammar';
import { type Source, tableOf } from '#core/formula/parse';
import type { Unsealed } from '#core/formula/proto';
import { Report } from '#core/formula/report';
import { type Judged, judgeFormula } from '#core/formula/validate';
import type { Refusal } from '#core/refusals';
import { invalidFormula, unknownFormula } from './cook-with.ts';
import type { FormulaFile, FormulaFiles } from './formula-files.ts';
import { digestOf, type FormulaLine, type Known, type VarLine } from './line.ts';

/** One formula of a list. @param names of all that there are */
export const describe = (files: FormulaFiles, file: FormulaFile, names: readonly string[]): FormulaLine =>
  lineOf(file, judge(files, file.name, names));

function lineOf({ name, origin, file, shadows }: FormulaFile, judged: Judged | undefined): FormulaLine {
  const formula = judged?.formula;
  return {
    name,
    type: formula?.type ?? null,
    description: firstLine(formula?.description ?? ''),
    version: formula?.version ?? null,
    steps: judged?.proto ? stepsIn(judged.proto) : null,
    vars: varsOf(formula, judged?.proto),
    origin,
    source: file,
    shadows,
    faults: judged?.faults.map(sentence) ?? [],
  };
}

/**
 * What lists say of formulas, for whoever packs it with gt: of each that cooks, and with what it was made of. One that reads files beside its own is left out,
 * and so is a faulty one.
 */
export function knownOf(files: FormulaFiles): Record<string, Known> {
  const found = files.list();
  const names = found.map(({ name }) => name);
  const known: Record<string, Known> = {};
  for (const file of found) {
    const reads: Record<string, string> = {};
    let isAlone = true;
    const find = (name: string): Source | undefined => {
      const source = files.find(name);
      reads[name] = digestOf(source);
      const beside = (path: string) => {
        isAlone = false;
        return source?.beside?.(path);
      };
      return source && { ...source, beside };
    };
    const { type, description, version, steps, vars, faults } = describe({ ...files, find }, file, names);
    if (isAlone && faults.length === 0) known[file.name] = { says: { type, description, version, steps, vars }, reads };
  }
  return known;
}

/** What a formula's file says, key for key, unknown ones too; and under `gt` what gt makes of it. */
export type FormulaShown = Readonly<Record<string, unknown>> & {
  readonly formula: string;
  readonly type: string;
  readonly source: string;
  readonly gt: {
    readonly name: string;
    readonly origin: FormulaFile['origin'];
    readonly shadows: FormulaFile['shadows'];
    readonly overlay: string | null;
    readonly vars: readonly VarLine[];
    /** Keys that gt keeps and does not read. */
    readonly ignored: readonly string[];
    readonly warnings: readonly string[];
    readonly faults: readonly string[];
    /** What it cooks to, as ids in the formula. */
    readonly steps: readonly StepLine[];
  };
};

type StepLine = {
  readonly id: string;
  readonly title: string;
  readonly type: string;
  readonly parent: string | null;
  readonly needs: readonly string[];
};

/** One formula in full; FORMULA_INVALID when its file is no TOML or JSON. */
export function showFormula(files: FormulaFiles, name: string): FormulaShown | Refusal {
  const source = files.find(name);
  if (!source) return unknownFormula(name, files);
  const report = new Report();
  const raw = tableOf(source, report);
  const judged = judge(files, name, files.names());
  if (!raw || !judged) return invalidFormula(name, report.faults);
  const listed = files.list().find((one) => one.name === name && one.file === source.file);
  return {
    ...raw,
    formula: judged.formula?.formula ?? String(raw['formula'] ?? name),
    type: judged.formula?.type ?? String(raw['type'] ?? 'workflow'),
    source: source.file,
    gt: {
      name,
      origin: listed?.origin ?? 'given',
      shadows: listed?.shadows ?? [],
      overlay: files.overlay(name)?.file ?? null,
      vars: varsOf(judged.formula, judged.proto),
      ignored: judged.keys.ignored,
      warnings: judged.warnings.map(sentence),
      faults: judged.faults.map(sentence),
      steps: judged.proto ? stepLines(judged.proto) : [],
    },
  };
}

/** What is said of one formula when it is validated. */
export type Validated = {
  readonly name: string;
  readonly file: string;
  readonly ok: boolean;
  readonly type: string | null;
  readonly steps: number | null;
  readonly faults: readonly string[];
  readonly warnings: readonly string[];
  readonly keys: Judged['keys'];
};

export function validateFormula(files: FormulaFiles, name: string): Validated | Refusal {
  const judged = judge(files, name, files.names());
  if (!judged) return unknownFormula(name, files);
  const { file, keys, formula, proto, faults, warnings } = judged;
  return {
    ...{ name, file, ok: faults.length === 0, type: formula?.type ?? null, steps: proto ? stepsIn(proto) : null, keys },
    faults: faults.map(sentence),
    warnings: warnings.map(sentence),
  };
}

/** A cooked formula's steps by the ids that they have below the root. */
function stepLines({ root, steps }: Unsealed): StepLine[] {
  const bare = (id: string) => id.slice(root.length + 1);
  return steps.map(({ id, title, type, parent, needs }) => ({
    ...{ id: bare(id), title, type },
    parent: parent === root ? null : bare(parent),
    needs: needs.map(bare),
  }));
}

const judge = (files: Pick<FormulaFiles, 'find'>, name: string, names: readonly string[]): Judged | undefined =>
  judgeFormula({ name, find: files.find, names });

const stepsIn = (proto: Unsealed): number => proto.steps.filter(({ kind }) => kind !== 'gate').length;
const firstLine = (text: string): string => text.trim().split('\n')[0]?.trim() ?? '';

function varsOf(formula: Formula | undefined, proto: Unsealed | undefined): VarLine[] {
  const needed = proto && neededVars(proto);
  return Object.entries(formula?.vars ?? {}).map(([name, one]) => ({
    name,
    description: one.description,
    required: needed ? needed.includes(name) : one.required && one.default === undefined,
    default: one.default ?? null,
  }));
}
