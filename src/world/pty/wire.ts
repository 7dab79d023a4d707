/** A client's side of the connection to a host: requests, their answers, events. */
import type { Socket } from 'node:net';
import type { HostEvent, HostRefusal } from './host.ts';
import { HostGone, HostRefused } from './host.ts';
import type { Frame, Welcome } from './protocol.ts';
import { CHUNK, decodeBytes, decodeJson, encodeBytes, encodeJson, FRAME, FrameReader } from './protocol.ts';

/** How long a connected host may take for its WELCOME, ms; it may just be forking many sessions, on a loaded machine. */
const WELCOME_MS = 30_000;

/** Takes the frames of a request whose answer goes on. */
export type FrameListener = (frame: Frame) => void;
type Pending = { readonly resolve: (value: unknown) => void; readonly reject: (fault: Error) => void; readonly chunks: Buffer[] };

function refusalOf(value: unknown): HostRefused | undefined {
  const { error } = value as { error?: { code: HostRefusal; message: string } };
  return error && new HostRefused(error.code, error.message);
}

/** A greeted connection: numbered requests, their answers, events. */
export class Wire {
  readonly #socket: Socket;
  readonly #reader = new FrameReader();
  readonly #pending = new Map<number, Pending>();
  readonly #channels = new Map<number, FrameListener>();
  readonly #goneListeners = new Set<() => void>();
  readonly eventListeners = new Set<(event: HostEvent) => void>();
  #welcome: Pending | undefined;
  #n = 0;
  #gone: HostGone | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => {
      try {
        for (const frame of this.#reader.push(chunk)) this.#hear(frame);
      } catch {
        socket.destroy();
      }
    });
    socket.on('error', () => undefined); // `close` follows
    socket.on('close', () => this.#lose());
  }

  greet(hello: object): Promise<Welcome> {
    const welcome = new Promise<unknown>((resolve, reject) => {
      this.#welcome = { resolve, reject, chunks: [] };
    });
    const timer = setTimeout(() => this.#socket.destroy(), WELCOME_MS);
    this.#socket.write(encodeJson(FRAME.HELLO, 0, hello));
    return welcome.finally(() => clearTimeout(timer)) as Promise<Welcome>;
  }

  /** Asks; `input` goes before the request, its bytes of OUT come back in `chunks`. */
  async ask<T>(op: string, args: object = {}, input: Buffer = Buffer.alloc(0), chunks: Buffer[] = []): Promise<T> {
    if (this.#gone) throw this.#gone;
    this.#n++;
    return this.#request<T>(this.#n, { op, ...args }, input, chunks);
  }

  /** Asks for what goes on after its answer: all other frames of its channel go to the listener, those before the answer too. */
  open<T>(op: string, args: object, listener: FrameListener): { readonly channel: number; readonly answer: Promise<T> } {
    this.#n++;
    const channel = this.#n;
    this.#channels.set(channel, listener);
    const answer = this.#gone ? Promise.reject(this.#gone) : this.#request<T>(channel, { op, ...args }, Buffer.alloc(0), []);
    return { channel, answer };
  }

  /** Hears nothing more of a channel. */
  drop(channel: number): void {
    this.#channels.delete(channel);
  }

  /** Reads nothing more until `resume`. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  async #request<T>(n: number, what: object, input: Buffer, chunks: Buffer[]): Promise<T> {
    const request = encodeJson(FRAME.REQ, n, what);
    const answer = new Promise<unknown>((resolve, reject) => this.#pending.set(n, { resolve, reject, chunks }));
    for (let at = 0; at < input.length; at += CHUNK)
      this.#socket.write(encodeBytes(FRAME.IN, n, at, input.subarray(at, at + CHUNK)));
    this.#socket.write(request);
    return (await answer) as T;
  }

  onGone(listener: () => void): () => void {
    if (this.#gone) queueMicrotask(listener);
    else this.#goneListeners.add(listener);
    return () => this.#goneListeners.delete(listener);
  }

  close(): void {
    this.#goneListeners.clear();
    this.#socket.destroy();
    this.#lose();
  }

  #hear(frame: Frame): void {
    const listener = frame.type === FRAME.RES ? undefined : this.#channels.get(frame.channel);
    if (listener) listener(frame);
    else if (frame.type === FRAME.EVT && frame.channel === 0) {
      const event = decodeJson(frame) as HostEvent;
      for (const listener of this.eventListeners) listener(event);
    } else if (frame.type === FRAME.OUT || frame.type === FRAME.SNAP)
      this.#pending.get(frame.channel)?.chunks.push(decodeBytes(frame).bytes);
    else if (frame.type === FRAME.RES) {
      this.#settle(this.#pending.get(frame.channel), decodeJson(frame), 'ok');
      this.#pending.delete(frame.channel);
    } else if (frame.type === FRAME.WELCOME) this.#settle(this.#welcome, decodeJson(frame));
  }

  #settle(pending: Pending | undefined, value: Record<string, unknown>, key?: string): void {
    const refusal = refusalOf(value);
    if (refusal) pending?.reject(refusal);
    else pending?.resolve(key === undefined ? value : value[key]);
  }

  #lose(): void {
    if (this.#gone) return;
    this.#gone = new HostGone('The connection to the PTY host is lost.');
    this.#welcome?.reject(this.#gone);
    for (const pending of this.#pending.values()) pending.reject(this.#gone);
    this.#pending.clear();
    this.#channels.clear();
    for (const listener of this.#goneListeners) listener();
  }
}
