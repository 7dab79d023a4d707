/** One session: its terminal while it runs, its output, its end. */
import { bornOf, isAlive } from '#world/processes/scan';
import { Line } from './attach/line.ts';
import type { End } from './binding.ts';
import type { Exits, Kept, Start } from './exits.ts';
import { bootId, TAIL_BYTES } from './exits.ts';
import type { Exit, HostEvent, HostNews, SessionInfo, Size, SpawnRequest, Survivor } from './host.ts';
import { Killing } from './killing.ts';
import { endOfCode, launch } from './launch.ts';
import type { Recorder } from './recording/recorder.ts';
import { Ring } from './ring.ts';
import { Screen } from './screen/screen.ts';
import type { Screens } from './screen/screens.ts';
import { Terminal } from './terminal.ts';
import { terminalGone } from './writer.ts';

/** What a session needs of its host. `now` is the time in ms since 1970; `warn` takes a line for the host's log. */
export type SessionDeps = {
  readonly exits: Exits;
  readonly now: () => number;
  readonly emit: (type: HostEvent['type'], session: Session) => void;
  /** Tells what is no step of the session's life. */
  readonly tell: (news: HostNews) => void;
  readonly warn: (line: string) => void;
  readonly screens: Screens;
};

/** Bytes of output held in memory while a session runs; of an ended one, what is on disk. */
const RING_BYTES = 256 << 10;
/** How often the end of a leader is looked for whose terminal was lost with an earlier host, in ms. The hang-up ends it at once, as a rule. */
const LOST_POLL_MS = 50;
const SIGHUP = 1;

/** Told of bytes as they come, and of the number of the first. */
export type OutputListener = (bytes: Buffer, seq: number) => void;

/** A session that this host started, or that an earlier one left. */
export class Session {
  readonly start: Start;
  readonly #deps: SessionDeps;
  readonly #terminal: Terminal | undefined;
  #ring: Ring;
  #state: SessionInfo['state'] = 'running';
  #lastOutputAt: number;
  #exit: Exit | undefined;
  /** None of a session that an earlier host left: its beginning is not known. */
  readonly screen: Screen | undefined;
  /** None of a session that is not recorded. */
  recorder: Recorder | undefined;
  readonly #ending: Killing;
  readonly #listeners = new Set<OutputListener>();
  /** What people type. */
  readonly line = new Line((bytes) => this.#put(bytes));
  /** The screen's size as it was last set. */
  size: Size;
  #typedAt = 0;
  readonly #drained: Promise<void>;
  #tellDrained: () => void = () => undefined;

  private constructor(start: Start, deps: SessionDeps, terminal: Terminal | undefined, ring: Ring, size?: Size) {
    this.start = start;
    this.#deps = deps;
    this.#terminal = terminal;
    this.#ring = ring;
    this.#lastOutputAt = start.startedAt;
    this.#ending = new Killing(start);
    this.size = { cols: start.cols, rows: start.rows };
    this.screen = size && this.#openScreen(size);
    this.#drained = new Promise((resolve) => {
      this.#tellDrained = resolve;
    });
  }

  /** Forks the session's process; blocks for 1 to 10 ms. Throws CWD_MISSING, BINARY_MISSING, or what the system says when it gives no terminal. */
  static fork(request: SpawnRequest, token: string, deps: SessionDeps): Session {
    const what = launch(request, deps.exits.codeFile(request.id));
    deps.exits.prepare(request.id);
    const terminal = new Terminal(what, {
      // the terminal tells nothing before this turn is over
      output: (bytes) => session.#hear(bytes),
      exited: (end) => session.#leaderEnded(end),
      drained: () => session.#end(),
    });
    const { pid } = terminal;
    const start = {
      id: request.id,
      pid,
      born: bornOf(pid) ?? '',
      boot: bootId(),
      startedAt: deps.now(),
      cwd: request.cwd,
      token,
      cols: what.cols,
      rows: what.rows,
    };
    const session: Session = new Session(start, deps, terminal, new Ring(RING_BYTES), what);
    try {
      deps.exits.started(start);
    } catch (fault) {
      deps.warn(`The start of ${start.id} could not be kept on disk: ${fault}`);
    }
    return session;
  }

  /** Takes over what an earlier host left of a session. It is drained, or will be as soon as its leader has ended. */
  static restore(kept: Kept, deps: SessionDeps): Session {
    const { start, ending, tail } = kept;
    const ring = new Ring(TAIL_BYTES, (ending?.seq ?? tail.length) - tail.length);
    ring.push(tail);
    const session = new Session(start, deps, undefined, ring);
    session.#exit = kept.exit;
    session.#lastOutputAt = ending?.lastOutputAt ?? start.startedAt;
    if (ending) {
      session.#state = 'drained';
      session.#tellDrained();
    } else session.#awaitLost();
    return session;
  }

  get state(): SessionInfo['state'] {
    return this.#state;
  }

  /** Resolves when the session has ended and all of its output was seen. */
  get drained(): Promise<void> {
    return this.#drained;
  }

  /** When a person last typed into it, ms since 1970; 0 if nobody did. */
  get typedAt(): number {
    return this.#typedAt;
  }

  /** A person types: what is written from now on mingles with a draft of theirs. */
  typed(): void {
    this.#typedAt = this.#deps.now();
  }

  /** Calls back at each chunk of output, after the screen and the ring have it, until the returned function is called. */
  onOutput(listener: OutputListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  info(): SessionInfo {
    const { id, pid, born, startedAt, cwd } = this.start;
    const exit = this.#exit;
    const [state, seq, lastOutputAt] = [this.#state, this.#ring.seq, this.#lastOutputAt];
    return { id, pid, born, startedAt, cwd, state, seq, lastOutputAt, ...(exit && { exit }) };
  }

  /** Output from byte `from` on, as far back as it is held. */
  output(from: number): { bytes: Buffer; from: number; seq: number } {
    return this.#ring.read(from);
  }

  /** Resolves when the terminal has it all. Rejects with PTY_BUSY, PTY_STALLED or PTY_GONE. */
  async write(bytes: Buffer): Promise<void> {
    await this.line.pass(bytes.length, () => this.#put(bytes));
  }

  async #put(bytes: Buffer): Promise<void> {
    if (!this.#terminal) throw terminalGone();
    await this.#terminal.write(bytes);
    this.recorder?.typed(bytes);
  }

  /** Throws PTY_GONE after the end. */
  resize(cols: number, rows: number): void {
    if (!this.#terminal) throw terminalGone();
    this.#terminal.resize(cols, rows);
    this.screen?.resize(cols, rows);
    this.size = { cols, rows };
    this.#deps.tell({ type: 'resized', id: this.start.id, cols, rows });
    this.recorder?.resized(cols, rows);
  }

  /** Ends every process of the session, grace in ms. Calls at the same time are one kill, with the shortest of their graces. */
  kill(graceMs?: number): Promise<{ left: Survivor[] }> {
    return this.#ending.kill(graceMs);
  }

  /** Lets go of what a forgotten session holds in memory. */
  dispose(): void {
    if (this.screen) this.#deps.screens.drop(this.screen);
  }

  #openScreen({ cols, rows }: Size): Screen {
    const { screens } = this.#deps;
    return new Screen(cols, rows, {
      ring: () => this.#ring,
      // a program that has ended needs no answer
      reply: (text) => void this.#terminal?.write(Buffer.from(text)).catch(() => undefined),
      hold: (isFull) => (isFull ? this.#terminal?.pause() : this.#terminal?.resume()),
      wants: (screen) => screens.wants(screen),
      title: (title) => this.#deps.tell({ type: 'title', id: this.start.id, title }),
      bell: () => this.#deps.tell({ type: 'bell', id: this.start.id }),
      now: screens.deps.now,
      after: screens.deps.after,
    });
  }

  #hear(bytes: Buffer): void {
    const { seq } = this.#ring;
    this.screen?.makeRoom(bytes.length);
    this.#ring.push(bytes);
    this.#lastOutputAt = this.#deps.now();
    this.screen?.heard(bytes);
    for (const listener of this.#listeners) listener(bytes, seq);
  }

  #leaderEnded(end: End): void {
    // the leader is the shell that waits for the agent: its code tells of the agent's end, its own death by a signal is as good as the agent's
    const told = end.code === null ? end : endOfCode(end.code);
    this.#exit = { ...told, at: this.#deps.now() };
    this.#state = 'exited';
    this.#deps.emit('exited', this);
  }

  #awaitLost(): void {
    const { pid, born, boot, id } = this.start;
    if (boot === bootId() && isAlive(pid, born)) {
      setTimeout(() => this.#awaitLost(), LOST_POLL_MS).unref();
      return;
    }
    this.#exit = this.#deps.exits.readCode(id) ?? { code: null, signal: SIGHUP, at: this.#deps.now() };
    this.#end();
  }

  #end(): void {
    const exit = this.#exit;
    if (!exit) return;
    const { id } = this.start;
    this.screen?.makeRoom(0, TAIL_BYTES); // what is not parsed must be in the ring that stays
    const tail = this.#ring.tail(TAIL_BYTES);
    try {
      this.#deps.exits.ended(id, { exit, seq: this.#ring.seq, lastOutputAt: this.#lastOutputAt }, tail);
    } catch (fault) {
      this.#deps.warn(`The exit of ${id} could not be kept on disk: ${fault}`);
    }
    const ring = new Ring(TAIL_BYTES, this.#ring.seq - tail.length);
    ring.push(tail);
    this.#ring = ring;
    this.#state = 'drained';
    this.#deps.emit('drained', this);
    this.#tellDrained();
  }
}
