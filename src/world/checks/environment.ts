import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

/** A place where checks run, one at a time: the checkout, and a folder beside it for what tools keep outside of a project. */
export type Slot = { readonly dir: string; readonly scratch: string; readonly number: number };

const FIRST_PORT = 20_000;
const PORTS_PER_SLOT = 100;

/**
 * The whole environment of a check: nothing of the worker's comes in but PATH, LANG and what `extra` names. Home, temporary files and caches are the slot's,
 * so that two checks at once never share one; git obeys no person's settings.
 */
export function checkEnvironment(given: {
  slot: Slot;
  id: string;
  worker: string;
  env: NodeJS.ProcessEnv;
  extra: Readonly<Record<string, string>>;
}): Record<string, string> {
  const { slot, env } = given;
  const at = (name: string) => join(slot.scratch, name);
  const extra = Object.entries(given.extra).filter(
    ([name]) => !name.startsWith('GIT_') || name.startsWith('GIT_AUTHOR_') || name.startsWith('GIT_COMMITTER_'),
  );
  return {
    PATH: env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
    LANG: env['LANG'] ?? 'C.UTF-8',
    CI: '1',
    TZ: 'UTC',
    ...Object.fromEntries(extra),
    HOME: at('home'),
    TMPDIR: at('tmp'),
    XDG_CACHE_HOME: at('cache'),
    XDG_CONFIG_HOME: at('config'),
    XDG_DATA_HOME: at('data'),
    XDG_STATE_HOME: at('state'),
    XDG_RUNTIME_DIR: at('run'),
    npm_config_cache: at('cache/npm'),
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    // A slot whose own git directory is broken must not lead to a repository above it.
    GIT_CEILING_DIRECTORIES: join(slot.dir, '..'),
    GT_SLOT: String(slot.number),
    PORT_BASE: String(FIRST_PORT + PORTS_PER_SLOT * slot.number),
    GT_RUN_ID: given.id,
    GT_WORKER: given.worker,
  };
}

/** Makes the folders that the environment names; temporary ones are the caller's to empty. */
export async function makeScratch(slot: Slot): Promise<void> {
  for (const name of ['home', 'tmp', 'cache', 'config', 'data', 'state', 'run'])
    await mkdir(join(slot.scratch, name), { recursive: true, mode: 0o700 });
}
