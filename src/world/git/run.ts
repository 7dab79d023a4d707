import { spawn } from 'node:child_process';
import { resolve as absolute, dirname } from 'node:path';
import { GitFault } from './fault.ts';

/**
 * Whose settings a command obeys.
 * - `sealed`: the repository's own alone, so that the same input gives the same object on every machine.
 * - `personal`: also the person's: worktrees need them, for filters (LFS) and line ends must be those that the agents' git uses.
 * - `network`: personal, with the person's transport variables (GIT_SSH_COMMAND and the like): they are how a remote is reached.
 */
type Settings = 'sealed' | 'personal' | 'network';

export type RunOptions = {
  /** A bare repository, named and not searched for: a damaged one must not lead git up to the town's own repository. */
  readonly repo?: string;
  /** A worktree; git does not look for a repository above it. */
  readonly dir?: string;
  /** Where git stands, for a bare repository with a work tree named by GIT_WORK_TREE. */
  readonly cwd?: string;
  readonly settings?: Settings;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Exit codes that are answers; by default only 0. */
  readonly ok?: readonly number[];
  /** Milliseconds until TERM (and 2 s later KILL) goes to the whole process group; by default 10 minutes. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
};

type Ran = { readonly code: number; readonly out: string; readonly err: string };

/** Runs git once. Throws GitFault when it cannot be started, is killed, runs out of time or ends with a code that is not in `ok`. */
export type Run = (argv: readonly string[], options?: RunOptions) => Promise<Ran>;

const MAX_OUT = 64 * 1024 * 1024;
const MAX_ERR = 4096;
const DEFAULT_TIMEOUT_MS = 600_000;
const KILL_AFTER_MS = 2000;
const TRANSPORT = new Set([
  'GIT_SSH',
  'GIT_SSH_COMMAND',
  'GIT_SSH_VARIANT',
  'GIT_PROXY_COMMAND',
  'GIT_SSL_CAINFO',
  'GIT_SSL_CAPATH',
  'GIT_SSL_NO_VERIFY',
]);
const CONFIG_FILES = new Set(['GIT_CONFIG_GLOBAL', 'GIT_CONFIG_SYSTEM', 'GIT_CONFIG_NOSYSTEM']);

/**
 * Makes the one function that starts git. `worker` is written into the environment as GT_WORKER, by which a later worker finds what this one left running;
 * `fence` is asked before each command, so that a worker that was overtaken begins no further one.
 */
export function makeRun(given: { env: NodeJS.ProcessEnv; worker?: string | undefined; fence?: () => Promise<void> }): Run {
  return async (argv, options = {}) => {
    await given.fence?.();
    return runGit(argv, options, environment(given.env, given.worker, options));
  };
}

function environment(env: NodeJS.ProcessEnv, worker: string | undefined, options: RunOptions): NodeJS.ProcessEnv {
  const settings = options.settings ?? 'sealed';
  const clean: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(env)) {
    const kept =
      !name.startsWith('GIT_') ||
      (settings !== 'sealed' && CONFIG_FILES.has(name)) ||
      (settings === 'network' && TRANSPORT.has(name));
    if (kept && name !== 'SSH_ASKPASS' && name !== 'LANGUAGE') clean[name] = value;
  }
  if (settings === 'sealed') Object.assign(clean, { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' });
  if (options.dir !== undefined) clean['GIT_CEILING_DIRECTORIES'] = dirname(absolute(options.dir));
  if (worker !== undefined) clean['GT_WORKER'] = worker;
  return { ...clean, LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0', GIT_EDITOR: ':', ...options.env };
}

function runGit(argv: readonly string[], options: RunOptions, env: NodeJS.ProcessEnv): Promise<Ran> {
  const where =
    options.repo !== undefined ? [`--git-dir=${absolute(options.repo)}`] : options.dir !== undefined ? ['-C', options.dir] : [];
  const args = [...where, ...argv];
  return new Promise((resolve, reject) => {
    // A group of its own: at a timeout its helpers (git-remote-https, ssh, index-pack) go with it.
    const child = spawn('git', args, {
      env,
      cwd: options.cwd,
      detached: true,
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    const out: Buffer[] = [];
    let size = 0;
    let err = '';
    let ended: string | undefined;
    let killer: NodeJS.Timeout | undefined;
    const end = (why: string) => {
      if (ended !== undefined) return;
      ended = why;
      // TERM first: git then takes its lock files away.
      signalGroup(child.pid, 'SIGTERM');
      killer = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), KILL_AFTER_MS);
    };
    const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const timer = setTimeout(() => end(`no end after ${timeoutMs} ms`), timeoutMs);
    const abort = () => end('aborted');
    if (options.signal?.aborted) abort();
    options.signal?.addEventListener('abort', abort, { once: true });
    child.stdout?.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_OUT) end(`more than ${MAX_OUT} bytes of output`);
      else out.push(chunk);
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      err = (err + chunk.toString()).slice(-MAX_ERR);
    });
    // git may end without reading its input; its exit code says why.
    child.stdin?.on('error', () => {});
    child.stdin?.end(options.input);
    const settle = () => {
      clearTimeout(timer);
      clearTimeout(killer);
      options.signal?.removeEventListener('abort', abort);
    };
    child.on('error', (error) => {
      settle();
      reject(new GitFault(args, null, error.message));
    });
    child.on('close', (code, signal) => {
      settle();
      if (ended !== undefined) void endGroup(child.pid).then(() => reject(new GitFault(args, code, `${err}\nerror: ${ended}`)));
      else if (code === null) reject(new GitFault(args, null, `${err}\nerror: killed by ${signal}`));
      else if (!(options.ok ?? [0]).includes(code)) reject(new GitFault(args, code, err));
      else resolve({ code, out: Buffer.concat(out).toString(), err });
    });
  });
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): boolean {
  if (pid === undefined) return false;
  try {
    return process.kill(-pid, signal);
  } catch {
    // Gone already.
    return false;
  }
}

/** git has ended, its helpers may not have: resolves when none of the group is left, or after a second. */
async function endGroup(pid: number | undefined): Promise<void> {
  for (let turn = 0; turn < 100 && signalGroup(pid, 'SIGKILL'); turn++) await new Promise((resolve) => setTimeout(resolve, 10));
}
