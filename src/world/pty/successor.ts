/**
 * The one process that a host starts besides agents: its successor, which inherits the terminals. The only file of the host that may start a process.
 */
import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { bornOf } from '#world/processes/scan';

/** Where the successor finds its end of the control pipe, and the first terminal: behind standard input, output and error. */
export const CONTROL_FD = 3;
export const FIRST_MASTER_FD = 4;

/** What the successor says on the pipe when it can take over. It reads no terminal before the pipe is closed: then the old host never will again. */
export const READY = 'ready\n';

/** A successor that was started. */
export type Successor = {
  readonly pid: number;
  readonly born: string;
  /** Resolves when it says that it is ready; rejects when it ends before that or takes longer than it may. */
  readonly ready: Promise<void>;
  /** Closes the pipe: from here on the successor reads. */
  readonly release: () => void;
  /** Kills it if it lives, and resolves when it is dead. */
  readonly kill: () => Promise<void>;
};

/** Starts it, with the terminals as descriptors from 4 on, in the order given. Blocks for 20 to 130 ms. */
export function startSuccessor(argv: readonly string[], masters: readonly number[], waitMs: number): Successor {
  const [program = '', ...args] = argv;
  const child = spawn(program, args, { detached: true, stdio: ['ignore', 'ignore', 'inherit', 'pipe', ...masters] });
  const pipe = child.stdio[CONTROL_FD] as Socket;
  const ended = new Promise<string>((resolve) => {
    child.once('error', (fault) => resolve(`could not be started: ${fault.message}`));
    child.once('exit', (code, signal) => resolve(signal ? `was ended by ${signal}` : `ended with code ${code}`));
  });
  const ready = new Promise<void>((resolve, reject) => {
    let said = '';
    const timer = setTimeout(() => reject(new Error(`the successor was not ready within ${waitMs} ms`)), waitMs);
    pipe.on('error', () => undefined); // its end tells
    pipe.on('data', (bytes) => {
      said += bytes;
      if (said.startsWith(READY)) resolve();
    });
    void ended.then((how) => reject(new Error(`the successor ${how} before it was ready`)));
    const stop = () => clearTimeout(timer);
    void ended.then(stop);
    pipe.once('data', stop);
  });
  ready.catch(() => undefined);
  const { pid = 0 } = child;
  return {
    pid,
    born: bornOf(pid) ?? '',
    ready,
    release: () => {
      child.unref();
      pipe.destroy();
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
      pipe.destroy();
    },
  };
}
