/** What a session is made of, and what one host tells the next of it. */
import type { Start } from './exits.ts';
import type { Exit, SessionInfo, Size } from './host.ts';
import type { Output, OutputState } from './output.ts';
import type { ScreenState } from './screen/state.ts';
import type { Terminal } from './terminal.ts';
import type { TerminalState } from './terminal-state.ts';
import type { WriteName } from './writer.ts';

/** A session for the next host. `killMs` is the grace left of a kill that is under way. */
export type SessionState = {
  readonly start: Start;
  readonly state: SessionInfo['state'];
  readonly exit?: Exit;
  readonly typedAt: number;
  readonly killMs?: number;
  readonly output: OutputState;
  /** Values that must not outlive the session in what is kept of its output. */
  readonly secrets?: readonly string[];
  readonly screen: ScreenState;
  readonly size: Size;
  readonly terminal?: TerminalState;
};

/** A write that is done when its promise resolves; `name` is what its asker called it. */
export type Inherited = { readonly name: WriteName; readonly done: Promise<void> };

/** Where a session comes from: see `origins.ts`. */
export type Origin = {
  readonly start: Start;
  readonly output: Output;
  readonly screen: ScreenState;
  readonly size?: Size;
  readonly terminal?: Terminal;
  readonly state?: SessionInfo['state'];
  readonly exit?: Exit | undefined;
  readonly typedAt?: number;
  readonly killMs?: number | undefined;
  readonly inherited?: readonly Inherited[];
  readonly secrets?: readonly string[] | undefined;
};
