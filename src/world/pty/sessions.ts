/** The host's sessions by id. */
import { setImmediate as turn } from 'node:timers/promises';
import { EventRing } from './attach/event-ring.ts';
import { typing } from './attach/part.ts';
import type { Exits } from './exits.ts';
import type { HostEvent, SessionInfo, SpawnRequest, Survivor } from './host.ts';
import { HostRefused } from './host.ts';
import { adoptSession, forkSession, restoreSession } from './origins.ts';
import { Parts } from './parts.ts';
import { recordings } from './recording/part.ts';
import { record } from './recording/record.ts';
import { Screens, systemTurns } from './screen/screens.ts';
import type { Session, SessionDeps } from './session.ts';
import type { SessionState } from './session-state.ts';
import { Sizes } from './sizes.ts';

/** Sessions known at a time, ended ones that nobody forgot included: each holds memory and files. */
const SESSION_LIMIT = 2_000;
/** Sessions told of in one page of the list: a page must fit a frame, and a path may have 4096 bytes. */
const PAGE = 150;
/** Survivors named by `stop`: the answer must fit a frame as well. */
const NAMED = 1_000;
/** How long a host that ends waits for the last output of killed sessions, ms. */
const LAST_OUTPUT_MS = 2_000;

/** What the host before hands over; `masters` are the terminals of those sessions that have one, in their order. */
export type HandedSessions = { readonly sessions: readonly SessionState[]; readonly masters: readonly number[] };

/** What the table needs. `now` is the time in ms since 1970; `warn` takes a line for the log; `secrets` of the host must be in nothing that is kept of a session. */
export type SessionsDeps = {
  readonly exits: Exits;
  readonly now: () => number;
  readonly warn: (line: string) => void;
  readonly secrets?: readonly string[];
};

/** The table. A session stays in it from `spawn` to `forget`. */
export class Sessions {
  readonly #deps: SessionDeps & SessionsDeps;
  readonly #table = new Map<string, Session>();
  readonly #starting = new Map<string, Promise<SessionInfo>>();
  readonly #listeners = new Set<(event: HostEvent) => void>();
  #line: Promise<unknown> = Promise.resolve();
  #stopping = false;
  /** Features with a state of their own: each adds itself when the host is put together. */
  readonly parts: Parts;
  /** All that has happened, for those who want to know what they missed. */
  readonly events = new EventRing();
  readonly #sizes = new Sizes();

  /** Begins with what the host before hands over, halted until `go`, and with what lost hosts left on disk. */
  constructor(deps: SessionsDeps, handed: HandedSessions = { sessions: [], masters: [] }) {
    this.parts = new Parts(deps.warn);
    this.#deps = {
      ...deps,
      screens: new Screens(systemTurns(deps.now)),
      emit: (type, session) => this.#emit({ type, session: session.info() }),
      tell: (news) => {
        if (news.type === 'resized') this.#sizes.resized(news.id, news);
        this.events.tell(news);
      },
    };
    this.parts.add(recordings(this, { ...this.#deps, after: this.#deps.screens.deps.after }));
    const masters = [...handed.masters];
    this.parts.add(this.events.part);
    this.parts.add(typing(this));
    this.parts.add(this.#sizes.part);
    for (const state of handed.sessions) this.#know(adoptSession(state, state.terminal && masters.shift(), this.#deps));
    const lost = deps.exits.load((id) => this.#table.has(id));
    for (const kept of lost) this.#know(restoreSession(kept, this.#deps));
  }

  get size(): number {
    return this.#table.size;
  }

  /** Sessions whose leader lives. */
  get running(): number {
    return [...this.#table.values()].filter((session) => session.state === 'running').length;
  }

  get isStopping(): boolean {
    return this.#stopping;
  }

  /** All sessions. */
  all(): IterableIterator<Session> {
    return this.#table.values();
  }

  /** Stops all terminals; resolves when no fork waits and nothing is being written. No request may come meanwhile. */
  async halt(): Promise<void> {
    await this.#line;
    await this.parts.halt();
    await Promise.all([...this.#table.values()].map((session) => session.halt()));
  }

  /** The halted sessions, and their terminals. */
  handOver(): Array<NonNullable<ReturnType<Session['handOver']>>> {
    return [...this.#table.values()].flatMap((session) => session.handOver() ?? []);
  }

  /** Goes on after `halt`, or as the next host. */
  go(): void {
    for (const session of this.#table.values()) session.go();
    this.parts.go();
  }

  /** Calls back at each event, until the returned function is called. */
  onEvent(listener: (event: HostEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Starts a session, or answers with the one that has this id: a second process is never started for it. One fork per turn of the event loop; at its
   * turn, `mayStart` throws if the caller has lost the right to it meanwhile. Rejects with CWD_MISSING, BINARY_MISSING, FORK_FAILED, HOST_FULL, HOST_STOPPING.
   */
  spawn(request: SpawnRequest, mayStart: () => void): Promise<SessionInfo> {
    const known = this.#table.get(request.id);
    if (known) return Promise.resolve(known.info());
    const starting = this.#starting.get(request.id);
    if (starting) return starting;
    const begun = this.#line.then(async () => {
      await turn();
      mayStart();
      return this.#fork(request);
    });
    this.#line = begun.catch(() => undefined);
    this.#starting.set(request.id, begun);
    const over = () => this.#starting.delete(request.id);
    begun.then(over, over);
    return begun;
  }

  /** One page of sessions in the order of their ids, from the first after `after`; `more` tells whether another follows. */
  list(after = ''): { sessions: SessionInfo[]; more: boolean } {
    const ids = [...this.#table.keys()].filter((id) => id > after).sort();
    return { sessions: ids.slice(0, PAGE).flatMap((id) => this.get(id) ?? []), more: ids.length > PAGE };
  }

  get(id: string): SessionInfo | undefined {
    return this.#table.get(id)?.info();
  }

  /** The session itself, or undefined. */
  find(id: string): Session | undefined {
    return this.#table.get(id);
  }

  /** The session itself. Throws SESSION_UNKNOWN. */
  known(id: string): Session {
    const session = this.#table.get(id);
    if (!session) throw new HostRefused('SESSION_UNKNOWN', `The host knows no session ${id}.`);
    return session;
  }

  output(id: string, from: number): { bytes: Buffer; from: number; seq: number } | undefined {
    return this.#table.get(id)?.output(from);
  }

  /** Forgets a drained session and its files. Idempotent; throws SESSION_RUNS before it is drained. */
  forget(id: string): void {
    const session = this.#table.get(id);
    if (!session) return;
    if (session.state !== 'drained') throw new HostRefused('SESSION_RUNS', `Session ${id} has not ended: kill it first.`);
    this.#deps.exits.forget(id);
    this.#table.delete(id);
    session.dispose();
    this.#emit({ type: 'forgotten', session: session.info() });
  }

  /** Kills all sessions, starts no more, and resolves when their last output was seen. Ended ones are swept as well. */
  async stop(graceMs?: number): Promise<{ left: Survivor[] }> {
    this.#stopping = true;
    await this.#line;
    const all = [...this.#table.values()];
    const kills = await Promise.all(all.map((session) => session.kill(graceMs)));
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, LAST_OUTPUT_MS);
    });
    await Promise.race([Promise.all(all.map((session) => session.drained)), deadline]);
    await Promise.race([this.recorded(), deadline]);
    clearTimeout(timer);
    return { left: kills.flatMap((kill) => kill.left).slice(0, NAMED) };
  }

  /** Resolves when the recordings of ended sessions are written. */
  async recorded(): Promise<void> {
    await Promise.all([...this.#table.values()].map((session) => session.state === 'drained' && session.recorder?.end()));
  }

  #fork(request: SpawnRequest): SessionInfo {
    if (this.#stopping) throw new HostRefused('HOST_STOPPING', 'The host is ending and starts no more sessions.');
    if (this.#table.size >= SESSION_LIMIT)
      throw new HostRefused('HOST_FULL', `The host knows ${SESSION_LIMIT} sessions, ended ones included: forget some first.`);
    const token = request.env['GT_SESSION'];
    if (!token)
      throw new HostRefused('BAD_REQUEST', 'A session needs GT_SESSION in its environment: its processes are found by it.');
    try {
      const session = forkSession({ ...this.#sizes.of(request.id), ...request }, token, this.#deps);
      record(session, request, { ...this.#deps, after: this.#deps.screens.deps.after });
      this.#know(session);
      this.#emit({ type: 'spawned', session: session.info() });
      return session.info();
    } catch (fault) {
      if (fault instanceof HostRefused) throw fault;
      this.#deps.exits.forget(request.id);
      throw new HostRefused(
        'FORK_FAILED',
        `The system gave no terminal for ${request.id}: ${fault instanceof Error ? fault.message : fault}.`,
      );
    }
  }

  #know(session: Session): void {
    const { id } = session.start;
    this.#table.set(id, session);
    session.onOutput((bytes, seq) => this.events.printed(id, seq + bytes.length));
  }

  #emit(event: HostEvent): void {
    this.events.tell(event);
    for (const listener of this.#listeners) listener(event);
  }
}
