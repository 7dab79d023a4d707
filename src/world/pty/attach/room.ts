/** Those who are attached to one session: who types, whose terminal answers the program, and whose size the screen has. */

import type { PasteState } from '#core/terminal/paste';
import type { Size, Typed } from '#world/pty/host';
import { HostRefused } from '#world/pty/host';
import type { Peer } from '#world/pty/requests';
import type { Session } from '#world/pty/session';
import { Attached } from './attached.ts';
import type { TypistState } from './typist.ts';
import { Typist } from './typist.ts';

/** Those who typed here and are remembered, for they may come back in the middle of something. */
const TYPISTS = 32;

/** What an attachment begins with. `seq`: bytes of output so far; `typist`: who typed last; `typed`: bytes taken of this one's, if the host remembers. */
export type Begun = Size & { readonly seq: number; readonly typist: string | null; readonly typed: number | null };

/** What is asked: `typed` are the bytes that the client knows to have been taken, `paste` whether it is in the middle of one. */
export type Wish = {
  readonly stream: string;
  readonly type: boolean;
  readonly size: Size | undefined;
  readonly from: number | undefined;
  readonly typed: number;
  readonly paste: boolean;
};

/** `taken`: bytes that came from the typist; `handed`: how many of them the writer has. */
type Known = { readonly typist: Typist; taken: number; handed: number };

/** A room for the next host: who typed, and how many bytes of theirs the writer has; they say the rest again. `line`: where the writer is. */
export type RoomState = {
  readonly line: PasteState;
  readonly typists: ReadonlyArray<TypistState & { readonly stream: string; readonly handed: number }>;
};

const rooms = new WeakMap<Session, Room>();

/** One session's room. */
export class Room {
  readonly #session: Session;
  readonly #all = new Set<Attached>();
  readonly #typists = new Map<string, Known>();
  #last: Attached | undefined;

  private constructor(session: Session) {
    this.#session = session;
  }

  static of(session: Session): Room {
    const room = rooms.get(session) ?? new Room(session);
    rooms.set(session, room);
    return room;
  }

  /** What the next host must know, if anybody typed. */
  static stateOf(session: Session): RoomState | undefined {
    const room = rooms.get(session);
    if (!room || room.#typists.size === 0) return undefined;
    return {
      line: session.line.state,
      typists: [...room.#typists].map(([stream, { typist, handed }]) => ({ ...typist.state, stream, handed })),
    };
  }

  /** Goes on where the room of an earlier host was: a client that was told less of what it typed must not type it twice. */
  resume({ line, typists }: RoomState): void {
    for (const { stream, handed, ...state } of typists) this.#remember(stream, new Typist(state), handed);
    this.#session.line.resume(
      line,
      [...this.#typists.values()].map(({ typist }) => typist),
    );
  }

  /** Attaches a client. It gets output in the next turn, after the answer. */
  enter(peer: Peer, wish: Wish): { attached: Attached; begun: Begun } {
    // it comes back before its connection was seen to be lost
    for (const other of this.#all) if (other.stream === wish.stream) this.leave(other);
    const isKnown = this.#typists.has(wish.stream);
    const known = wish.type ? this.#know(wish) : undefined;
    const { stream, size, from } = wish;
    const asked = { stream, size, from, typist: known?.typist };
    const attached: Attached = new Attached(this.#session, peer, asked, {
      joined: () => this.#answerers(),
      end: () => this.leave(attached, true),
    });
    this.#all.add(attached);
    if (known) this.#follow(attached, known);
    if (known && !this.#last) this.#own(attached);
    this.#answerers();
    setImmediate(() => attached.pump());
    const typist = this.#last?.stream ?? null;
    const begun = { ...this.#session.size, seq: this.#session.info().seq, typist, typed: isKnown && known ? known.taken : null };
    return { attached, begun };
  }

  /** `isLost`: it may come back, in the middle of a paste. */
  leave(attached: Attached, isLost = false): void {
    attached.stop();
    this.#all.delete(attached);
    if (attached.typist && !isLost) this.#session.line.leave(attached.typist);
    if (this.#last === attached) this.#last = [...this.#all].findLast((other) => other.typist);
    this.#answerers();
  }

  /** Types; `at` is the number of the first byte. What was taken before is not taken again. */
  type(attached: Attached, at: number, bytes: Buffer, kind: Typed): void {
    const known = this.#typists.get(attached.stream);
    if (!attached.typist || !known) throw new HostRefused('BAD_REQUEST', 'This attachment only looks.');
    const fresh = bytes.subarray(Math.max(0, known.taken - at));
    if (fresh.length === 0) return;
    known.taken = at + bytes.length;
    if (kind === 'report') {
      // of several terminals one answers
      if (this.#last === attached) this.#put(attached.typist, fresh);
      else attached.typist.handed(fresh);
      return;
    }
    const { line } = this.#session;
    if (line.isKept && kind !== 'interrupt') line.onFree = () => this.#session.typed();
    else this.#session.typed();
    this.#own(attached); // also where nobody else types any more: who left may have set the size
    if (kind === 'interrupt') this.#session.line.interrupt(attached.typist, fresh);
    else this.#put(attached.typist, fresh);
  }

  /** Sets the screen's size and tells all. Throws PTY_GONE after the end. */
  resize({ cols, rows }: Size): void {
    const { size } = this.#session;
    if (size.cols === cols && size.rows === rows) return;
    this.#session.resize(cols, rows);
    for (const attached of this.#all) {
      attached.tell({ type: 'resized', cols, rows });
      attached.repaint();
    }
  }

  /** The client's terminal has got another size. */
  resized(attached: Attached, size: Size): void {
    attached.size = size;
    if (this.#last === attached) this.#fit(size);
  }

  #put(typist: Typist, bytes: Buffer): void {
    try {
      this.#session.line.type(typist, bytes);
    } catch (fault) {
      typist.handed(bytes); // lost, as on any terminal that is full: they do not come again
      throw fault;
    }
  }

  #know(wish: Wish): Known {
    const { stream, typed, paste } = wish;
    const known = this.#typists.get(stream);
    if (!known)
      return this.#remember(stream, new Typist({ paste: { open: paste, matched: 0, opens: false }, isDropped: false }), typed);
    this.#typists.delete(stream);
    this.#typists.set(stream, known); // the one heard last comes last
    return known;
  }

  #remember(stream: string, typist: Typist, handed: number): Known {
    const known: Known = { typist, taken: handed, handed };
    this.#typists.set(stream, known);
    for (const old of this.#typists.keys()) {
      if (this.#typists.size <= TYPISTS) break;
      if (![...this.#all].some((other) => other.stream === old)) this.#typists.delete(old);
    }
    return known;
  }

  /** The client keeps what it typed until the writer has it. */
  #follow(attached: Attached, known: Known): void {
    attached.tell({ type: 'typed', n: known.handed });
    known.typist.onHanded = (count) => {
      known.handed += count;
      attached.tell({ type: 'typed', n: known.handed });
    };
  }

  #own(attached: Attached): void {
    this.#last = attached;
    if (attached.size) this.#fit(attached.size);
  }

  #fit(size: Size): void {
    try {
      this.resize(size);
    } catch {} // it has ended
  }

  #answerers(): void {
    const { screen } = this.#session;
    if (screen) screen.someoneTypes = [...this.#all].some(({ typist, isIn }) => typist && isIn);
  }
}
