/** All nudges of a host, by their ids: asked for once or many times, each is typed once. */
import { needsFile, sanitise } from '#core/nudge-text';
import { classify } from '#core/screen-state';
import { HostRefused } from '#world/pty/host';
import type { Looked, NudgeListed, NudgeResult, Outcome, Step } from './asked.ts';
import type { Seat, Times } from './eyes.ts';
import { Journal } from './journal.ts';
import { Line } from './line.ts';
import type { NudgeOrder, NudgeState } from './nudge.ts';
import { Nudge } from './nudge.ts';
import { Programs, readSigns } from './program.ts';

/** Nudges of one session that wait, and ended ones that are remembered in all. */
const WAITING_LIMIT = 200;
const KEPT_LIMIT = 20_000;

/** What the table needs. `seat` throws SESSION_UNKNOWN, and PTY_GONE for a session that has ended. */
export type NudgesDeps = {
  readonly seat: (session: string) => Seat;
  readonly isKnown: (session: string) => boolean;
  readonly times: Times;
  readonly dir: string;
  /** Told of each nudge that was typed, sent, or has ended: its step, or its outcome. */
  readonly tell: (session: string, nudge: string, state: Step | Outcome) => void;
  readonly warn: (line: string) => void;
};

/** What may be asked for once more. */
const REPEATED: readonly string[] = ['not-sent', 'draft-left'];

/** The table. */
export class Nudges {
  readonly #deps: NudgesDeps;
  readonly #journal: Journal;
  readonly #programs = new Programs();
  readonly #lines = new Map<string, Line>();
  readonly #known = new Map<string, Nudge>();
  /** How nudges of sessions of earlier hosts ended. */
  readonly #earlier = new Map<string, NudgeResult>();
  readonly #read = new Set<string>();
  #isStopped = false;

  constructor(deps: NudgesDeps) {
    this.#deps = deps;
    this.#journal = new Journal(deps.dir, deps.isKnown);
  }

  /**
   * Sends a nudge, or answers for the one of this id: how it ended, or will end. One that ended as `not-sent` or `draft-left` is tried again. Rejects with
   * BAD_REQUEST, SESSION_UNKNOWN, PTY_GONE, NUDGES_FULL.
   */
  async nudge(asked: NudgeOrder): Promise<NudgeResult> {
    const known = this.#known.get(asked.nudge);
    if (known) return this.#repeat(known, asked);
    const earlier = this.#before(asked);
    if (earlier) return earlier;
    const order = { ...asked, text: sanitise(asked.text) };
    if (order.text === '') throw new HostRefused('BAD_REQUEST', 'A nudge needs a text.');
    const nudge = new Nudge(order, this.#programs.read(order.data), this.#deps.times.now());
    const line = this.#line(order.session);
    if (line.nudges.length >= WAITING_LIMIT)
      throw new HostRefused('NUDGES_FULL', `${WAITING_LIMIT} nudges wait for ${order.session} already.`);
    if (needsFile(order.text, true)) nudge.shorten(this.#byFile(nudge)); // so that what waits is small
    this.#keep(nudge);
    if (order.key !== undefined)
      for (const other of line.nudges)
        if (other.order.key === order.key && other.step === 'waiting')
          this.#end(other, { outcome: 'superseded', why: `by ${order.nudge}` });
    line.add(nudge);
    return nudge.done;
  }

  /** Takes one back that was not begun. */
  withdraw(id: string): { withdrawn: boolean; outcome?: Outcome } {
    const nudge = this.#known.get(id);
    if (!nudge) return { withdrawn: false };
    if (nudge.result) return { withdrawn: nudge.result.outcome === 'withdrawn', outcome: nudge.result.outcome };
    if (nudge.step !== 'waiting') return { withdrawn: false };
    this.#end(nudge, { outcome: 'withdrawn' });
    return { withdrawn: true, outcome: 'withdrawn' };
  }

  /** The program itself has told that it has the text, which is worth more than its screen. */
  ack(id: string): { acked: boolean } {
    const nudge = this.#known.get(id);
    if (!nudge) return { acked: false };
    if (nudge.result?.outcome !== 'taken') this.#end(nudge, { outcome: 'taken', why: 'the program told it' });
    return { acked: true };
  }

  /** Those under way, and those that ended undelivered; the newest 500 at most, oldest first. */
  list(session?: string): NudgeListed[] {
    const shown = [...this.#known.values()].filter(
      ({ order, result }) => (session === undefined || order.session === session) && !isOver(result),
    );
    return shown.slice(-500).map(({ order, step, since, why, result }) => ({
      nudge: order.nudge,
      id: order.session,
      mode: order.mode,
      step: result?.outcome ?? step,
      since,
      why: (result?.why ?? why).slice(0, 300),
    }));
  }

  /** What a session's screen says now. Rejects with SESSION_UNKNOWN, PTY_GONE, BAD_REQUEST. */
  async look(session: string, screen: unknown): Promise<Looked> {
    const signs = readSigns(screen);
    const seat = this.#deps.seat(session);
    const view = await seat.view();
    const rows = view.rows.map((row) => row.text).join('\n');
    return { ...classify(view, signs), title: view.title, screen: rows, typedAt: seat.typedAt() };
  }

  /** Forgets all of a session. */
  forget(session: string): void {
    this.#lines.get(session)?.close();
    this.#lines.delete(session);
    for (const [id, { order }] of this.#known) if (order.session === session) this.#known.delete(id);
    this.#read.delete(session);
    this.#journal.forget(session);
  }

  /** Does nothing more: from now on `state` is what another process may go on with. */
  freeze(): void {
    this.#isStopped = true;
    for (const line of this.#lines.values()) line.stop();
  }

  /** Goes on after `freeze`, when no other process did. */
  thaw(): void {
    this.#isStopped = false;
    for (const line of this.#lines.values()) line.start();
  }

  /** All nudges as plain data. */
  state(): NudgeState[] {
    return [...this.#known.values()].map((nudge) => nudge.state());
  }

  /** Goes on with what another process has left; of sessions that are not there any more nothing is taken. */
  resume(states: readonly NudgeState[]): void {
    for (const state of states) {
      if (!this.#deps.isKnown(state.session)) continue;
      const nudge = Nudge.restore(state, this.#programs.read(state.data));
      this.#keep(nudge);
      if (nudge.result) continue;
      try {
        this.#line(state.session).add(nudge);
      } catch {
        this.#end(nudge, { outcome: nudge.step === 'entered' ? 'unknown' : 'not-sent', why: 'the session has ended' });
      }
    }
  }

  #repeat(known: Nudge, asked: NudgeOrder): Promise<NudgeResult> {
    if (known.order.session !== asked.session)
      throw new HostRefused('BAD_REQUEST', `Nudge ${asked.nudge} is one of ${known.order.session}.`);
    if (!known.result || !REPEATED.includes(known.result.outcome)) return known.done;
    let line: Line;
    try {
      line = this.#line(asked.session);
    } catch {
      return known.done; // there is no session any more to try it in
    }
    known.again();
    line.add(known);
    return known.done;
  }

  /** What an earlier host did with it, for whom the session ended. */
  #before({ session, nudge }: NudgeOrder): NudgeResult | undefined {
    if (!this.#read.has(session) && this.#deps.isKnown(session)) {
      this.#read.add(session);
      for (const [id, { step, result }] of this.#lines.has(session) ? [] : this.#journal.load(session)) {
        const lost = step === 'entered' ? 'unknown' : 'not-sent';
        this.#earlier.set(id, result ?? { outcome: lost, why: 'its session was lost with the host' });
      }
      this.#bound(this.#earlier);
    }
    return this.#earlier.get(nudge);
  }

  #line(session: string): Line {
    const { seat, times, warn } = this.#deps;
    const open = this.#lines.get(session);
    const found = seat(session);
    if (open) return open;
    const line = new Line({
      seat: found,
      times,
      warn,
      note: (nudge) => {
        this.#journal.note(nudge);
        this.#deps.tell(nudge.order.session, nudge.order.nudge, nudge.step);
      },
      byFile: (nudge) => this.#byFile(nudge),
      settle: (nudge, result) => this.#end(nudge, result),
    });
    if (this.#isStopped) line.stop();
    this.#lines.set(session, line);
    return line;
  }

  #byFile(nudge: Nudge): string {
    return `A message for you is too long to be typed here. Read it in this file: ${this.#journal.keepText(nudge)}`;
  }

  #end(nudge: Nudge, result: NudgeResult): void {
    const { session } = nudge.order;
    nudge.settle(result);
    this.#deps.tell(session, nudge.order.nudge, result.outcome);
    this.#lines.get(session)?.remove(nudge);
    if (!REPEATED.includes(result.outcome)) nudge.shorten('');
    if (nudge.step === 'waiting' && !['not-sent', 'taken'].includes(result.outcome)) return;
    try {
      if (this.#deps.isKnown(session)) this.#journal.note(nudge);
    } catch (fault) {
      this.#deps.warn(`The end of nudge ${nudge.order.nudge} could not be kept on disk: ${fault}`);
    }
  }

  #keep(nudge: Nudge): void {
    this.#known.delete(nudge.order.nudge);
    this.#known.set(nudge.order.nudge, nudge);
    this.#bound(this.#known, ({ result }) => result !== undefined);
  }

  #bound<T>(map: Map<string, T>, mayGo: (value: T) => boolean = () => true): void {
    for (const [id, value] of map) {
      if (map.size <= KEPT_LIMIT) return;
      if (mayGo(value)) map.delete(id);
    }
  }
}

/** Whether nobody has to mind it any more. */
function isOver(result: NudgeResult | undefined): boolean {
  return result !== undefined && ['taken', 'superseded', 'withdrawn'].includes(result.outcome);
}
