import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { unknownFormula } from '#world/formulas/cook-with';
import { type FormulaFiles, formulaFiles, isFormulaName } from '#world/formulas/formula-files';
import type { Call, Io } from './command.ts';
import { type Town, townOf } from './wire.ts';
import { rigHere, rigNames, unknownRig } from './wire-rigs.ts';

/** The formulas that a call sees, and which one it names. */

/** Files of the rig that the call is about (named, or around it), else of the town. */
export function formulasOf(town: Town, named: string | undefined, io: Io): FormulaFiles | Refusal {
  const rig = rigOf(town, named, io);
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

/** The rig of a call, if there is one: a town with several rigs has formulas of its own. */
function rigOf(town: Town, named: string | undefined, io: Io): string | undefined | Refusal {
  if (named !== undefined) {
    const names = rigNames(town);
    if (isRefusal(names)) return names;
    return names.includes(named) ? named : unknownRig(named, names);
  }
  const here = rigHere(town, undefined, io);
  return isRefusal(here) ? (here.refused === 'USAGE' ? undefined : here) : here;
}
