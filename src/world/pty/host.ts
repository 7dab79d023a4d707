/** What the rest of gt knows of the PTY host: the terminal sessions of agents, apart from every other process. Times are ms since 1970. */

import type { Survivor } from '#world/processes/kill';
import type { Dialoguing } from '#world/pty/dialog/asked';
import type { Nudging } from '#world/pty/nudge/asked';

/**
 * How a session ended: exactly one of the two is a number. A code of 128 + n with a signal n is told as that signal, by the shell's convention; a session
 * that was lost with its host, and left no code, as signal 1 (hang-up), at the time when the next host found that out.
 */
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

/** Where a session is recorded: an absolute path of a directory of its own. `input` records what is typed as well; `maxBytes` is 128 MB unless said. */
export type RecordRequest = { readonly dir: string; readonly input?: boolean; readonly maxBytes?: number };

/** A session's recording: whether it goes on, with what is typed, and the number of the part that was begun last. */
export type RecordingState = { readonly on: boolean; readonly input: boolean; readonly part: number };

/**
 * What a session is started with. `env` is the whole environment; its GT_SESSION is the token by which the session's processes are found. Without `cols` and
 * `rows` its screen has the size that the one of an earlier session of the same holder was given last, else 120x40.
 */
export type SpawnRequest = {
  readonly id: string;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cols?: number;
  readonly rows?: number;
  readonly record?: RecordRequest;
};

export type HostEvent = { readonly type: 'spawned' | 'exited' | 'drained' | 'forgotten'; readonly session: SessionInfo };

/**
 * What `events` tells beyond that. Title and bell are those of a live screen: of one asleep they are told when it wakes. `output` tells how far a session has
 * printed, once a second at most, and only the last of a session is kept. `nudge` tells that a nudge has got into another state.
 */
export type HostNews =
  | HostEvent
  | { readonly type: 'title'; readonly id: string; readonly title: string }
  | { readonly type: 'bell'; readonly id: string }
  | { readonly type: 'resized'; readonly id: string; readonly cols: number; readonly rows: number }
  | { readonly type: 'output'; readonly id: string; readonly seq: number }
  | { readonly type: 'nudge'; readonly id: string; readonly nudge: string; readonly state: string };
/** An event and its number. Numbers rise, but some may be missing: those of an `output` that a later one made worthless. */
export type NumberedNews = { readonly n: number; readonly news: HostNews };

export type { Survivor };

/** The host process; `epoch` is the highest of a worker that it has heard, 0 before the first. */
export type HostInfo = {
  readonly pid: number;
  readonly startedAt: number;
  readonly build: string;
  readonly epoch: number;
  readonly sessions: number;
};

/** What a session's screen shows: `text` is its last rows, joined by newlines; the cursor counts from 0, its `y` within `text`. `seq` as in the output. */
export type ScreenShown = {
  readonly text: string;
  readonly seq: number;
  readonly cols: number;
  readonly rows: number;
  readonly cursor: { readonly x: number; readonly y: number; readonly hidden: boolean };
  readonly title: string;
  readonly alternate: boolean;
};

/** What the host answers when it will not do it; nothing has changed. `connect` may meet it as well. */
export type HostRefusal =
  /** The connection: a wrong token, no protocol in common, an unsafe directory or file, a host that runs already; a host that is too old for a request. */
  | 'TOKEN_WRONG'
  | 'PROTOCOL_UNKNOWN'
  | 'UNSAFE_PATH'
  | 'HOST_RUNS'
  | 'FEATURE_MISSING'
  /** The caller: an older worker than one that was heard; none at all where a worker is needed; a request that is malformed. */
  | 'STALE_EPOCH'
  | 'EPOCH_MISSING'
  | 'BAD_REQUEST'
  /** The start of a session: its directory or program is not there, the system gave no terminal, no more fit, or the host is ending. */
  | 'CWD_MISSING'
  | 'BINARY_MISSING'
  | 'FORK_FAILED'
  | 'HOST_FULL'
  | 'HOST_STOPPING'
  /** The hand-over to a successor: it is under way, ask again when it is over (a client does so by itself); it came to nothing. */
  | 'RETRY'
  | 'HAND_OVER_FAILED'
  /** A session: not known, still running (forget), ended (write, resize), 8 MB of input wait, or no byte of it was taken for 30 s. */
  | 'SESSION_UNKNOWN'
  | 'SESSION_RUNS'
  | 'PTY_GONE'
  | 'PTY_BUSY'
  | 'PTY_STALLED'
  /** A nudge: too many wait for the session. */
  | 'NUDGES_FULL'
  /** A fault of the host itself. */
  | 'HOST_FAULT';

/** A size of a screen, in characters. */
export type Size = { readonly cols: number; readonly rows: number };

/** What bytes of a person's terminal are. `report`: the terminal's own answer to a question of the program. `interrupt`: Ctrl+C, which overtakes what waits. */
export type Typed = 'keys' | 'report' | 'interrupt';

/** How an attachment ended. `gone`: the host does not know the session any more, or does not answer; how the session ended is not known here. */
export type AttachEnd = { readonly exit: Exit } | { readonly gone: string };

/** What an attachment tells, in the order of the session's output. `on…` that is left out is not of interest. */
export type AttachListener = {
  /** What paints the session's screen on a fresh terminal of this size; output goes on from there. Comes first, and whenever output was skipped. */
  readonly onPaint: (bytes: Buffer, size: Size) => void;
  readonly onOutput: (bytes: Buffer) => void;
  /** The session's screen has got another size; `onPaint` follows. */
  readonly onResize?: (size: Size) => void;
  /** The connection is lost, and is being made again; or it is there again, and nothing was missed. */
  readonly onAway?: (isAway: boolean) => void;
  /** Less than what is too much waits to be taken of what was typed: see `keys`. */
  readonly onEased?: () => void;
  /** Last of all. */
  readonly onEnd: (end: AttachEnd) => void;
};

/** A session's terminal, as one who looks at it or types into it has it. It makes its connection again by itself whenever that is lost. */
export interface Attachment {
  /** Bytes of output since the session's start that were given to the listener, or are painted. */
  readonly seq: number;
  /** The size of the session's screen; of the listener's own, only when that one typed last. */
  readonly size: Size;
  /** Types: each byte gets there once, over reconnections too. False when so much waits that no more should come until `onEased`. */
  keys(bytes: Buffer, kind?: Typed): boolean;
  /** The listener's own terminal has this size. */
  resize(size: Size): void;
  /** Asks for `onPaint`. */
  repaint(): void;
  /** Stops reading, as somebody does whose terminal is slow; and goes on. */
  pause(): void;
  resume(): void;
  /** Detaches; nothing is told any more. */
  close(): void;
}

/** The host refused; the message is a sentence for people. */
export class HostRefused extends Error {
  override readonly name = 'HostRefused';
  readonly code: HostRefusal;
  constructor(code: HostRefusal, message: string) {
    super(message);
    this.code = code;
  }
}

/** The connection to the host is lost, or could not be made: whether the request was heard is not known. */
export class HostGone extends Error {
  override readonly name = 'HostGone';
}

/**
 * The host, seen from a client. Every call rejects with HostGone when the connection is lost (`onGone` tells of it at once), and with HostRefused.
 * A hand-over of the host is no such loss: what was asked meanwhile is answered by the successor.
 * `spawn` and `forget` need a worker's epoch; what changes something is refused from a worker older than the newest one heard.
 */
export interface Host extends Nudging, Dialoguing {
  /** Starts a session; the id of a session that the host knows is answered with that session, and starts nothing. */
  spawn(request: SpawnRequest): Promise<SessionInfo>;
  list(): Promise<SessionInfo[]>;
  /** One session, or undefined when the host does not know it. */
  get(id: string): Promise<SessionInfo | undefined>;
  /** Output from byte `from` on (as far back as the ring reaches); `seq` is the byte count after the last byte given. */
  output(id: string, from?: number): Promise<{ bytes: Buffer; from: number; seq: number } | undefined>;
  /** The build of gt that the host is, as it was told when it was started. */
  readonly build: string;
  /**
   * What the host can do beyond the protocol's first form: `screen` is needed for `peek` and `snapshot`, `record` for `record`, `nudge` for nudges, `attach` for
   * `attach` and `history`, `events` for `events`, `dialog` for dialogs, `hand-over` for `handOver`. Without it they reject with FEATURE_MISSING, and the host is not asked.
   */
  readonly features: ReadonlySet<string>;
  /**
   * The last `lines` rows of the screen, with `colour` as SGR. Undefined when the host does not know the session; of one
   * whose host was lost it is what its last output painted.
   */
  peek(id: string, options: { lines: number; colour?: boolean }): Promise<ScreenShown | undefined>;
  /** Bytes that make a fresh terminal of the same size equal to the session's screen, which goes on with output byte `seq`. Undefined as in `peek`. */
  snapshot(id: string): Promise<{ seq: number; bytes: Buffer } | undefined>;
  /** Turns a session's recording, or that of what is typed, on or off; without either it only tells. Undefined for a session that was started without one. */
  record(id: string, change?: { on?: boolean; input?: boolean }): Promise<RecordingState | undefined>;
  /** Resolves when the terminal has taken all of it; writes come out whole and in the order of the calls. */
  write(id: string, bytes: Buffer | string): Promise<void>;
  resize(id: string, cols: number, rows: number): Promise<void>;
  /**
   * TERM to the group and to others found, `graceMs` (10 s unless said), then STOP and KILL of all found by tree, session id and token until none is
   * left. Idempotent; works on an ended session too, whose stragglers it ends; a second call with a shorter grace hurries the first.
   */
  kill(id: string, options?: { graceMs?: number }): Promise<{ left: Survivor[] }>;
  /** The run's record holds the exit: the host may forget the (drained) session and its files. Idempotent. */
  forget(id: string): Promise<void>;
  info(): Promise<HostInfo>;
  /**
   * Hands all terminals over to a successor, which is started with this command line (its first word an absolute path; `--take-over FILE` is added) and gives
   * this answer. Agents do not notice. Rejects with HAND_OVER_FAILED when it is not ready within `waitMs` (10 s): then nothing has happened.
   */
  handOver(program: readonly string[], options?: { waitMs?: number }): Promise<HostInfo>;
  /** Kills every session as `kill` does, answers with what is left of all, and ends the host. Exits that were not forgotten stay on disk. */
  stop(options?: { graceMs?: number }): Promise<{ left: Survivor[] }>;
  /** Events from now on. A lost connection loses events: connect again and `list`. */
  onEvent(listener: (event: HostEvent) => void): () => void;
  /** The host was replaced by a successor: requests go on by themselves, but events may have been missed. `list`. */
  onMoved(listener: () => void): () => void;
  /** All that happens, from after event `from` on (0: from the first one kept; -1: from now on). `onGap`: some are no longer kept: `list` tells what is. */
  events(from: number, listener: { onNews: (event: NumberedNews) => void; onGap: (n: number) => void }): () => void;
  /**
   * Attaches to a session by a connection of its own: `type` to type as well as look, `size` is that of the own terminal. Rejects with SESSION_UNKNOWN,
   * STALE_EPOCH, or what `connectHost` rejects with. Needs the feature `attach`.
   */
  attach(id: string, options: { type: boolean; size?: Size; from?: number }, listener: AttachListener): Promise<Attachment>;
  /** The last rows that are scrolled away above the screen, with colours as SGR; undefined as in `peek`. */
  history(id: string, lines: number): Promise<string | undefined>;
  onGone(listener: () => void): () => void;
  close(): void;
}
