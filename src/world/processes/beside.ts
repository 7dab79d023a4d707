import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { killTree } from './kill.ts';
import { bornOf } from './process.ts';

/** A command that runs beside everything else, for the caller of gt: its output is the caller's, or is kept. */
export type Beside = {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Value of GT_RUN_ID in its environment: by it all that it starts is found. */
  readonly mark: string;
  /** No limit where absent (ms). */
  readonly timeoutMs?: number;
  /** Ends it. */
  readonly signal?: AbortSignal;
  /** It reads what the caller was given; else nothing. */
  readonly reads: boolean;
  /** `shown`: output goes where the caller's goes. `kept`: the last so many characters of both outputs. `terminal`: it has the caller's terminal for itself. */
  readonly output: 'shown' | 'kept' | 'terminal';
};

/** `code` as a shell counts: 128 and the signal's number for one that was killed. */
export type BesideEnd = {
  readonly code: number;
  readonly ended: 'itself' | 'late' | 'interrupted';
  readonly out: string;
  readonly err: string;
};

/** Characters that are kept of each output. */
const KEPT = 1 << 20;
const GRACE_MS = 1000;

/** Runs it to its end, and ends all that it started. Rejects when it cannot be started. */
export async function runBeside({ argv, cwd, env, mark, timeoutMs, signal, reads, output }: Beside): Promise<BesideEnd> {
  const own = output === 'terminal';
  const to = output === 'kept' ? 'pipe' : 'inherit';
  const [program, ...words] = argv;
  const child = spawn(program, words, {
    cwd,
    env: { ...env, GT_RUN_ID: mark },
    // a group of its own cannot read from the terminal
    detached: !own,
    stdio: [own || reads ? 'inherit' : 'ignore', to, to],
  });
  const said = { out: '', err: '' };
  for (const name of ['out', 'err'] as const)
    child[`std${name}`]?.setEncoding('utf8').on('data', (text: string) => {
      said[name] = (said[name] + text).slice(-KEPT);
    });
  const exit = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, by) => resolve(code ?? 128 + constants.signals[by ?? 'SIGKILL']));
  });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const born = child.pid === undefined ? undefined : bornOf(child.pid);
  let timer: NodeJS.Timeout | undefined;
  const stopped = new Promise<'late' | 'interrupted'>((resolve) => {
    if (timeoutMs !== undefined) timer = setTimeout(() => resolve('late'), timeoutMs);
    signal?.addEventListener('abort', () => resolve('interrupted'), { once: true });
  });
  const ended = await Promise.race([exit.then(() => 'itself' as const), stopped]).finally(() => clearTimeout(timer));
  const leader = child.pid === undefined || born === undefined ? {} : { leader: { pid: child.pid, born } };
  await killTree({ ...leader, tokens: [`GT_RUN_ID=${mark}`], graceMs: ended === 'itself' ? 0 : GRACE_MS });
  const code = await exit;
  await closed;
  return { code, ended, ...said };
}
