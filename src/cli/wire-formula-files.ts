import { resolve } from 'node:path';
import { isRefusal, type Refusal } from '#core/refusals';
import { rigLayout } from '#world/config/layout';
import { type FormulaFiles, formulaFiles } from '#world/formulas/formula-files';
import type { Call, Io } from './command.ts';
import { type Town, townOf } from './wire.ts';
import { rigHere, rigNames, unknownRig } from './wire-rigs.ts';

/** The formulas that a call sees, for whoever cooks none: a list of those that gt ships loads nothing that reads or cooks one. */

export type { FormulaLine } from '#world/formulas/line';
export { describeAll } from '#world/formulas/list';

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
