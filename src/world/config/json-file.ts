import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Refusal, Refused, refuse } from '#core/refusals';
import { readPlain } from './plain-file.ts';

let written = 0;

type How = { readonly sync?: boolean; readonly mode?: number };

/** Writes a file so that a reader (or a crash) (with `sync` also a power cut) sees the old one or the new one, never half of it. Folders are made. */
export function writeWhole(path: string, text: string, how: How = {}): void {
  const temporary = draft(path, text, how);
  try {
    renameSync(temporary, path);
  } catch (fault) {
    rmSync(temporary, { force: true });
    throw fault;
  }
}

/** As `writeWhole`, where there is no such file: what somebody has put there, be it meanwhile, is left alone. Says whether it was written. */
export function writeNew(path: string, text: string, how: How = {}): boolean {
  const temporary = draft(path, text, how);
  try {
    linkSync(temporary, path);
    return true;
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== 'EEXIST') throw fault;
    return false;
  } finally {
    rmSync(temporary, { force: true });
  }
}

function draft(path: string, text: string, { sync = true, mode = 0o666 }: How): string {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}-${written++}.new`;
  // One that a killed process of the same id has left may be linked to the file: it must not be written into.
  rmSync(temporary, { force: true });
  const file = openSync(temporary, 'wx', mode);
  try {
    writeFileSync(file, text);
    if (sync) fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return temporary;
}

/** After this a power cut takes back no name that was given in this folder. */
export function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Writes a value as JSON for people, whole or not at all. */
export function writeJson(path: string, value: unknown, how: { sync?: boolean } = {}): void {
  writeWhole(path, `${JSON.stringify(value, null, 2)}\n`, how);
}

/** The longest file that is read whole: programs keep histories in theirs. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * The text of a file, or undefined when there is none.
 *
 * @throws Refused SETTINGS_INVALID for what is no regular file, is too long or cannot be read
 */
export function readText(path: string): string | undefined {
  const read = readPlain(path, MOST_BYTES);
  if (read && 'fault' in read) throw new Refused(invalidFile(path, [`it ${read.fault}`]));
  return read?.text;
}

/** The longest settings that are read, bytes. */
const SETTINGS_BYTES = 4 * 1024 * 1024;

/** The JSON object of a file; undefined when there is no file, SETTINGS_INVALID when it holds anything else, or cannot be read. */
export function readObject(path: string): Record<string, unknown> | undefined | Refusal {
  const read = readPlain(path, SETTINGS_BYTES);
  if (read === undefined) return undefined;
  return 'text' in read ? parseObject(path, read.text) : invalidFile(path, [`it ${read.fault}`]);
}

/** The JSON object that the text of a file says; SETTINGS_INVALID when it says anything else. */
export function parseObject(path: string, text: string): Record<string, unknown> | Refusal {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (fault) {
    return invalidFile(path, [`it is no JSON (${(fault as Error).message})`]);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return invalidFile(path, ['it must hold one JSON object']);
  return value as Record<string, unknown>;
}

/** The refusal of a file that a person has to mend, with all of its faults. */
export function invalidFile(path: string, faults: readonly string[], hint = 'Mend the file, then try again.'): Refusal {
  return refuse('SETTINGS_INVALID', { file: path, fault: faults.join('; '), hint });
}

type Rule = (value: unknown) => string | undefined;

/** Small rules for the identity files: they are read at every prompt of an agent, where loading a schema library would cost as much as Node itself. */
export const rules = {
  is:
    (wanted: string | number): Rule =>
    (value) =>
      value === wanted ? undefined : `must be ${JSON.stringify(wanted)}`,
  text: (value: unknown) => (typeof value === 'string' && value !== '' ? undefined : 'must be a text'),
  like:
    (pattern: RegExp, said: string): Rule =>
    (value) =>
      typeof value === 'string' && pattern.test(value) ? undefined : `must be ${said}`,
  maybe:
    (rule: Rule): Rule =>
    (value) =>
      value === undefined ? undefined : rule(value),
  object: (inner: Readonly<Record<string, Rule>>): Rule => {
    return (value) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'must be an object';
      const faults = faultsOf(value as Record<string, unknown>, inner);
      return faults.length > 0 ? `has faults: ${faults.join(', ')}` : undefined;
    };
  },
};

/** Every fault of an object by the rules of its keys. */
export function faultsOf(value: Record<string, unknown>, wanted: Readonly<Record<string, Rule>>): string[] {
  return Object.entries(wanted).flatMap(([key, rule]) => {
    const fault = rule(value[key]);
    return fault ? [`\`${key}\` ${fault}`] : [];
  });
}
