import { Debts } from '#core/terminal/debts';
import type { BesideEnd } from '#world/processes/beside';
import type { Io } from './command.ts';
import { ownTerminal } from './wire-terminal.ts';

/** A keyboard that a program has asked for is given back; where none is, this says nothing. */
const KEYBOARD = '\x1b[<u';

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
    const isTidy = ended.ended === 'itself' && ended.code === 0;
    const { cols, rows } = terminal?.size() ?? { cols: 80, rows: 24 };
    if (!isTidy) terminal?.write(`${KEYBOARD}${new Debts().settle(cols)}\x1b[${rows};1H\r\n`);
    return ended;
  } finally {
    terminal?.write('\x1b[23;0t');
    for (const name of ['SIGTERM', 'SIGHUP'] as const) process.off(name, end);
  }
}
