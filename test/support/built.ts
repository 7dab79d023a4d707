import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withFileLock } from '#world/processes/pid-file';

const project = fileURLToPath(new URL('../..', import.meta.url));

let fresh: Promise<void> | undefined;

async function setUp(): Promise<void> {
  mkdirSync(join(project, 'node_modules/.cache'), { recursive: true });
  const setup = () => void execFileSync(process.execPath, [join(project, 'scripts/setup.mjs')], { stdio: 'pipe' });
  await withFileLock(join(project, 'node_modules/.cache/build'), setup, 60_000);
}

/** Makes sure that dist is what the sources are, and answers the full path of one of its files. Several test files may ask at once. */
export async function built(file: string): Promise<string> {
  fresh ??= setUp();
  await fresh;
  return join(project, 'dist', file);
}
