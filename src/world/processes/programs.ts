import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The first of these programs that lies on PATH, as a full path. */
export function onPath(names: readonly string[], path: string = process.env['PATH'] ?? ''): string | undefined {
  for (const name of names)
    for (const folder of path.split(delimiter)) {
      if (folder === '') continue;
      const file = join(folder, name);
      if (isProgram(file)) return file;
    }
  return undefined;
}

/** Whether a path is that of a file that may be run. */
export function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

const VERSION_LIMIT_MS = 5000;

/** The version that a program tells with `--version` (`git version 2.43.0` → `2.43.0`), or undefined when it tells none within 5 s. */
export function versionOf(program: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = execFile(
      program,
      ['--version'],
      { timeout: VERSION_LIMIT_MS, killSignal: 'SIGKILL', maxBuffer: 64 * 1024 },
      (_fault, stdout, stderr) => resolve(/\d+(?:\.\d+)+/.exec(`${stdout}\n${stderr}`)?.[0]),
    );
    child.stdin?.end();
  });
}

/** Whether a dotted version is at least another; parts that are missing count as 0. */
export function atLeast(version: string, wanted: string): boolean {
  const have = version.split('.').map(Number);
  for (const [index, need] of wanted.split('.').map(Number).entries()) {
    const part = have[index] ?? 0;
    if (part !== need) return part > need;
  }
  return true;
}
