import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readText, writeWhole } from '#world/config/json-file';

const MODE = 0o755;

/**
 * Puts `gt` (and `gtr`) into `folder`: a script that runs `program` with `node`, by absolute paths that do not move with the shell, for agents' login shells
 * lose PATH. Every worker does this at its start, while agents call it at any instant: what is right already is left alone, and anything else is replaced as a
 * whole. A script that is being written cannot be run ("Text file busy", exit 126), and one that is still empty runs and does nothing.
 * @returns the path of `gt`
 */
export function writeBin(folder: string, node: string, program: string): string {
  mkdirSync(folder, { recursive: true });
  const text = `#!/bin/sh\nexec '${node}' '${program}' "$@"\n`;
  for (const name of ['gt', 'gtr']) {
    const file = join(folder, name);
    const isRight = readText(file) === text && (statSync(file).mode & 0o100) !== 0;
    if (!isRight) writeWhole(file, text, { sync: false, mode: MODE });
  }
  return join(folder, 'gt');
}
