import { Debts } from '#core/terminal/debts';
import type { BesideEnd } from '#world/processes/beside';
import type { Size } from '#world/pty/host';
import type { Io } from './command.ts';
import { ownTerminal } from './wire-terminal.ts';

/** A keyboard that a program has asked for is given back; where none is, this says nothing. */
const KEYBOARD = '\x1b[<u';
/** What a shell adds to a signal's number. */
const SIGNAL_BASE = 128;

/**
 * Lends the caller's terminal to a program. A program that ends well leaves it as it should be, but for the title; what one that was killed, or that failed,
 * left of its screen is undone here. Whatever would end this process ends the program first: nobody else may read from a shell's terminal.
 */
export async function lendTerminal(
  io: Pick<Io, 'interrupted'>,
  use: (signal: AbortSignal) => Promise<BesideEnd>,
): Promise<BesideEnd> {
  const terminal = ownTerminal();
  const over = new AbortController();
  const end = () => over.abort();
  for (const name of ['SIGTERM', 'SIGHUP'] as const) process.on(name, end);
  terminal?.write('\x1b[22;0t');
  try {
    const ended = await use(AbortSignal.any([io.interrupted, over.signal]));
    terminal?.write(undoes(ended, terminal.size()));
    return ended;
  } finally {
    terminal?.write('\x1b[23;0t');
    for (const name of ['SIGTERM', 'SIGHUP'] as const) process.off(name, end);
  }
}

/** What undoes that a program was cut off, or failed. Who was killed had a screen, below which it goes on; who failed by itself has said why, where the cursor is. */
export function undoes({ code, ended }: Pick<BesideEnd, 'code' | 'ended'>, { cols, rows }: Size): string {
  const isOwn = ended === 'itself' && code <= SIGNAL_BASE;
  if (isOwn && code === 0) return '';
  const settled = new Debts().settle(cols);
  return isOwn ? `${KEYBOARD}\x1b7${settled}\x1b8\x1b[0m\x1b(B\x0f` : `${KEYBOARD}${settled}\x1b[${rows};1H\r\n`;
}
