import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Which gt this process is of: GT_BUILD of its environment, else the version of its package. Two builds of one name count as the same. */
export function buildName(env: Readonly<Record<string, string | undefined>>): string {
  const named = env['GT_BUILD']?.trim();
  if (named) return named.slice(0, 100);
  const root = packageRoot(dirname(fileURLToPath(import.meta.url)));
  return (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;
}

/** The folder of package.json above this one: the build lies one folder deeper than the sources. */
export function packageRoot(folder: string): string {
  return existsSync(join(folder, 'package.json')) || dirname(folder) === folder ? folder : packageRoot(dirname(folder));
}
