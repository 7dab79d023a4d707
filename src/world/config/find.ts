import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Refusal, refuse } from '#core/refusals';
import { TOWN_FILE } from './layout.ts';

/** How the town was found: by the flag, by a variable, by a directory above, or at the default place. */
export type Found = {
  readonly root: string;
  readonly by: '--town' | 'GT_TOWN_ROOT' | 'GT_ROOT' | 'GTR_ROOT' | 'directory' | 'default';
};

export type Whereabouts = {
  /** What --town said, if it was given. */
  readonly flag?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** The user's home directory. */
  readonly home: string;
};

const isTown = (folder: string) => existsSync(join(folder, TOWN_FILE));

/** The town in or around a directory, or undefined. */
export function townAround(folder: string): string | undefined {
  for (let at = resolve(folder); ; at = dirname(at)) {
    if (isTown(at)) return realpathSync(at);
    if (at === dirname(at)) return undefined;
  }
}

/** Where `install` puts a town when it is told no path. */
export function defaultTown(home: string): string {
  return join(home, 'gt');
}

/**
 * Finds the town: --town, GT_TOWN_ROOT, GT_ROOT, GTR_ROOT, the directory upwards, `~/gt`. The root comes back without links, so that one town has one path.
 * A place that was named and is no town is refused (TOWN_NOT_FOUND): going on to the next would act on another town than the one meant.
 */
export function findTown({ flag, env, cwd, home }: Whereabouts): Found | Refusal {
  const named = [
    ['--town', flag],
    ['GT_TOWN_ROOT', env['GT_TOWN_ROOT']],
    ['GT_ROOT', env['GT_ROOT']],
    ['GTR_ROOT', env['GTR_ROOT']],
  ] as const;
  for (const [by, path] of named) {
    if (!path) continue;
    const root = resolve(cwd, path);
    return isTown(root)
      ? { root: realpathSync(root), by }
      : refuse('TOWN_NOT_FOUND', { where: `${by} names ${root}, which has no ${TOWN_FILE}` });
  }
  const around = townAround(cwd);
  if (around) return { root: around, by: 'directory' };
  const usual = defaultTown(home);
  if (isTown(usual)) return { root: realpathSync(usual), by: 'default' };
  return refuse('TOWN_NOT_FOUND', { where: `neither ${cwd}, nor a directory above it, nor ${usual} has a ${TOWN_FILE}` });
}
