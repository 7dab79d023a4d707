/** What views are told of the world beside the books: read by the command line or the dashboard, which may touch processes and files. */

/** A process of the town; `pid` null when it does not run, or is not the town's own. */
export type ProcessFact = {
  readonly name: 'supervisor' | 'redis' | 'host' | 'worker';
  readonly pid: number | null;
  /** In the supervisor's words: running, starting, restarting, broken, stopped; `elsewhere` for a Redis of one's own. */
  readonly state: string;
  /** ms since 1970 */
  readonly since: number | null;
  readonly why: string | null;
  /** Which gt it is of, if it is asked and tells: the host and the worker. */
  readonly build: string | null;
};

export type TownFacts = {
  readonly name: string;
  readonly root: string;
  /** Somebody keeps it running. */
  readonly up: boolean;
  readonly processes: readonly ProcessFact[];
  /** Address of the board of all jobs; null while no worker serves it. */
  readonly board: string | null;
  /** Slots of the whole town. */
  readonly maxPolecats: number;
  /** Sessions of one agent program at once, by its preset; absent: no limit. */
  readonly maxSessions?: Readonly<Record<string, number>>;
};

/** What the PTY host knows of a session. */
export type SessionFact = { readonly state: string; readonly lastOutputAt: number; readonly pid: number };
