import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sentence } from '#core/formula/faults';
import { parseFormula } from '#core/formula/parse';
import type { Proto } from '#core/formula/proto';
import { explain, isRefusal } from '#core/refusals';
import { cookWith } from '#world/formulas/cook-with';
import { BUILT_IN_FORMULAS, formulaFiles } from '#world/formulas/formula-files';

/** The formulas that gt ships, with what they are to be given. */

export const files = formulaFiles(undefined, undefined, [BUILT_IN_FORMULAS]);
export const NAMES = files.names();
export const WORK = { issue: 'sh-4kx', feature: 'Greet in Spanish' };
const LEDGER = { ledger: '/tmp/some where/ledger' };

/** What must be given to those formulas that demand something. */
export const GIVEN: Readonly<Record<string, Record<string, string>>> = {
  'beads-release': { version: '1.2.3' },
  'mol-conflict-resolve': WORK,
  'mol-polecat-work': WORK,
  'mol-polecat-work-monorepo': WORK,
  'mol-refinery-patrol': { rig: 'shop' },
  'mol-witness-patrol': { rig: 'shop' },
  plan: { idea: 'Greet in all languages', rig: 'shop' },
  release: { version: '1.2.3', rig: 'shop' },
  shiny: { feature: WORK.feature },
  'shiny-enterprise': { feature: WORK.feature },
  'tdd-cycle': { feature: WORK.feature },
  ...Object.fromEntries([3, 7, 8, 9, 10].map((discs) => [`towers-of-hanoi-${discs}`, LEDGER])),
};

export const textOf = (name: string) => readFileSync(join(BUILT_IN_FORMULAS, `${name}.formula.toml`), 'utf8');

/** What a name gives is always the same, and is made once. */
function once<T>(make: (name: string) => T): (name: string) => T {
  const made = new Map<string, T>();
  return (name) => {
    const known = made.get(name) ?? make(name);
    made.set(name, known);
    return known;
  };
}

export const formulaOf = once((name) => {
  const read = parseFormula({ file: name, text: textOf(name) });
  if ('faults' in read) throw new Error(read.faults.map(sentence).join('\n'));
  return read;
});

/** The formula, cooked and filled; expansions for pegs that they are given. */
export const served = once((name): { plan: Proto; warnings: string[] } => {
  const vars = GIVEN[name] ?? {};
  const pegs = { disc: '1', from: 'A', to: 'C', spare: 'B', discs: '10', ...LEDGER };
  const dish = cookWith(files, { name, vars: name.startsWith('move-') ? pick(pegs, formulaOf(name).formula.vars) : vars });
  if (isRefusal(dish)) throw new Error(explain(dish).says);
  return { plan: dish.plan, warnings: dish.warnings.map(sentence) };
});

const pick = (from: Record<string, string>, keys: object) =>
  Object.fromEntries(Object.keys(keys).flatMap((key) => (key in from ? [[key, from[key] ?? '']] : [])));

/** What is left of variables in a plan, or in its steps. */
export const unfilled = (plan: object) => [...new Set(JSON.stringify({ ...plan, vars: {} }).match(/\{\{.{0,40}/g))];

/** A chain: each step needs the one before. */
export const chain = (words: string): Record<string, string[]> => {
  const ids = words.split(' ');
  return Object.fromEntries(ids.map((id, at) => [id, at === 0 ? [] : [ids[at - 1] ?? '']]));
};
