import type { Ring } from '#world/pty/ring';
import type { Screen } from './screen.ts';

/** What a screen needs of its session and host. */
export type ScreenDeps = {
  /** The session's output; the screen has parsed it up to some byte, and no byte after that may leave it. */
  readonly ring: () => Ring;
  /** Sends the program what its terminal answers. */
  readonly reply: (text: string) => void;
  /** Lets the program wait, or go on. */
  readonly hold: (isFull: boolean) => void;
  /** Asks for a turn. */
  readonly wants: (screen: Screen) => void;
  /** Time in ms since 1970. */
  readonly now: () => number;
  /** Calls back after some ms, unless the returned function is called. */
  readonly after: (ms: number, run: () => void) => () => void;
  /** Answers to questions that the screen does not know, by the question: a sequence without its terminator. */
  readonly answers?: ReadonlyMap<string, string>;
  /** Told of a new title, and when the program rings. */
  readonly title?: (title: string) => void;
  readonly bell?: () => void;
};
