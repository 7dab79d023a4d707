import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Refusal, refuse } from '#core/refusals';
import { unknownFormula } from '#world/formulas/cook-with';
import { type FormulaFiles, isFormulaName } from '#world/formulas/formula-files';
import type { Io } from './command.ts';

/** Which formula a call names, and what is done with it. */

export { asToml } from '#world/formulas/as-toml';
export { cookProto, fillWith } from '#world/formulas/cook-with';
export { showFormula, type Validated, validateFormula } from '#world/formulas/describe';
export { type FormulaFiles, isFormulaName } from '#world/formulas/formula-files';
export { BEGINNINGS, type Beginning, writeFormula } from '#world/formulas/new-formula';

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
