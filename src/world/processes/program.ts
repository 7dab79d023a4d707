import { spawn } from 'node:child_process';

/** How a program ended. */
export type Ended = {
  /** Its exit code; null when a signal ended it. */
  readonly code: number | null;
  /** Standard output and error, the last 64 kB of each. */
  readonly out: string;
  readonly err: string;
  /** It did not run to its own end: it is not on PATH, could not be started, took too long, or was given up. */
  readonly cut?: 'absent' | 'unstartable' | 'late' | 'aborted';
};

export type Program = {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
};

const KEPT = 64 * 1024;
/** How long the rest of its output is awaited: somebody else may hold the pipe. */
const DRAIN_MS = 1000;

/** Runs a program without a shell, in a process group of its own, which is killed when its time is up or `signal` is aborted. Never rejects. */
export function runProgram({ argv, cwd, env, timeoutMs, signal }: Program): Promise<Ended> {
  return new Promise((resolve) => {
    const [program = '', ...words] = argv;
    const child = spawn(program, words, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const said = { out: '', err: '' };
    let cut: Ended['cut'];
    const end = (why: 'late' | 'aborted') => {
      cut ??= why;
      killGroup(child.pid);
    };
    const timer = setTimeout(() => end('late'), timeoutMs);
    const abort = () => end('aborted');
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted) abort();
    const settle = (code: number | null) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ code, ...said, ...(cut ? { cut } : {}) });
    };
    for (const [name, stream] of [['out', child.stdout] as const, ['err', child.stderr] as const])
      stream.on('data', (chunk: Buffer) => {
        said[name] = (said[name] + chunk.toString()).slice(-KEPT);
      });
    child.once('error', (fault: NodeJS.ErrnoException) => {
      cut ??= fault.code === 'ENOENT' ? 'absent' : 'unstartable';
      said.err ||= fault.message;
      settle(null);
    });
    child.once('exit', (code) => {
      killGroup(child.pid); // what it left running
      const drained = setTimeout(() => settle(code), DRAIN_MS);
      child.once('close', () => {
        clearTimeout(drained);
        settle(code);
      });
    });
  });
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}
