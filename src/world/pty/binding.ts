/** The only file that knows node-pty. Its public API loses output at exit and burns a core on a stalled write; the binding beneath does neither. */
import { closeSync, constants, openSync } from 'node:fs';
import { native } from 'node-pty';

/** How a process ended: exactly one of the two is a number. */
export type End = { readonly code: number | null; readonly signal: number | null };

/** A process on a terminal of its own. `master` is read and written by us; `slave` is held so that the last bytes outlive the process; writing
 * to it, which never waits, is what printing is to the process. `pts` is the slave's name. */
export type Forked = { readonly pid: number; readonly master: number; readonly slave: number; readonly pts: string };

/** What to run, where, and on how large a screen (characters). */
export type ForkRequest = {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly cols: number;
  readonly rows: number;
};

/**
 * Starts a process as the leader of a new session on a new terminal; blocks for 1 to 10 ms. `onEnd` comes once, in a later turn.
 * Throws when the system gives no terminal or no process. A missing file or directory is not noticed here: check before.
 */
export function fork(request: ForkRequest, onEnd: (end: End) => void): Forked {
  if (process.platform !== 'linux')
    throw new Error(`gt cannot open terminals on ${process.platform} yet: only Linux is supported.`);
  const env = Object.entries(request.env).map(([name, value]) => `${name}=${value}`);
  const { file, args, cwd, cols, rows } = request;
  const made = native.fork(file, args, env, cwd, cols, rows, -1, -1, true, '', (code, signal) => {
    // a death by signal comes with code 0 as well
    onEnd(signal === 0 ? { code, signal: null } : { code: null, signal });
  });
  try {
    return { pid: made.pid, master: made.fd, slave: openSlave(made.pty), pts: made.pty };
  } catch (fault) {
    closeSync(made.fd); // hangs up on the process, which ends it
    throw fault;
  }
}

/** Opens the slave of a terminal by its name, to hold it. Throws when it is gone. */
export function openSlave(pts: string): number {
  return openSync(pts, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
}

/** Tells the kernel, and by SIGWINCH the process, the size of the screen in characters. Throws on a closed terminal. */
export function resize(master: number, cols: number, rows: number): void {
  native.resize(master, cols, rows, 0, 0);
}
