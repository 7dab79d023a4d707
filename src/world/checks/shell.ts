import { spawn } from 'node:child_process';
import { constants } from 'node:os';

export type ShellRun = {
  readonly command: string;
  readonly dir: string;
  readonly timeoutMs: number;
  readonly env: NodeJS.ProcessEnv;
};

/** `code` as a shell counts: 128 and the signal's number for one that was killed. `tail`: the end of both outputs, as they came. */
export type ShellEnd = { readonly code: number; readonly timedOut: boolean; readonly tail: string };

/** Characters of the output that are kept. */
const TAIL = 4096;

/** Runs one command by `sh -c`, and ends all of its process group when its time (ms) is over. */
export function runShell({ command, dir, timeoutMs, env }: ShellRun): Promise<ShellEnd> {
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', command], { cwd: dir, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let tail = '';
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      if (child.pid !== undefined)
        try {
          process.kill(-child.pid, 'SIGKILL');
        } catch {
          // it has just ended
        }
    }, timeoutMs);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text: string) => {
        tail = (tail + text).slice(-TAIL);
      });
    }
    child.on('error', (fault) => {
      clearTimeout(timer);
      reject(fault);
    });
    // What it left in the background may keep the pipes open: its own exit counts.
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      setImmediate(() => resolve({ code: code ?? 128 + constants.signals[signal ?? 'SIGKILL'], timedOut, tail: tail.trim() }));
    });
  });
}
