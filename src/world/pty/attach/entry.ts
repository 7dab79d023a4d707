import type { Typist } from './typist.ts';

/** What waits in a line of input. */
export type Entry = {
  readonly who: Typist | undefined;
  readonly size: number;
  /** Of a typist: what the writer does not have, and how many of these bytes came from the typist. */
  bytes: Buffer;
  left: number;
  /** Whether a paste is open after it. */
  readonly isOpen: boolean;
  /** Of another: its write, and what refuses it. */
  readonly run?: () => Promise<void>;
  readonly refuse?: (fault: Error) => void;
};

/** An entry of a person's. `left`: how many of its bytes came from them; `isOpen`: whether a paste is open after it. */
export function typed(who: Typist, bytes: Buffer, left: number, isOpen = false): Entry {
  return { who, size: left, bytes, left, isOpen };
}
