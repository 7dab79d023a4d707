import type { MarkerState } from './marker.ts';
import type { Unwritten } from './writer.ts';

/** A halted terminal, for the host that takes it over: `mark` is there when the process has ended, `unmarked` is what was not printed of it. */
export type TerminalState = {
  readonly pid: number;
  readonly pts: string;
  readonly unwritten: readonly Unwritten[];
  readonly mark?: MarkerState & { readonly unmarked: string };
};
