import type { Size } from '#world/pty/host';

/** The terminal of the person who calls, as an attachment needs it. */
export type OwnTerminal = {
  size(): Size;
  /** Writes at once: it is there when the process ends in the next moment. Throws nothing. */
  write(bytes: string | Buffer): void;
  /** No echo, no lines, no signals by keys; or as it was. */
  raw(isOn: boolean): void;
  onInput(listener: (bytes: Buffer) => void): void;
  /** Reads no keys, or reads them again. */
  hold(isHeld: boolean): void;
  onResize(listener: () => void): void;
  /** Calls `restore` on every way in which this process can end, and before it is stopped; `again` after it was. */
  guard(restore: () => void, again: () => void): void;
  /** Called when the terminal is gone. */
  onGone(listener: () => void): void;
  /** Lets go of all that was asked for. */
  release(): void;
};

/** A session's screen on a terminal of another size. */
export type Part = {
  feed(bytes: Buffer): void;
  frame(own: Size, note: string): string;
  dispose(): void;
};
