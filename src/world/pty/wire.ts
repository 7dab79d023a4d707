/** A client's side of the connection to a host: requests, their answers, events; and the way from a host to its successor. */
import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import type { Moving } from './hand-over.ts';
import type { HostEvent, HostRefusal } from './host.ts';
import { HostGone, HostRefused } from './host.ts';
import type { Frame, Welcome } from './protocol.ts';
import { CHUNK, decodeBytes, decodeJson, encodeBytes, encodeJson, FEATURE_OF, FRAME, FrameReader } from './protocol.ts';

/** How long a connected host may take for its WELCOME, ms; it may just be forking many sessions, on a loaded machine. */
const WELCOME_MS = 30_000;

/** How long the successor of a host that handed over is looked for, and tried while it hangs up before its WELCOME, ms; the pause before the next try. */
export const REJOIN_MS = 30_000;
const RETRY_MS = 50;

/** Takes the frames of a request whose answer goes on. */
export type FrameListener = (frame: Frame) => void;
type Pending = {
  readonly resolve: (value: unknown) => void;
  readonly reject: (fault: Error) => void;
  readonly chunks: Buffer[];
  /** What was sent to ask, to be sent again to a successor. */
  readonly frames: readonly Buffer[];
  isSent: boolean;
};

function refusalOf(value: unknown): HostRefused | undefined {
  const { error } = value as { error?: { code: HostRefusal; message: string } };
  return error && new HostRefused(error.code, error.message);
}

/** A greeted connection. While a host hands over, what is asked waits; then it is asked again of whoever has the sessions, with the same numbers. */
export class Wire {
  readonly #hello: object;
  readonly #dial: (() => Promise<Socket>) | undefined;
  #socket: Socket | undefined;
  #welcome: Welcome | undefined;
  readonly #pending = new Map<number, Pending>();
  readonly #channels = new Map<number, FrameListener>();
  readonly #goneListeners = new Set<() => void>();
  readonly eventListeners = new Set<(event: HostEvent) => void>();
  /** Told when a successor has greeted us, before it is asked anything: what the old host would have told since is not told. */
  readonly movedListeners = new Set<() => void>();
  #isMoving = false;
  #n = 0;
  #gone: HostGone | undefined;

  /** `dial` reaches the host that answers now, or its successor if it is not there yet. Without it a hand-over is told as a lost connection. */
  constructor(hello: object, dial?: () => Promise<Socket>) {
    this.#hello = hello;
    this.#dial = dial;
  }

  /** What the host said of itself. */
  get welcome(): Welcome {
    if (!this.#welcome) throw new HostGone('The PTY host has not answered yet.');
    return this.#welcome;
  }

  /** Whether the host has begun to hand over, and not told that it stays. */
  get isMoving(): boolean {
    return this.#isMoving;
  }

  /** Greets the host at this socket. Rejects with HostRefused, and with HostGone when the connection is lost before the WELCOME. */
  async greet(socket: Socket): Promise<void> {
    const reader = new FrameReader();
    const lost = new HostGone('The connection to the PTY host is lost.');
    const timer = setTimeout(() => socket.destroy(), WELCOME_MS);
    this.#welcome = await new Promise<Welcome>((resolve, reject) => {
      socket.on('error', () => undefined); // `close` follows
      socket.on('close', () => {
        reject(lost);
        if (this.#socket === socket) this.#cut();
      });
      const hear = (frame: Frame) => {
        if (this.#socket === socket) return this.#hear(frame);
        const refusal = frame.type === FRAME.WELCOME && refusalOf(decodeJson(frame));
        if (refusal) reject(refusal);
        else if (frame.type === FRAME.WELCOME) {
          this.#socket = socket;
          resolve(decodeJson(frame) as unknown as Welcome);
        }
      };
      socket.on('data', (chunk) => {
        try {
          for (const frame of reader.push(chunk)) if (!socket.destroyed) hear(frame);
        } catch {
          socket.destroy();
        }
      });
      socket.write(encodeJson(FRAME.HELLO, 0, this.#hello));
    })
      .catch((fault) => {
        socket.destroy();
        throw fault;
      })
      .finally(() => clearTimeout(timer));
  }

  /** Asks; `input` goes before the request, its bytes of OUT come back in `chunks`. */
  async ask<T>(op: string, args: object = {}, input: Buffer = Buffer.alloc(0), chunks: Buffer[] = []): Promise<T> {
    if (this.#gone) throw this.#gone;
    this.#n++;
    return this.#request<T>(this.#n, op, args, input, chunks);
  }

  /** Asks for what goes on after its answer: all other frames of its channel go to the listener, those before the answer too. A successor knows nothing of it. */
  open<T>(op: string, args: object, listener: FrameListener): { readonly channel: number; readonly answer: Promise<T> } {
    this.#n++;
    const channel = this.#n;
    this.#channels.set(channel, listener);
    const answer = this.#gone ? Promise.reject(this.#gone) : this.#request<T>(channel, op, args, Buffer.alloc(0), []);
    return { channel, answer };
  }

  /** Hears nothing more of a channel. */
  drop(channel: number): void {
    this.#channels.delete(channel);
  }

  /** Reads nothing more until `resume`. */
  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  async #request<T>(n: number, op: string, args: object, input: Buffer, chunks: Buffer[]): Promise<T> {
    const { build, features } = this.welcome;
    const feature = FEATURE_OF[op];
    if (feature !== undefined && !features.includes(feature))
      throw new HostRefused('FEATURE_MISSING', `The PTY host (${build}) does not know \`${op}\` yet: \`gt up\` renews it.`);
    const frames: Buffer[] = [];
    for (let at = 0; at < input.length; at += CHUNK) frames.push(encodeBytes(FRAME.IN, n, at, input.subarray(at, at + CHUNK)));
    frames.push(encodeJson(FRAME.REQ, n, { op, ...args }));
    const answer = new Promise<unknown>((resolve, reject) => {
      const pending = { resolve, reject, chunks, frames, isSent: false };
      this.#pending.set(n, pending);
      this.#send(pending);
    });
    return (await answer) as T;
  }

  onGone(listener: () => void): () => void {
    if (this.#gone) queueMicrotask(listener);
    else this.#goneListeners.add(listener);
    return () => this.#goneListeners.delete(listener);
  }

  close(): void {
    this.#goneListeners.clear();
    this.#lose('The connection to the PTY host was closed.');
  }

  #send(pending: Pending): void {
    if (!this.#socket || this.#isMoving || pending.isSent) return;
    pending.isSent = true;
    for (const frame of pending.frames) this.#socket.write(frame);
  }

  #hear(frame: Frame): void {
    const listener = frame.type === FRAME.RES ? undefined : this.#channels.get(frame.channel);
    if (listener) listener(frame);
    else if (frame.type === FRAME.EVT && frame.channel === 0) {
      const event = decodeJson(frame) as HostEvent;
      for (const listener of this.eventListeners) listener(event);
    } else if (frame.type === FRAME.OUT || frame.type === FRAME.SNAP)
      this.#pending.get(frame.channel)?.chunks.push(decodeBytes(frame).bytes);
    else if (frame.type === FRAME.RES) this.#settle(frame.channel, decodeJson(frame));
    else if (frame.type === FRAME.MOVED) this.#move(decodeJson(frame)['phase'] as Moving);
  }

  #settle(n: number, value: Record<string, unknown>): void {
    const pending = this.#pending.get(n);
    const refusal = refusalOf(value);
    if (!pending) return;
    if (refusal?.code === 'RETRY') {
      this.#hold(pending);
      return;
    }
    this.#pending.delete(n);
    if (refusal) pending.reject(refusal);
    else pending.resolve(value['ok']);
  }

  /** It will be asked again, and answered from the start. */
  #hold(pending: Pending): void {
    pending.isSent = false;
    pending.chunks.length = 0;
  }

  #move(phase: Moving): void {
    this.#isMoving = phase !== 'stayed';
    if (phase === 'stayed') for (const pending of this.#pending.values()) this.#send(pending);
    if (phase === 'moved') this.#socket?.destroy(); // `close` follows
  }

  #cut(): void {
    this.#socket = undefined;
    if (this.#isMoving && this.#dial) void this.#rejoin(this.#dial);
    else this.#lose('The connection to the PTY host is lost.');
  }

  /** A host that began to hand over has a successor, which takes over also when the old one dies of it. */
  async #rejoin(dial: () => Promise<Socket>): Promise<void> {
    for (const pending of this.#pending.values()) this.#hold(pending);
    const over = performance.now() + REJOIN_MS;
    try {
      for (let isJoined = false; !isJoined && !this.#gone; ) {
        if (performance.now() >= over) throw new HostGone('it lets nobody in.');
        const socket = await dial();
        this.#isMoving = false; // which this host may tell otherwise
        isJoined = await this.greet(socket).then(
          () => true,
          (fault) => {
            if (fault instanceof HostRefused) throw fault;
            return pause(RETRY_MS, false); // the old one, in its last turn
          },
        );
      }
    } catch (fault) {
      this.#lose(`The successor of the PTY host could not be reached: ${(fault as Error).message}`);
      return;
    }
    if (this.#gone) return this.#socket?.destroy() as undefined;
    for (const listener of this.movedListeners) listener();
    for (const pending of this.#pending.values()) this.#send(pending);
  }

  #lose(why: string): void {
    if (this.#gone) return;
    this.#gone = new HostGone(why);
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.destroy();
    for (const pending of this.#pending.values()) pending.reject(this.#gone);
    this.#pending.clear();
    this.#channels.clear();
    for (const listener of this.#goneListeners) listener();
  }
}
