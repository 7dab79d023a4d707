import { writeSync } from 'node:fs';
import { constants } from 'node:os';
import type { OwnTerminal } from '#chores/attach/terminal';

/** The caller's own terminal. */

/** Signals that end a process which does not hear them; a handler alone can give the terminal back before. */
const FATAL = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;
/** How often a write is tried that the terminal does not take, at the end of the process. */
const TRIES = 1_000;

/** Opens it for raw use; nothing is changed before `raw`. Undefined when standard input or output is no terminal. */
export function ownTerminal(): OwnTerminal | undefined {
  const { stdin, stdout } = process;
  if (!stdin.isTTY || !stdout.isTTY) return undefined;
  const undo: Array<() => void> = [];
  const on = (from: NodeJS.EventEmitter, event: string, listener: (...args: never[]) => void) => {
    from.on(event, listener as () => void);
    undo.push(() => from.off(event, listener as () => void));
  };
  return {
    size: () => ({ cols: stdout.columns || 80, rows: stdout.rows || 24 }),
    write: (bytes) => writeAll(Buffer.from(bytes as string)),
    raw: (isOn) => {
      try {
        stdin.setRawMode(isOn);
      } catch {} // it is gone
    },
    onInput: (listener) => {
      on(stdin, 'data', listener as (bytes: never) => void);
      stdin.resume(); // whoever had it before has paused it
      undo.push(() => stdin.pause());
    },
    hold: (isHeld) => void (isHeld ? stdin.pause() : stdin.resume()),
    onResize: (listener) => on(stdout, 'resize', listener),
    guard: (restore, again) => {
      on(process, 'exit', restore);
      on(process, 'uncaughtExceptionMonitor', restore);
      for (const signal of FATAL)
        on(process, signal, () => {
          restore();
          process.exit(128 + constants.signals[signal]);
        });
      on(process, 'SIGTSTP', () => {
        restore();
        process.kill(process.pid, 'SIGSTOP');
      });
      on(process, 'SIGCONT', again);
    },
    onGone: (listener) => {
      on(stdin, 'end', listener);
      on(stdin, 'close', listener);
      on(stdin, 'error', listener);
    },
    release: () => {
      for (const one of undo.splice(0)) one();
    },
  };
}

function writeAll(bytes: Buffer): void {
  for (let at = 0, tries = 0; at < bytes.length && tries < TRIES; ) {
    try {
      at += writeSync(1, bytes, at);
      tries = 0;
    } catch (fault) {
      if ((fault as NodeJS.ErrnoException).code !== 'EAGAIN') return; // it is gone
      tries++;
    }
  }
}
