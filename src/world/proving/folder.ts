import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The folders of a trial, laid out as in a town: `home` is the role's directory, `worktree` a worktree of a bare repository. */
export type Folder = {
  readonly root: string;
  readonly town: string;
  readonly config: string;
  readonly home: string;
  readonly worktree: string;
  /** The HOME of the program, which is nobody's, and its directory for temporary files. */
  readonly person: string;
  readonly temporary: string;
  readonly runtime: string;
  readonly remove: () => void;
};

/** Makes the folders and the repository, below the system's directory for temporary files. */
export function makeFolder(path: string): Folder {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'gtd-')));
  const remove = () => rmSync(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  const town = join(root, 'town');
  const home = join(town, 'rig', 'polecats');
  const worktree = join(home, 'doctor', 'rig');
  const folder = {
    root,
    town,
    config: join(root, 'config'),
    home,
    worktree,
    person: join(root, 'home'),
    temporary: join(root, 'tmp'),
    runtime: join(root, 'run'),
    remove,
  };
  try {
    for (const one of [home, folder.config, folder.person, folder.temporary]) mkdirSync(one, { recursive: true, mode: 0o700 });
    const repo = join(town, 'rig', '.repo.git');
    const git = gitIn({ PATH: path, HOME: folder.person });
    git('init', '-q', '--bare', repo);
    const tree = git('-C', repo, 'mktree');
    const first = git('-C', repo, 'commit-tree', tree, '-m', 'Begin');
    git('-C', repo, 'worktree', 'add', '-q', '-b', 'doctor', worktree, first);
    return folder;
  } catch (fault) {
    remove();
    throw fault;
  }
}

/** Who commits here. */
export const NOBODY: Readonly<Record<string, string>> = {
  GIT_AUTHOR_NAME: 'gt doctor',
  GIT_AUTHOR_EMAIL: 'doctor@localhost',
  GIT_COMMITTER_NAME: 'gt doctor',
  GIT_COMMITTER_EMAIL: 'doctor@localhost',
  GIT_CONFIG_NOSYSTEM: '1',
};

const gitIn =
  (env: Readonly<Record<string, string>>) =>
  (...words: readonly string[]): string =>
    execFileSync('git', words, { env: { ...env, ...NOBODY }, input: '', encoding: 'utf8' }).trim();
