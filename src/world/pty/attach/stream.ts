/** A client's side of an attachment: it makes its connection again when that is lost, and neither loses nor doubles a byte in either direction. */
import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import type { AttachListener, Attachment, Exit, Size, Typed } from '#world/pty/host';
import { HostGone, HostRefused } from '#world/pty/host';
import type { Frame } from '#world/pty/protocol';
import { decodeBytes, decodeJson, FRAME } from '#world/pty/protocol';
import type { Wire } from '#world/pty/wire';
import type { Said } from './unsaid.ts';
import { Unsaid } from './unsaid.ts';

/** How long a lost connection is tried to be made again, ms; a town that was stopped does not come back. */
const AWAY_MS = 20_000;
/** Pause before the next try when a host that answers is not ready yet, ms. */
const RETRY_MS = 50;

type Connect = (waitMs: number) => Promise<{ wire: Wire }>;
type Options = { readonly type: boolean; readonly size?: Size; readonly from?: number };
type Event =
  | ({ readonly type: 'paint'; readonly seq: number; readonly bytes: number } & Size)
  | ({ readonly type: 'resized' } & Size)
  | { readonly type: 'typed'; readonly n: number }
  | { readonly type: 'end'; readonly exit: Exit | null };
type Begun = Size & { readonly typed: number | null };
/** A painting that is on its way. */
type Painting = { readonly seq: number; readonly size: Size; left: number; readonly chunks: Buffer[] };

/** Attaches; `connect` makes a connection for it alone. Rejects when the first attempt fails. */
export async function openAttachment(
  connect: Connect,
  id: string,
  options: Options,
  listener: AttachListener,
): Promise<Attachment> {
  const stream = new Stream(connect, id, options, listener);
  await stream.begin();
  return stream;
}

class Stream implements Attachment {
  readonly #connect: Connect;
  readonly #id: string;
  readonly #options: Options;
  readonly #listener: AttachListener;
  readonly #name = randomUUID();
  #wire: Wire | undefined;
  #channel = 0;
  #own: Size | undefined;
  #size: Size = { cols: 0, rows: 0 };
  #seq: number | undefined;
  #painting: Painting | undefined;
  /** Frames that came before the answer. */
  #early: Frame[] | undefined;
  readonly #unsaid = new Unsaid();
  #isOver = false;
  #isPaused = false;

  constructor(connect: Connect, id: string, options: Options, listener: AttachListener) {
    this.#connect = connect;
    this.#id = id;
    this.#options = options;
    this.#listener = listener;
    this.#own = options.size;
    this.#seq = options.from;
  }

  get seq(): number {
    return this.#seq ?? 0;
  }

  get size(): Size {
    return this.#size;
  }

  keys(bytes: Buffer, kind: Typed = 'keys'): boolean {
    if (this.#isOver || bytes.length === 0) return true;
    this.#say(this.#unsaid.add(bytes, kind));
    return !this.#unsaid.isFull;
  }

  resize(size: Size): void {
    this.#own = size;
    this.#ask('size', size);
  }

  repaint(): void {
    this.#ask('repaint', {});
  }

  pause(): void {
    this.#isPaused = true;
    this.#wire?.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#wire?.resume();
  }

  close(): void {
    this.#isOver = true;
    // what was asked before goes out before it ends
    const wire = this.#wire;
    wire?.resume();
    const over = () => wire?.close();
    if (this.#channel > 0) wire?.ask('detach', { channel: this.#channel }).then(over, over);
    else over();
  }

  /** Attaches for the first time: to the successor of a host that just hands over. */
  async begin(): Promise<void> {
    const over = performance.now() + AWAY_MS;
    for (let wire = await this.#dial(); ; wire = await this.#dial())
      try {
        return await this.#enter(wire);
      } catch (fault) {
        if (!wire.isMoving || !(fault instanceof HostGone) || performance.now() >= over) throw fault;
      }
  }

  async #dial(): Promise<Wire> {
    return (await this.#connect(0)).wire;
  }

  async #enter(wire: Wire): Promise<void> {
    this.#wire = wire;
    this.#early = [];
    const { channel, answer } = wire.open<Begun>('attach', this.#wish(), (frame) => {
      if (this.#early) this.#early.push(frame);
      else if (this.#wire === wire && !this.#isOver) this.#hear(frame);
    });
    try {
      const begun = await answer;
      this.#channel = channel;
      this.#begun(begun);
    } catch (fault) {
      this.#wire = undefined;
      this.#early = undefined;
      wire.close();
      throw fault;
    }
    wire.onGone(() => void this.#away(wire));
    if (this.#isPaused) wire.pause();
    if (this.#isOver) wire.close();
  }

  #wish(): object {
    const { type } = this.#options;
    const typing = { typed: this.#unsaid.handed, paste: this.#unsaid.isPasting };
    return {
      id: this.#id,
      stream: this.#name,
      type,
      ...this.#own,
      ...typing,
      ...(this.#seq !== undefined && { from: this.#seq }),
    };
  }

  #begun({ cols, rows, typed }: Begun): void {
    this.#size = { cols, rows };
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const frame of early) this.#hear(frame);
    for (const said of this.#unsaid.after(typed ?? this.#unsaid.handed)) this.#say(said);
  }

  #say({ at, bytes, kind }: Said): void {
    if (!this.#wire || this.#channel === 0 || this.#early) return;
    const wire = this.#wire;
    wire.ask('keys', { channel: this.#channel, at, kind }, bytes).catch((fault) => {
      // a host that is handing over takes nothing more: its successor does
      if (fault instanceof HostRefused && (fault.code as string) === 'RETRY' && this.#wire === wire) void this.#away(wire);
    });
  }

  #ask(op: string, args: object): void {
    if (this.#wire && this.#channel > 0) this.#wire.ask(op, { channel: this.#channel, ...args }).catch(() => undefined);
  }

  #hear(frame: Frame): void {
    if (frame.type === FRAME.EVT) this.#happened(decodeJson(frame) as unknown as Event);
    else if (frame.type === FRAME.SNAP) this.#paint(decodeBytes(frame).bytes);
    else if (frame.type === FRAME.OUT) this.#output(decodeBytes(frame));
  }

  #happened(event: Event): void {
    if (event.type === 'paint') {
      const { seq, bytes, cols, rows } = event;
      this.#painting = { seq, size: { cols, rows }, left: bytes, chunks: [] };
      this.#paint(Buffer.alloc(0));
    } else if (event.type === 'resized') {
      this.#size = { cols: event.cols, rows: event.rows };
      this.#listener.onResize?.(this.#size);
    } else if (event.type === 'typed') {
      if (this.#unsaid.taken(event.n)) this.#listener.onEased?.();
    } else if (event.type === 'end') this.#end(event.exit ? { exit: event.exit } : { gone: 'The session is over.' });
  }

  #paint(bytes: Buffer): void {
    const painting = this.#painting;
    if (!painting) return;
    painting.chunks.push(bytes);
    painting.left -= bytes.length;
    if (painting.left > 0) return;
    this.#painting = undefined;
    this.#seq = painting.seq;
    this.#size = painting.size;
    this.#listener.onPaint(Buffer.concat(painting.chunks), painting.size);
  }

  #output({ seq, bytes }: { seq: number; bytes: Buffer }): void {
    const known = this.#seq ?? seq;
    const fresh = bytes.subarray(Math.max(0, known - seq));
    this.#seq = Math.max(known, seq + bytes.length);
    if (fresh.length > 0) this.#listener.onOutput(fresh);
  }

  async #away(lost: Wire): Promise<void> {
    if (this.#isOver || this.#wire !== lost) return;
    this.#wire = undefined;
    this.#channel = 0;
    this.#painting = undefined;
    lost.close();
    this.#listener.onAway?.(true);
    const over = performance.now() + AWAY_MS;
    while (!this.#isOver) {
      try {
        await this.#enter(await this.#dial());
        this.#listener.onAway?.(false);
        return;
      } catch (fault) {
        const mayReturn = fault instanceof HostGone || (fault instanceof HostRefused && (fault.code as string) === 'RETRY');
        if (!mayReturn || performance.now() >= over) return this.#end({ gone: (fault as Error).message });
        await pause(RETRY_MS);
      }
    }
  }

  #end(end: Parameters<AttachListener['onEnd']>[0]): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#wire?.close();
    this.#listener.onEnd(end);
  }
}
