import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readText, writeWhole } from '#world/config/json-file';

const MODE = 0o755;

/**
 * Puts scripts into `folder`, by name, each of which runs a program with `node`: by absolute paths that do not move with the shell, for agents' login shells
 * lose PATH. Every worker does this at its start, while agents call them at any instant: what is right already is left alone, and anything else is replaced as
 * a whole. A script that is being written cannot be run ("Text file busy", exit 126), and one that is still empty runs and does nothing.
 * @returns the folder
 */
export function writeBin(folder: string, node: string, programs: Readonly<Record<string, string>>): string {
  mkdirSync(folder, { recursive: true });
  for (const [name, program] of Object.entries(programs)) {
    const file = join(folder, name);
    const text = `#!/bin/sh\nexec '${node}' '${program}' "$@"\n`;
    const isRight = readText(file) === text && (statSync(file).mode & 0o100) !== 0;
    if (!isRight) writeWhole(file, text, { sync: false, mode: MODE });
  }
  return folder;
}
