/** One attachment, seen from the host: a session's output on a channel of a connection, as fast as it is read there and no faster. */
import type { Size } from '#world/pty/host';
import { encodeBytes, encodeJson, FRAME } from '#world/pty/protocol';
import type { Peer } from '#world/pty/requests';
import type { Session } from '#world/pty/session';
import type { Typist } from './typist.ts';

/** What a client may leave unread before it gets no more, in bytes; when it has read all it goes on where it was, or from a fresh painting. */
const UNREAD_LIMIT = 1 << 20;
/** Bytes of a painting in one frame. */
const FRAME_BYTES = 512 << 10;

/** What an attachment was asked for with. */
export type Asked = {
  /** The client's name for it, over reconnections. */
  readonly stream: string;
  readonly typist: Typist | undefined;
  readonly size: Size | undefined;
  /** The first byte that the client does not have; undefined when it has none. */
  readonly from: number | undefined;
};

/**
 * Takes what it sends from the session's ring: nothing is kept for it but what the socket holds. What has left the ring meanwhile is replaced by a painting of
 * the screen. Frames on its channel: EVT `paint` and the bytes of SNAP that it counts, OUT, EVT `resized`, EVT `typed`, EVT `end`.
 */
export class Attached {
  readonly stream: string;
  readonly typist: Typist | undefined;
  size: Size | undefined;
  readonly #session: Session;
  readonly #peer: Peer;
  readonly #onJoined: () => void;
  readonly #onEnd: () => void;
  readonly #stops: Array<() => void> = [];
  #sent: number;
  #mustPaint: boolean;
  #isPainting = false;
  #isBlocked = false;
  #isOver = false;
  /** What the client has is the screen as it was at some time after it came: it answers what the program asks from now on. */
  isIn = false;

  /** `onJoined` is called when `isIn`, `onEnd` when all was sent and the session is over, or the connection is lost. */
  constructor(session: Session, peer: Peer, asked: Asked, on: { joined: () => void; end: () => void }) {
    const { stream, typist, size, from } = asked;
    this.stream = stream;
    this.typist = typist;
    this.size = size;
    this.#session = session;
    this.#peer = peer;
    this.#onJoined = on.joined;
    this.#onEnd = on.end;
    const { screen } = session;
    const isHeld = from !== undefined && session.output(from).from === from;
    // what the screen answered while this client was away, its terminal must not answer again
    this.#mustPaint = !isHeld || (typist !== undefined && from < (screen?.answeredAt ?? 0));
    this.#sent = from ?? 0;
    this.#stops.push(
      session.onOutput(() => this.pump()),
      peer.onGone(() => this.#end()),
    );
    if (screen) this.#stops.push(screen.watch());
    void session.drained.then(() => this.pump());
    if (!this.#mustPaint) this.#join();
  }

  /** Whether nothing more will be sent. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Sends what there is. */
  pump(): void {
    if (this.#isOver || this.#isBlocked || this.#isPainting) return;
    if (this.#mustPaint) return void this.#paint();
    const { bytes, from, seq } = this.#session.output(this.#sent);
    if (from !== this.#sent) return void this.#paint();
    this.#sent = seq;
    if (bytes.length > 0) this.#send(encodeBytes(FRAME.OUT, this.#peer.n, from, bytes));
    if (this.#session.state === 'drained' && !this.#isBlocked) this.#tellEnd();
  }

  /** Paints anew: the screen has got another size, or the client asks for it. */
  repaint(): void {
    this.#mustPaint = true;
    this.pump();
  }

  /** Tells something on the channel, between bytes of output. */
  tell(event: object): void {
    if (!this.#isOver) this.#peer.send(encodeJson(FRAME.EVT, this.#peer.n, event));
  }

  /** Sends nothing more. */
  stop(): void {
    this.#isOver = true;
    for (const stop of this.#stops) stop();
  }

  async #paint(): Promise<void> {
    this.#isPainting = true;
    this.#mustPaint = false;
    const { size, screen } = this.#session;
    try {
      const painted = await screen?.paint(() => this.#join());
      // of a session that an earlier host left there is only the end of its output
      const { seq, bytes, ...shown } = painted ?? { seq: this.#session.output(0).from, bytes: Buffer.alloc(0), ...size };
      if (this.#isOver) return;
      const { n } = this.#peer;
      this.tell({ type: 'paint', seq, bytes: bytes.length, ...shown });
      for (let at = 0; at < bytes.length; at += FRAME_BYTES)
        this.#send(encodeBytes(FRAME.SNAP, n, seq, bytes.subarray(at, at + FRAME_BYTES)));
      this.#sent = seq;
    } catch {
      return this.#tellEnd(); // it was forgotten meanwhile
    } finally {
      this.#isPainting = false;
    }
    this.pump();
  }

  #join(): void {
    if (this.isIn) return;
    this.isIn = true;
    this.#onJoined();
  }

  #send(frame: Buffer): void {
    if (this.#peer.send(frame) <= UNREAD_LIMIT) return;
    this.#isBlocked = true;
    this.#peer.onRead(() => {
      this.#isBlocked = false;
      this.pump();
    });
  }

  #tellEnd(): void {
    this.tell({ type: 'end', exit: this.#session.info().exit ?? null });
    this.#end();
  }

  #end(): void {
    if (this.#isOver) return;
    this.stop();
    this.#onEnd();
  }
}
