import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { rigLayout } from '#world/config/layout';
import { unknownFormula } from '#world/formulas/cook-with';
import { type FormulaFiles, formulaFiles, isFormulaName } from '#world/formulas/formula-files';
import type { Call, Io } from './command.ts';
import { type Town, townOf } from './wire.ts';
import { rigHere, rigNames, unknownRig } from './wire-rigs.ts';

/** The formulas that a call sees, which one it names, and what is done with them. */

export { asToml } from '#world/formulas/as-toml';
export { cookProto, fillWith } from '#world/formulas/cook-with';
export { describeAll, showFormula, type Validated, validateFormula } from '#world/formulas/describe';
export { type FormulaFiles, isFormulaName } from '#world/formulas/formula-files';
export { BEGINNINGS, type Beginning, writeFormula } from '#world/formulas/new-formula';

/** Where a rig has its formulas, or the town. */
export function formulaFolder(town: Town, rig: string | undefined): string | Refusal {
  if (rig === undefined) return town.layout.formulas;
  const found = rigOf(town, rig);
  return isRefusal(found) ? found : rigLayout(town.root, found).formulas;
}

/** Files of the rig that the call is about (named, or around it), else of the town. */
export function formulasOf(town: Town, named: string | undefined, io: Io): FormulaFiles | Refusal {
  const rig = rigFor(town, named, io);
  return isRefusal(rig) ? rig : formulaFiles(town.layout, rig);
}

/** As `formulasOf`, for commands that only read: without a town those that gt ships. `searchPath` stands in the place of all folders. */
export function formulasHere(
  call: Pick<Call, 'global' | 'io'>,
  named: string | undefined,
  searchPath: readonly string[] = [],
): FormulaFiles | Refusal {
  if (searchPath.length > 0)
    return formulaFiles(
      undefined,
      undefined,
      searchPath.map((folder) => resolve(call.io.cwd, folder)),
    );
  const town = townOf(call);
  if (!isRefusal(town)) return formulasOf(town, named, call.io);
  return call.global.town === undefined && named === undefined ? formulaFiles(undefined) : town;
}

/**
 * What a word names: a formula of the search path, or the file of a path. Who only reads (`anywhere`) may read any file; what is poured must lie on the search
 * path, so that it is found again by its name.
 */
export function formulaNamed(
  files: FormulaFiles,
  word: string,
  io: Io,
  { anywhere = false } = {},
): { name: string; files: FormulaFiles } | Refusal {
  if (isFormulaName(word) && (files.find(word) || !existsSync(resolve(io.cwd, word)))) {
    return files.find(word) ? { name: word, files } : unknownFormula(word, files);
  }
  const path = resolve(io.cwd, word);
  if (!anywhere && !files.holds(path)) return unknownFormula(isFormulaName(word) ? `./${word}` : word, files);
  if (!existsSync(path)) return refuse('FORMULA_UNKNOWN', { name: word, hint: 'There is no such file.' });
  return files.given(path);
}

function rigOf(town: Town, named: string): string | Refusal {
  const names = rigNames(town);
  if (isRefusal(names)) return names;
  return names.includes(named) ? named : unknownRig(named, names);
}

/** The rig of a call, if there is one: a town with several rigs has formulas of its own. */
function rigFor(town: Town, named: string | undefined, io: Io): string | undefined | Refusal {
  if (named !== undefined) return rigOf(town, named);
  const here = rigHere(town, undefined, io);
  return isRefusal(here) ? (here.refused === 'USAGE' ? undefined : here) : here;
}
