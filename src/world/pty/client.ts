/** The PTY host, from another process. */
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { checkDirectory, checkSocketPath } from './access.ts';
import type { Host, HostEvent, HostInfo, HostRefusal, ScreenShown, SessionInfo, SpawnRequest, Survivor } from './host.ts';
import { HostGone, HostRefused } from './host.ts';
import type { Frame, Welcome } from './protocol.ts';
import { CHUNK, decodeBytes, decodeJson, encodeBytes, encodeJson, FRAME, FrameReader, PROTOCOLS } from './protocol.ts';

/** How to reach a host, and as whom. */
export type HostAddress = {
  /** The well-known name of its socket. */
  readonly path: string;
  /** What the host's token file holds (`readToken`). */
  readonly token: string;
  /** A worker's epoch; people's commands have none. */
  readonly epoch?: number;
  /** gt's version, named in errors. */
  readonly build: string;
  /** How long to try while nobody answers there, ms; 0 is once. */
  readonly waitMs?: number;
};

/** How long a connected host may take for its WELCOME, ms; it may just be forking many sessions, on a loaded machine. */
const WELCOME_MS = 30_000;
const RETRY_FIRST_MS = 5;
const RETRY_LAST_MS = 100;

type Pending = { readonly resolve: (value: unknown) => void; readonly reject: (fault: Error) => void; readonly chunks: Buffer[] };

function refusalOf(value: unknown): HostRefused | undefined {
  const { error } = value as { error?: { code: HostRefusal; message: string } };
  return error && new HostRefused(error.code, error.message);
}

/** A greeted connection: numbered requests, their answers, events. */
class Wire {
  readonly #socket: Socket;
  readonly #reader = new FrameReader();
  readonly #pending = new Map<number, Pending>();
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
  async ask<T>(op: string, args: object = {}, input = Buffer.alloc(0), chunks: Buffer[] = []): Promise<T> {
    if (this.#gone) throw this.#gone;
    this.#n++;
    const n = this.#n;
    const request = encodeJson(FRAME.REQ, n, { op, ...args });
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
    if (frame.type === FRAME.EVT) {
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
    for (const listener of this.#goneListeners) listener();
  }
}

class HostClient implements Host {
  readonly #wire: Wire;
  #watching = false;

  readonly features: ReadonlySet<string>;

  constructor(wire: Wire, features: readonly string[]) {
    this.#wire = wire;
    this.features = new Set(features);
  }

  spawn(request: SpawnRequest): Promise<SessionInfo> {
    return this.#wire.ask('spawn', request);
  }

  async list(): Promise<SessionInfo[]> {
    const sessions: SessionInfo[] = [];
    for (let more = true; more; ) {
      const page = await this.#wire.ask<{ sessions: SessionInfo[]; more: boolean }>('list', { after: sessions.at(-1)?.id });
      sessions.push(...page.sessions);
      more = page.more;
    }
    return sessions;
  }

  async get(id: string): Promise<SessionInfo | undefined> {
    return (await this.#wire.ask<SessionInfo | null>('get', { id })) ?? undefined;
  }

  output(id: string, from = 0): Promise<{ bytes: Buffer; from: number; seq: number } | undefined> {
    return this.#fetch<{ from: number; seq: number }>('output', { id, from });
  }

  async peek(id: string, options: { lines: number; colour?: boolean }): Promise<ScreenShown | undefined> {
    const shown = await this.#fetch<Omit<ScreenShown, 'text'>>('peek', { id, ...options });
    if (!shown) return undefined;
    const { bytes, ...about } = shown;
    return { ...about, text: bytes.toString() };
  }

  snapshot(id: string): Promise<{ seq: number; bytes: Buffer } | undefined> {
    return this.#fetch<{ seq: number }>('snapshot', { id });
  }

  async write(id: string, bytes: Buffer | string): Promise<void> {
    await this.#wire.ask('write', { id }, Buffer.from(bytes as Buffer));
  }

  async resize(id: string, cols: number, rows: number): Promise<void> {
    await this.#wire.ask('resize', { id, cols, rows });
  }

  kill(id: string, options: { graceMs?: number } = {}): Promise<{ left: Survivor[] }> {
    return this.#wire.ask('kill', { id, ...options });
  }

  async forget(id: string): Promise<void> {
    await this.#wire.ask('forget', { id });
  }

  info(): Promise<HostInfo> {
    return this.#wire.ask('info');
  }

  stop(options: { graceMs?: number } = {}): Promise<{ left: Survivor[] }> {
    return this.#wire.ask('stop', options);
  }

  onEvent(listener: (event: HostEvent) => void): () => void {
    this.#wire.eventListeners.add(listener);
    if (!this.#watching) {
      this.#watching = true;
      this.#wire.ask('watch').catch(() => undefined); // only a lost connection rejects it, and that is told by onGone
    }
    return () => this.#wire.eventListeners.delete(listener);
  }

  onGone(listener: () => void): () => void {
    return this.#wire.onGone(listener);
  }

  /** An answer with the bytes that came before it. */
  async #fetch<T>(op: string, args: object): Promise<(T & { bytes: Buffer }) | undefined> {
    const chunks: Buffer[] = [];
    const found = await this.#wire.ask<T | null>(op, args, undefined, chunks);
    return found ? { ...found, bytes: Buffer.concat(chunks) } : undefined;
  }

  close(): void {
    this.#wire.close();
  }
}

function dial(path: string): Promise<Socket> {
  checkDirectory(dirname(path));
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(socket));
    socket.once('error', reject);
  });
}

/**
 * Connects to the host. Rejects with HostGone when nobody answers within `waitMs`, with HostRefused for a wrong token, a protocol that the host does not
 * speak, or an unsafe directory, and with the refusal SOCKET_PATH_TOO_LONG (a Refused).
 */
export async function connectHost(address: HostAddress): Promise<Host> {
  const { path, token, epoch, build, waitMs = 0 } = address;
  checkSocketPath(path);
  const over = performance.now() + waitMs;
  let socket: Socket | undefined;
  for (let wait = RETRY_FIRST_MS; !socket; wait = Math.min(wait * 2, RETRY_LAST_MS)) {
    try {
      socket = await dial(path);
    } catch (fault) {
      if (fault instanceof HostRefused) throw fault;
      if (performance.now() >= over) throw new HostGone(`No PTY host answers at ${path} (${(fault as Error).message}).`);
      await pause(wait);
    }
  }
  const wire = new Wire(socket);
  try {
    const { features } = await wire.greet({
      protocols: PROTOCOLS,
      token,
      client: randomUUID(),
      build,
      ...(epoch !== undefined && { epoch }),
    });
    return new HostClient(wire, features);
  } catch (fault) {
    wire.close();
    throw fault;
  }
}
