import { isRefusal, type Refusal } from '#core/refusals';
import { palette, wantsColour } from './colour.ts';
import type { Call, Show } from './command.ts';
import { FullScreen } from './full-screen.ts';
import { ownTerminal } from './wire-terminal.ts';

/** How often a live view looks again, ms. */
const LOOK_MS = 1000;

/** How this call shows things on its terminal. */
export const showOn = ({ io }: Pick<Call, 'io'>): Pick<Show, 'paint' | 'now'> => ({
  paint: palette(wantsColour({ env: io.env, terminal: io.outIsTerminal, off: false })),
  now: io.now(),
});

/**
 * Shows a value on the whole terminal, again and again, until q or Ctrl+C; without a terminal, or with --json, not at all: then it is printed once.
 * @returns the value as it was last
 */
export async function liveView<T>(
  call: Pick<Call, 'global' | 'io'>,
  look: () => Promise<T | Refusal>,
  text: (value: T, show: Pick<Show, 'paint' | 'now'>) => string,
): Promise<T | Refusal> {
  let value = await look();
  if (isRefusal(value) || call.global.json) return value;
  const terminal = ownTerminal();
  if (!terminal) return value;
  const screen = new FullScreen(terminal);
  try {
    for (;;) {
      const show = showOn(call);
      screen.paint(`${text(value, show)}\n\n${show.paint.dim('q leaves')}`);
      if ((await screen.key(LOOK_MS)) === 'quit') return value;
      const next = await look();
      if (isRefusal(next)) return next;
      value = next;
    }
  } finally {
    screen.close();
  }
}
