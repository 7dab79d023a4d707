import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

type Env = Readonly<Record<string, string | undefined>>;

/** What scripts/build.mjs noted of itself: digests of all that was built, of the PTY host's part and of what the books' indexes are, the commit, the time (ISO). */
export type Build = {
  readonly version: string;
  readonly id?: string;
  readonly host?: string;
  readonly index?: string;
  readonly commit?: string;
  readonly builtAt?: string;
};

/** The build that this process is of, as it was when the process began: what runs stays what it is when the files beneath it change. */
export const thisBuild: Build = readBuild(packageRoot(dirname(fileURLToPath(import.meta.url))));

/**
 * Which gt this process is of, as `0.1.0+1f3a90bc`: the version and a digest of what was built; GT_BUILD in its environment counts more. Two builds of one
 * name count as the same.
 */
export const buildName = (env: Env): string => nameOf(env, thisBuild.id);

/** The same of the PTY host alone: it keeps its name, and all its terminals, over builds that change nothing of it. */
export const hostBuildName = (env: Env): string => nameOf(env, thisBuild.host);

/** Which indexes the books of this build have. A build without a stamp cannot tell them from those of another. */
export const indexName = (env: Env): string => thisBuild.index ?? buildName(env);

function nameOf(env: Env, id: string | undefined): string {
  return env['GT_BUILD']?.trim().slice(0, 100) || (id === undefined ? thisBuild.version : `${thisBuild.version}+${id}`);
}

/** The build below a root; one without a stamp has its version alone. */
export function readBuild(root: string): Build {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  try {
    return { ...JSON.parse(readFileSync(join(root, 'dist/.built'), 'utf8')), version };
  } catch {
    return { version };
  }
}

/** The folder of package.json above this one: the build lies one folder deeper than the sources. */
export function packageRoot(folder: string): string {
  return existsSync(join(folder, 'package.json')) || dirname(folder) === folder ? folder : packageRoot(dirname(folder));
}
