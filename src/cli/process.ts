import { getEventListeners } from 'node:events';
import type { Io } from './command.ts';
import { selfHere } from './wire-self.ts';

/** How long an interrupted command may take to end by itself, when it listens for the interruption: it clears away what it began. A second one ends it at once. */
const GRACE_MS = 20_000;

/** Runs one call with the words and the world of this process, and ends the process with its exit code. */
export async function callFromProcess(run: (argv: readonly string[], io: Io) => Promise<number>): Promise<void> {
  const abort = new AbortController();
  process.on('SIGINT', () => {
    const interrupted = () => process.exit(130);
    if (abort.signal.aborted || getEventListeners(abort.signal, 'abort').length === 0) interrupted();
    abort.abort();
    setTimeout(interrupted, GRACE_MS).unref();
  });
  // Whoever read our output has seen enough (`gt feed | head`): not a fault.
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (fault: NodeJS.ErrnoException) => process.exit(fault.code === 'EPIPE' ? 0 : 70));

  const code = await run(process.argv.slice(2), {
    env: selfHere(process.env, process.cwd()),
    cwd: process.cwd(),
    now: () => Math.round(performance.timeOrigin + performance.now()),
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    // Looked at only by who reads it: opening it costs, and keeps a process waiting.
    get stdin() {
      return process.stdin.isTTY ? undefined : process.stdin;
    },
    outIsTerminal: process.stdout.isTTY ?? false,
    errIsTerminal: process.stderr.isTTY ?? false,
    width: process.stdout.columns ?? 80,
    interrupted: abort.signal,
  });
  // A pipe may still be taking what was written; leaving at once would cut it.
  process.stdout.write('', () => process.exit(code));
}
