import { createHash } from 'node:crypto';
import { cook } from '#core/formula/cook';
import { type Fault, sentence } from '#core/formula/faults';
import { fill } from '#core/formula/fill';
import type { Proto } from '#core/formula/proto';
import type { FormulaFiles } from './formula-files.ts';

/** The formula of a fan-out, for one of its items; an expansion is cooked for `target`. */
export type BondWish = { readonly name: string; readonly vars: Readonly<Record<string, string>>; readonly target: string };

const FAULTS_TOLD = 3;

/** Cooks a formula while a molecule lives, with all its values; or says why that cannot be. */
export function cookBond(
  files: FormulaFiles,
  { name, vars, target }: BondWish,
): { readonly plan: Proto } | { readonly why: string } {
  if (!files.find(name)) return { why: `there is no formula \`${name}\`` };
  const given = new Map(Object.entries(vars));
  const cooked = cook({ name, find: files.find, names: files.names(), hash: sha256, given, target });
  if ('faults' in cooked) return told(cooked.faults);
  if (given.size > 0) return { plan: cooked.proto };
  const filled = fill(cooked.proto, given, name);
  return 'faults' in filled ? told(filled.faults) : { plan: filled.proto };
}

const told = (faults: readonly Fault[]) => ({ why: faults.slice(0, FAULTS_TOLD).map(sentence).join('; ') });
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
