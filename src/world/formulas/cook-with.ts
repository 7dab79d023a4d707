import { createHash } from 'node:crypto';
import { cookTemplate, NO_STEPS } from '#core/formula/cook';
import { type Fault, meant, sentence } from '#core/formula/faults';
import { fill } from '#core/formula/fill';
import { overlaid, parseOverlay } from '#core/formula/overlay';
import { hashed, type Proto } from '#core/formula/proto';
import { valuesOf } from '#core/formula/vars';
import { orList } from '#core/nearest';
import { type Refusal, refuse } from '#core/refusals';
import { type FormulaFiles, isFormulaName } from './formula-files.ts';

export type CookWish = {
  readonly name: string;
  readonly vars?: Readonly<Record<string, string>>;
  /** Put in front of the root's id. */
  readonly prefix?: string;
  /** What an expansion that is cooked by itself is the expansion of; by default `main`. */
  readonly target?: string;
};

export type Dish = {
  /** With the overlay and all values: what is poured. */
  readonly plan: Proto;
  /** With the overlay, unfilled: what is stored. */
  readonly proto: Proto;
  /** The formula's file. */
  readonly source: string;
  readonly warnings: readonly Fault[];
};

/** Cooks a formula of the search path, applies its overlay, fills it. All faults of all its files come in one refusal, all values that lack in another. */
export function cookWith(files: FormulaFiles, wish: CookWish): Dish | Refusal {
  const cooked = cookProto(files, wish);
  if ('refused' in cooked) return cooked;
  const filled = fillWith(cooked.proto, wish.vars ?? {}, cooked.source);
  return 'refused' in filled ? filled : { ...cooked, plan: filled.plan, warnings: [...cooked.warnings, ...filled.warnings] };
}

/** Cooks and applies the overlay: no value needs to be given, those that are shape the steps. */
export function cookProto(files: FormulaFiles, { name, vars = {}, prefix, target }: CookWish): Omit<Dish, 'plan'> | Refusal {
  if (!files.find(name)) return unknownFormula(name, files);
  const cooked = cookTemplate({
    name,
    find: files.find,
    names: files.names(),
    hash: sha256,
    given: new Map(Object.entries(vars)),
    ...(prefix === undefined ? {} : { prefix }),
    ...(target === undefined ? {} : { target }),
  });
  const laid = 'faults' in cooked ? cooked : withOverlay(cooked.proto, files, name);
  if ('faults' in laid) return invalidFormula(name, laid.faults);
  return {
    proto: laid.proto,
    source: 'file' in cooked ? cooked.file : name,
    warnings: unique([...cooked.warnings, ...laid.warnings]),
  };
}

/** A cooked formula, fresh or stored, with its values. `source` is named in faults. */
export function fillWith(
  proto: Proto,
  vars: Readonly<Record<string, string>>,
  source: string,
): { plan: Proto; warnings: readonly Fault[] } | Refusal {
  if (proto.type === 'aspect' && proto.steps.length === 0) {
    const [says, hint] = NO_STEPS;
    return invalidFormula(proto.formula, [{ file: source, line: 0, at: '', says, hint }]);
  }
  const given = new Map(Object.entries(vars));
  const filled = fill(proto, given, source);
  if ('proto' in filled) return { plan: filled.proto, warnings: filled.warnings };
  const { faults } = filled;
  const values = valuesOf(proto.vars, given);
  const lacking = Object.keys(proto.vars).filter((name) => !values.has(name) && faults.some(({ at }) => at === `vars.${name}`));
  const lines = told(faults.map(({ says, hint }) => `${says}${hint === undefined ? '' : ` (${hint})`}`));
  const facts = { name: proto.formula, faults: lines };
  if (lacking.length > 0) return refuse('VARS_MISSING', { ...facts, words: lacking.map((name) => `--var ${name}=…`).join(' ') });
  return faults.every(({ at }) => at.startsWith('vars.')) ? refuse('VARS_INVALID', facts) : invalidFormula(proto.formula, faults);
}

/** The refusal of a name that the search path does not have. */
export function unknownFormula(name: string, files: FormulaFiles): Refusal {
  const names = files.names();
  if (!isFormulaName(name)) {
    const folders = orList(files.folders.filter(({ origin }) => origin !== 'built-in').map(({ path }) => path));
    return refuse('FORMULA_NAME', { name, folders: folders || 'the search path', hint: '' });
  }
  const near = meant(name, names);
  return refuse('FORMULA_UNKNOWN', {
    name,
    hint: near === undefined ? '`gt formula list` shows all.' : `D${near.slice(1)} \`gt formula list\` shows all.`,
  });
}

/** More lines than this tell a person nothing more. */
const MAX_TOLD = 50;

/** The refusal with all faults: one in the line, several each in a line of its own. */
export function invalidFormula(name: string, faults: readonly Fault[]): Refusal {
  const count = `${faults.length} fault${faults.length === 1 ? '' : 's'}`;
  return refuse('FORMULA_INVALID', { name, faults: `${count}:${told(faults.map(sentence))}` });
}

/** One stands in the line that tells of it, several have a line each. */
function told(sentences: readonly string[]): string {
  if (sentences.length === 1) return ` ${sentences[0]}`;
  const lines = sentences.slice(0, MAX_TOLD);
  if (sentences.length > MAX_TOLD) lines.push(`… and ${sentences.length - MAX_TOLD} more`);
  return lines.map((line) => `\n  ${line}`).join('');
}

function withOverlay(
  proto: Proto,
  files: FormulaFiles,
  name: string,
): { proto: Proto; warnings: readonly Fault[] } | { faults: readonly Fault[]; warnings: readonly Fault[] } {
  const source = files.overlay(name);
  if (!source) return { proto, warnings: [] };
  const overlay = parseOverlay(source);
  if ('faults' in overlay) return overlay;
  const laid = overlaid(proto, overlay.overrides, source.file);
  const { hash: _before, ...bare } = laid.proto;
  return { proto: hashed(bare, sha256), warnings: [...overlay.warnings, ...laid.warnings] };
}

function unique(warnings: readonly Fault[]): Fault[] {
  return [...new Map(warnings.map((one) => [sentence(one), one])).values()];
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
