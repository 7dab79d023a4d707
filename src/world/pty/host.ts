/** What the rest of gt knows of the PTY host: the terminal sessions of agents, apart from every other process. Times are ms since 1970. */

/** How a session's leader ended: exactly one of the two is a number. */
export type Exit = { readonly code: number | null; readonly signal: number | null; readonly at: number };

/**
 * A session as the host knows it.
 * - `running`: its leader lives. - `exited`: the leader has ended, output may still come. - `drained`: ended, and all of its output was seen.
 * A drained session is kept, also on disk, until `forget`.
 */
export type SessionInfo = {
  readonly id: string;
  /** Process id of the leader, and its start time in clock ticks since boot: together they name one process for ever. */
  readonly pid: number;
  readonly born: string;
  readonly startedAt: number;
  readonly cwd: string;
  readonly state: 'running' | 'exited' | 'drained';
  /** Bytes of output since the start. */
  readonly seq: number;
  readonly lastOutputAt: number;
  readonly exit?: Exit;
};

/** What a session is started with. `env` is the whole environment; its GT_SESSION is the token by which the session's processes are found. */
export type SpawnRequest = {
  readonly id: string;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cols?: number;
  readonly rows?: number;
};

export type HostEvent = { readonly type: 'spawned' | 'exited' | 'drained' | 'forgotten'; readonly session: SessionInfo };

/** A process that outlived a kill. */
export type Survivor = { readonly pid: number; readonly command: string };

/** The host, seen from a client. Every call rejects with HostGone when the connection is lost; `onGone` tells of it at once. */
export interface Host {
  /** Starts a session; the id of a session that the host knows is answered with that session, and starts nothing. */
  spawn(request: SpawnRequest): Promise<SessionInfo>;
  list(): Promise<SessionInfo[]>;
  /** One session, or undefined when the host does not know it. */
  get(id: string): Promise<SessionInfo | undefined>;
  /** Output from byte `from` on (as far back as the ring reaches); `seq` is the byte count after the last byte given. */
  output(id: string, from?: number): Promise<{ bytes: Buffer; from: number; seq: number } | undefined>;
  write(id: string, bytes: Buffer | string): Promise<void>;
  resize(id: string, cols: number, rows: number): Promise<void>;
  /** TERM to the group, `graceMs`, then STOP and KILL of all found by tree, session id and token until none is left. Idempotent. */
  kill(id: string, options?: { graceMs?: number }): Promise<{ left: Survivor[] }>;
  /** The run's record holds the exit: the host may forget the session and its files. Idempotent. */
  forget(id: string): Promise<void>;
  /** Host process, build and the highest worker epoch that it has heard. */
  info(): Promise<{ pid: number; startedAt: number; epoch: number; sessions: number }>;
  onEvent(listener: (event: HostEvent) => void): () => void;
  onGone(listener: () => void): () => void;
  close(): void;
}
