import { existsSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { readText, writeWhole } from '#world/config/json-file';

/**
 * Who somebody is who calls gt in a worktree that gt made for a person (`gt sling --no-spawn`): no process there has a token in its environment, so it stands in
 * the worktree's own git directory, readable by its owner alone. Only what is laid out for a person has this file, and its token is fenced by the books as any
 * other is: what is left of an earlier run speaks for nobody.
 *
 * Read at every call of gt, so that nothing but the file system is loaded.
 */
const FILE = 'gt-session.json';

/** Variables that such a file may set: git's own, by which it would run commands, are not among them. */
const NAMES = /^(GTR?_[A-Z_]+|BD_ACTOR|BEADS_[A-Z_]+|GIT_(AUTHOR|COMMITTER)_(NAME|EMAIL))$/;

/** In which form a program takes what its hooks print. */
const FORM = new Set(['GT_HOOK_FORM', 'GT_PRIME_AT', 'GT_STOP_BLOCKS']);

type Env = Readonly<Record<string, string | undefined>>;

/** Writes who works in a worktree; whole, and over what an earlier session left. */
export function writeSelf(dir: string, env: Readonly<Record<string, string>>): void {
  const admin = adminOf(dir);
  if (admin === undefined) throw new Error(`${dir} is no worktree`);
  writeWhole(join(admin, FILE), `${JSON.stringify({ env })}\n`, { mode: 0o600 });
}

/** Whether somebody was written there, whoever it was. */
export function hasSelf(dir: string): boolean {
  const admin = adminOf(dir);
  return admin !== undefined && existsSync(join(admin, FILE));
}

/** Takes that away. Idempotent. */
export function removeSelf(dir: string): void {
  const admin = adminOf(dir);
  if (admin !== undefined) rmSync(join(admin, FILE), { force: true });
}

/**
 * The environment of a call: with a token in it as it is, for that wins; as it is also for what gt runs there beside a session (`gt capture`); else, in or below a worktree that was laid out for a person, with the session's own
 * variables over it. A town that somebody names, and that is another one than the worktree's, wins too.
 */
export function selfHere(env: Env, cwd: string): Env {
  if (env['GT_SESSION'] || env['GT_RUN_ID']) return env;
  try {
    const found = selfAround(realpathSync(cwd));
    const named = env['GT_TOWN_ROOT'] || env['GT_ROOT'] || env['GTR_ROOT'];
    if (!found || (named && realpathSync(resolve(cwd, named)) !== realpathSync(found['GT_ROOT'] ?? ''))) return env;
    // A hook that says its program's form knows better than what was laid out for another program.
    const own =
      env['GT_HOOK_FORM'] === undefined ? found : Object.fromEntries(Object.entries(found).filter(([name]) => !FORM.has(name)));
    return { ...env, ...own };
  } catch {
    return env;
  }
}

/** Whether a directory lies in a worktree that was laid out for a person: what works there is theirs. */
export function isByHand(cwd: string): boolean {
  try {
    return selfAround(realpathSync(cwd)) !== undefined;
  } catch {
    return false;
  }
}

function selfAround(cwd: string): Record<string, string> | undefined {
  for (let at = cwd; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return selfOf(at);
    if (at === dirname(at)) return undefined;
  }
}

/** A copy of the worktree names the same git directory: the file itself says which directory it is of. */
function selfOf(dir: string): Record<string, string> | undefined {
  const admin = adminOf(dir);
  const text = admin === undefined ? undefined : readText(join(admin, FILE));
  if (admin === undefined || text === undefined) return undefined;
  const { mode, uid } = statSync(join(admin, FILE));
  if ((mode & 0o077) !== 0 || uid !== process.getuid?.()) return undefined;
  const { env } = JSON.parse(text) as { env: Record<string, unknown> };
  const known = Object.entries(env).filter(
    (pair): pair is [string, string] => NAMES.test(pair[0]) && typeof pair[1] === 'string',
  );
  const found = Object.fromEntries(known);
  const { GT_ROOT: root = '', GT_WORKTREE: worktree = '' } = found;
  const inTown = root !== '' && realpathSync(admin).startsWith(`${realpathSync(root)}${sep}`);
  return inTown && realpathSync(worktree) === dir ? found : undefined;
}

/** The git directory of a worktree, as its `.git` file says; a repository of its own has none. */
function adminOf(dir: string): string | undefined {
  const file = join(dir, '.git');
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return undefined;
  const named = /^gitdir: (.+)$/m.exec(readFileSync(file, 'utf8'))?.[1];
  return named === undefined ? undefined : resolve(dir, named);
}
