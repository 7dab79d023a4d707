import { randomInt } from 'node:crypto';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { faultsOf, invalidFile, readObject, rules, writeJson } from './json-file.ts';
import { TOWN_FILE, townLayout } from './layout.ts';

/** `mayor/town.json`: who this town is. Keys that gt does not know are kept. */
export type TownFile = {
  readonly type: 'town';
  readonly version: 1;
  readonly name: string;
  /** ISO time. */
  readonly created_at: string;
  /** Names the town in Redis' keys and in the tokens of its processes; made at install, never changed. */
  readonly id: string;
};

const ID_LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const ID_LENGTH = 7;

/** A new town's id: 7 letters or digits, the first a letter. */
export function newTownId(): string {
  const pick = (letters: string) => letters.charAt(randomInt(letters.length));
  return pick(ID_LETTERS.slice(0, 26)) + Array.from({ length: ID_LENGTH - 1 }, () => pick(ID_LETTERS)).join('');
}

/** Reads a town's identity; TOWN_NOT_FOUND without the file, SETTINGS_INVALID with every fault of it. Imports no package: hook commands call it. */
export function readTown(root: string): TownFile | Refusal {
  const path = townLayout(root).townFile;
  const file = readObject(path);
  if (file === undefined) return refuse('TOWN_NOT_FOUND', { where: `${root} has no ${TOWN_FILE}` });
  if (isRefusal(file)) return file;
  const faults = faultsOf(file, {
    type: rules.is('town'),
    version: rules.is(1),
    name: rules.text,
    created_at: rules.text,
    id: rules.like(/^[a-z0-9]{6,8}$/, '6 to 8 letters a-z or digits'),
  });
  return faults.length > 0 ? invalidFile(path, faults) : (file as TownFile);
}

/** Writes a town's identity, whole or not at all. */
export function writeTown(root: string, town: TownFile): void {
  writeJson(townLayout(root).townFile, town);
}
