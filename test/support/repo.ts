import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Git } from '#world/git/git';
import { makeGit } from '#world/git/make';

const WHO = {
  GIT_AUTHOR_NAME: 'ann',
  GIT_AUTHOR_EMAIL: 'ann@example.org',
  GIT_COMMITTER_NAME: 'ann',
  GIT_COMMITTER_EMAIL: 'ann@example.org',
};

/** The environment of tests: no settings of the person who runs them. */
export function cleanEnv(): NodeJS.ProcessEnv {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')));
  return { ...env, ...WHO, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' };
}

/** Runs git as ann does, and answers what it says. */
export function sh(dir: string, ...argv: string[]): string {
  return execFileSync('git', argv, { cwd: dir, env: cleanEnv(), stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 64 << 20 })
    .toString()
    .trim();
}

/** Milliseconds since 1970, as the system has it. */
export const now = () => performance.timeOrigin + performance.now();

export function write(dir: string, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
}

/** Writes files and commits them; answers the sha. */
export function commit(dir: string, files: Record<string, string>, message = 'a change'): string {
  write(dir, files);
  sh(dir, 'add', '-A');
  sh(dir, 'commit', '-q', '--allow-empty', '-m', message);
  return sh(dir, 'rev-parse', 'HEAD');
}

let rigs = 0;

/** A rig in a folder of its own: ann's repository (main checked out, one commit), its bare clone, and git as the town runs it. */
export type Rig = {
  /** Whose git processes these are (GT_WORKER). */
  worker: string;
  root: string;
  origin: string;
  repo: string;
  git: Git;
  base: string;
  work: (branch: string, files: Record<string, string>, from?: string) => string;
};

export async function makeRig(files: Record<string, string> = { 'a.txt': 'one\ntwo\nthree\n' }): Promise<Rig> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'gt-git-')));
  const origin = join(root, 'origin');
  mkdirSync(origin);
  sh(origin, 'init', '-q', '-b', 'main');
  const base = commit(origin, files, 'first');
  const repo = join(root, 'rig', '.repo.git');
  const worker = `tt.${process.pid}${++rigs}`;
  const git = makeGit({ now, env: cleanEnv(), worker });
  await git.cloneBare({ from: origin, repo, timeoutMs: 60_000 });
  const scratch = join(root, 'scratch');
  sh(root, 'clone', '-q', repo, scratch);
  /** Commits files on a branch of the rig, as a polecat would, and answers the head. */
  const work = (branch: string, changed: Record<string, string>, from = 'main'): string => {
    sh(scratch, 'fetch', '-q', 'origin');
    const start = /^[0-9a-f]{40}$/.test(from) ? from : `origin/${from}`;
    sh(scratch, 'checkout', '-q', '-B', branch, start);
    const head = commit(scratch, changed, `work on ${branch}`);
    sh(scratch, 'push', '-q', '-f', 'origin', `HEAD:refs/heads/${branch}`);
    return head;
  };
  return { worker, root, origin, repo, git, base, work };
}

export function dropRig(rig: Rig): void {
  rmSync(rig.root, { recursive: true, force: true });
}
