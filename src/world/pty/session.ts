/** One session: its terminal while it runs, its output, its end. */
import { Line } from './attach/line.ts';
import type { End } from './binding.ts';
import type { Exits, Start } from './exits.ts';
import { TAIL_BYTES } from './exits.ts';
import type { Exit, HostEvent, HostNews, SessionInfo, Size, Survivor } from './host.ts';
import { HostRefused } from './host.ts';
import { Killing } from './killing.ts';
import { endOfCode } from './launch.ts';
import type { Output, OutputListener } from './output.ts';
import type { Recorder } from './recording/recorder.ts';
import { Screen } from './screen/screen.ts';
import type { Screens } from './screen/screens.ts';
import type { ScreenState } from './screen/state.ts';
import type { Inherited, Origin, SessionState } from './session-state.ts';
import type { Terminal, TerminalListener } from './terminal.ts';
import type { WriteName } from './writer.ts';
import { terminalGone } from './writer.ts';

export type { OutputListener } from './output.ts';

/** What a session needs of its host. `now` is the time in ms since 1970; `warn` takes a line for the host's log. */
export type SessionDeps = {
  readonly exits: Exits;
  readonly now: () => number;
  readonly emit: (type: HostEvent['type'], session: Session) => void;
  /** Tells what is no step of the session's life. */
  readonly tell: (news: HostNews) => void;
  readonly warn: (line: string) => void;
  readonly screens: Screens;
  /** The host's own, which no session may tell. */
  readonly secrets?: readonly string[];
};

/** A session that this host started, was handed, or found on disk. */
export class Session {
  readonly start: Start;
  readonly #deps: SessionDeps;
  readonly #terminal: Terminal | undefined;
  readonly #output: Output;
  #state: SessionInfo['state'];
  #exit: Exit | undefined;
  readonly screen: Screen;
  /** The screen's size as it was last set. */
  size: Size;
  /** None of a session that is not recorded. */
  recorder: Recorder | undefined;
  /** What must be in nothing that is kept or told of it. */
  readonly secrets: readonly string[];
  readonly #ending: Killing;
  #killMs: number | undefined;
  #typedAt: number;
  /** What people type. */
  readonly line = new Line((bytes) => this.#type(bytes));
  /** Named writes that the host before had begun. What is not among them was written. */
  readonly inherited: readonly Inherited[];
  readonly #drained: Promise<void>;
  #tellDrained: () => void = () => undefined;

  /** What its terminal tells. */
  readonly listener: TerminalListener = {
    output: (bytes) => this.#hear(bytes),
    exited: (end) => this.#leaderEnded(end),
    drained: () => this.#end(),
  };

  constructor(origin: Origin, deps: SessionDeps) {
    this.start = origin.start;
    this.#deps = deps;
    this.#output = origin.output;
    this.#terminal = origin.terminal;
    this.#state = origin.state ?? 'running';
    this.#exit = origin.exit;
    this.#typedAt = origin.typedAt ?? 0;
    this.#killMs = origin.killMs;
    this.inherited = origin.inherited ?? [];
    this.secrets = origin.secrets ?? [];
    this.#ending = new Killing(origin.start);
    this.screen = this.#openScreen(origin.screen);
    this.size = origin.size ?? origin.screen;
    this.#drained = new Promise((resolve) => {
      this.#tellDrained = resolve;
    });
    if (this.#state === 'drained') this.#tellDrained();
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
    return this.#output.onOutput(listener);
  }

  info(): SessionInfo {
    const { id, pid, born, startedAt, cwd } = this.start;
    const { ring, lastAt } = this.#output;
    const exit = this.#exit;
    const about = { id, pid, born, startedAt, cwd, state: this.#state, seq: ring.seq, lastOutputAt: lastAt };
    return { ...about, ...(exit && { exit }) };
  }

  /** Output from byte `from` on, as far back as it is held. */
  output(from: number): { bytes: Buffer; from: number; seq: number } {
    return this.#output.ring.read(from);
  }

  /** Resolves when the terminal has it all. Rejects with PTY_BUSY, PTY_STALLED or PTY_GONE. With a name it can be found again after a hand-over. */
  async write(bytes: Buffer, name?: WriteName): Promise<void> {
    if (!this.#terminal) throw terminalGone();
    await this.line.pass(bytes.length, () => this.#type(bytes, name));
  }

  /** Hears at once all that the kernel has of its output. */
  hearNow(): void {
    this.#terminal?.readNow();
  }

  /** Throws PTY_GONE after the end. */
  resize(cols: number, rows: number): void {
    if (!this.#terminal) throw terminalGone();
    this.#terminal.resize(cols, rows);
    this.size = { cols, rows };
    this.screen.resize(cols, rows);
    this.recorder?.resized(cols, rows);
    this.#deps.tell({ type: 'resized', id: this.start.id, cols, rows });
  }

  /** Ends every process of the session, grace in ms. Calls at the same time are one kill, with the shortest of their graces. */
  kill(graceMs?: number): Promise<{ left: Survivor[] }> {
    return this.#ending.kill(graceMs);
  }

  /** The end of a session that has no terminal was found out. */
  found(exit: Exit): void {
    this.#exit = exit;
    this.#end();
  }

  /** Lets go of what a forgotten session holds in memory. */
  dispose(): void {
    this.#deps.screens.drop(this.screen);
  }

  /** Stops reading and writing, for a hand-over; resolves when nothing is being written. */
  async halt(): Promise<void> {
    this.line.halt(new HostRefused('RETRY', 'The host hands its terminals over: ask again.'));
    await this.#terminal?.halt();
  }

  /** The halted session and its terminal's descriptor; undefined of one that has lost its terminal, which the next host finds on disk. */
  handOver(): { state: SessionState; master: number | undefined } | undefined {
    const master = this.#terminal?.master;
    if (master === undefined && this.#state !== 'drained') return undefined;
    const terminal = master === undefined ? undefined : this.#terminal?.state(); // which may bring output
    const { start, screen, size } = this;
    const killMs = this.#ending.leftMs;
    const seen = { output: this.#output.state(), screen: screen.state(), size };
    const known = { start, state: this.#state, typedAt: this.#typedAt, secrets: this.secrets, ...seen };
    const exit = this.#exit;
    return {
      state: { ...known, ...(exit && { exit }), ...(killMs !== undefined && { killMs }), ...(terminal && { terminal }) },
      master,
    };
  }

  /** Goes on after `halt`, or as the next host. */
  go(): void {
    this.screen.goOn();
    this.#terminal?.go();
    this.line.go();
    if (this.#killMs !== undefined) void this.kill(this.#killMs).catch((fault) => this.#deps.warn(`kill: ${fault}`));
    this.#killMs = undefined;
  }

  async #type(bytes: Buffer, name?: WriteName): Promise<void> {
    if (!this.#terminal) throw terminalGone();
    await this.#terminal.write(bytes, name);
    this.recorder?.typed(bytes);
  }

  #openScreen(state: ScreenState): Screen {
    const { screens } = this.#deps;
    return new Screen(state, {
      ring: () => this.#output.ring,
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
    const { ring } = this.#output;
    const { seq } = ring;
    this.screen.makeRoom(bytes.length);
    ring.push(bytes);
    this.#output.lastAt = this.#deps.now();
    this.screen.heard(bytes);
    this.#output.tell(bytes, seq);
  }

  #leaderEnded(end: End): void {
    // the leader is the shell that waits for the agent: its code tells of the agent's end, its own death by a signal is as good as the agent's
    const told = end.code === null ? end : endOfCode(end.code);
    this.#exit = { ...told, at: this.#deps.now() };
    this.#state = 'exited';
    this.#deps.emit('exited', this);
  }

  #end(): void {
    const exit = this.#exit;
    if (!exit) return;
    const { id } = this.start;
    this.screen.makeRoom(0, TAIL_BYTES); // what is not parsed must be in the ring that stays
    const tail = this.#output.shrink(this.secrets);
    try {
      this.#deps.exits.ended(id, { exit, seq: this.#output.ring.seq, lastOutputAt: this.#output.lastAt }, tail);
    } catch (fault) {
      this.#deps.warn(`The exit of ${id} could not be kept on disk: ${fault}`);
    }
    this.#state = 'drained';
    this.#deps.emit('drained', this);
    this.#tellDrained();
  }
}
