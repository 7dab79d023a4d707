import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type Context, NOTHING } from './context.ts';
import { CloneFault, GitFault, lastLine } from './fault.ts';
import { localPath } from './origin.ts';
import { removeTree } from './remove-tree.ts';

/**
 * What a rig's repository is set to. No collection by itself: it can break commits that are just being made. Waits for locks instead of failing at once.
 * Objects and refs reach the disk before a command ends.
 */
const SETTINGS: ReadonlyArray<readonly [string, string]> = [
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['gc.worktreePruneExpire', 'never'],
  ['core.packedRefsTimeout', '10000'],
  ['core.filesRefLockTimeout', '5000'],
  ['branch.autoSetupMerge', 'false'],
  ['core.fsync', 'committed,loose-object,reference'],
  ['core.logAllRefUpdates', 'true'],
];

/** The branch that HEAD names in a rig's repository, and that never exists: a HEAD on a real branch would be locked at each landing. */
const NO_BRANCH = 'refs/heads/gt-none';

/** A second without a kilobyte, thirty times over, is a dead line. */
const LINE = ['-c', 'http.lowSpeedLimit=1000', '-c', 'http.lowSpeedTime=30'];

/** Clones beside the final place and moves it there when all is set. Throws CloneFault for what a person can mend, GitFault for the rest. */
export async function cloneBare(
  context: Context,
  { from, repo, timeoutMs, signal }: { from: string; repo: string; timeoutMs: number; signal?: AbortSignal },
): Promise<{ defaultBranch: string }> {
  const path = localPath(from);
  if (path !== undefined && !existsSync(path)) throw new CloneFault('not-a-repository', `there is no ${path}`);
  if (existsSync(repo)) throw new GitFault(['clone', from], null, `error: ${repo} exists already`);
  const making = `${repo}.making`;
  await removeTree(making);
  await mkdir(dirname(repo), { recursive: true });
  try {
    const source = path === undefined ? from : resolve(path);
    const settings = SETTINGS.flatMap(([key, value]) => ['-c', `${key}=${value}`]);
    const cloning = [...LINE, 'clone', '--bare', '-q', '--template=', ...settings, '--', source, making];
    await context
      .run(cloning, { settings: 'network', timeoutMs, ...(signal !== undefined && { signal }) })
      .catch((fault: GitFault) => Promise.reject(classify(fault, path)));
    const defaultBranch = await findDefault(context, making);
    await context.run(['symbolic-ref', 'HEAD', NO_BRANCH], { repo: making });
    await allowWorktreeConfig(context, making);
    await rename(making, repo);
    return { defaultBranch };
  } finally {
    await removeTree(making);
  }
}

/** Asks whether a repository answers, without fetching anything. Throws CloneFault for what a person can mend. */
export async function reach(context: Context, { from, timeoutMs }: { from: string; timeoutMs: number }): Promise<void> {
  const path = localPath(from);
  if (path !== undefined && !existsSync(path)) throw new CloneFault('not-a-repository', `there is no ${path}`);
  await context
    .run([...LINE, 'ls-remote', '-q', '--', path === undefined ? from : resolve(path), 'HEAD'], {
      settings: 'network',
      timeoutMs,
    })
    .catch((fault: GitFault) => Promise.reject(classify(fault, path)));
}

function classify(fault: GitFault, path: string | undefined): Error {
  const why = lastLine(fault.stderr).replace(/^(fatal|error): /, '');
  const missing = /does not exist|not appear to be a git repository|not a git repository|repository .* not found/i.test(
    fault.stderr,
  );
  if (missing) return new CloneFault('not-a-repository', why);
  // A folder of this machine is never out of reach: what fails there is git's trouble.
  return path === undefined && why !== 'aborted' ? new CloneFault('unreachable', why) : fault;
}

/** HEAD's branch; where that is none or does not exist: the one HEAD's commit is on, else main, master, or the first by name. */
async function findDefault({ run }: Context, repo: string): Promise<string> {
  const listed = await run(['for-each-ref', '--format=%(objectname) %(refname:lstrip=2)', 'refs/heads/'], { repo });
  const branches = listed.out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({ sha: line.split(' ')[0] ?? '', name: line.slice(line.indexOf(' ') + 1) }));
  if (branches.length === 0) throw new CloneFault('empty', 'it has no branch yet');
  const named = (await run(['symbolic-ref', '--quiet', '--short', 'HEAD'], { repo, ok: [0, 1] })).out.trim();
  const head = (await run(['rev-parse', '--verify', '--quiet', 'HEAD'], { repo, ok: [0, 1] })).out.trim() || NOTHING;
  const found =
    branches.find((branch) => branch.name === named) ??
    branches.find((branch) => branch.sha === head) ??
    branches.find((branch) => branch.name === 'main') ??
    branches.find((branch) => branch.name === 'master') ??
    branches[0];
  return found?.name ?? named;
}

/** Lets worktrees have settings of their own (a sparse checkout); `core.bare` must then be the bare repository's own too (git-worktree, CONFIGURATION FILE). */
export async function allowWorktreeConfig({ run }: Context, repo: string): Promise<void> {
  await run(['config', 'extensions.worktreeConfig', 'true'], { repo });
  await run(['config', '--file', `${repo}/config.worktree`, 'core.bare', 'true'], { repo });
  await run(['config', '--unset', 'core.bare'], { repo, ok: [0, 5] });
}
