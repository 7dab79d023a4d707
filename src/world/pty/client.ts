/** The PTY host, from another process. */
import { randomUUID } from 'node:crypto';
import { Refused, refuse } from '#core/refusals';
import { tooLong } from './access.ts';
import { openEvents } from './attach/news.ts';
import { openAttachment } from './attach/stream.ts';
import type { DialogAnswer, DialogResult, DialogSeen } from './dialog/asked.ts';
import type {
  AttachListener,
  Attachment,
  Host,
  HostEvent,
  HostInfo,
  NumberedNews,
  RecordingState,
  ScreenShown,
  SessionInfo,
  Size,
  SpawnRequest,
  Survivor,
} from './host.ts';
import type { Looked, NudgeAsked, NudgeListed, NudgeResult, Outcome } from './nudge/asked.ts';
import { PROTOCOLS } from './protocol.ts';
import { reach } from './reach.ts';
import { REJOIN_MS, Wire } from './wire.ts';

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

class HostClient implements Host {
  readonly #wire: Wire;
  readonly #address: HostAddress;
  #watching = false;

  constructor(wire: Wire, address: HostAddress) {
    this.#wire = wire;
    this.#address = address;
    wire.movedListeners.add(() => {
      if (this.#watching) this.#watch();
    });
  }

  get build(): string {
    return this.#wire.welcome.build;
  }

  get features(): ReadonlySet<string> {
    return new Set(this.#wire.welcome.features);
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

  async record(id: string, change: { on?: boolean; input?: boolean } = {}): Promise<RecordingState | undefined> {
    return (await this.#wire.ask<RecordingState | null>('record', { id, ...change })) ?? undefined;
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

  handOver(program: readonly string[], options: { waitMs?: number } = {}): Promise<HostInfo> {
    return this.#wire.ask('hand-over', { program, ...options });
  }

  nudge({ text, nudge, id, mode, key, expiresAt, ...program }: NudgeAsked): Promise<NudgeResult> {
    return this.#wire.ask('nudge', { nudge, id, mode, key, expiresAt, program }, Buffer.from(text));
  }

  withdraw(nudge: string): Promise<{ withdrawn: boolean; outcome?: Outcome }> {
    return this.#wire.ask('withdraw', { nudge });
  }

  ackNudge(nudge: string): Promise<{ acked: boolean }> {
    return this.#wire.ask('nudge-ack', { nudge });
  }

  nudges(id?: string): Promise<NudgeListed[]> {
    return this.#wire.ask('nudges', { id });
  }

  look(id: string, screen: object): Promise<Looked> {
    return this.#wire.ask('look', { id, screen });
  }

  readDialog(id: string, screen: object): Promise<DialogSeen> {
    return this.#wire.ask('dialog-read', { id, screen });
  }

  answerDialog(asked: DialogAnswer): Promise<DialogResult> {
    return this.#wire.ask('dialog-answer', asked);
  }

  onEvent(listener: (event: HostEvent) => void): () => void {
    this.#wire.eventListeners.add(listener);
    if (!this.#watching) {
      this.#watching = true;
      this.#watch();
    }
    return () => this.#wire.eventListeners.delete(listener);
  }

  onMoved(listener: () => void): () => void {
    this.#wire.movedListeners.add(listener);
    return () => this.#wire.movedListeners.delete(listener);
  }

  events(from: number, listener: { onNews: (event: NumberedNews) => void; onGap: (n: number) => void }): () => void {
    return openEvents(this.#wire, from, listener);
  }

  /** Its own wire is lost by a hand-over: it makes its way to the successor by itself, as after any loss. */
  attach(id: string, options: { type: boolean; size?: Size; from?: number }, listener: AttachListener): Promise<Attachment> {
    const connect = async (waitMs: number) => ({ wire: await openWire({ ...this.#address, waitMs }, false) });
    return openAttachment(connect, id, options, listener);
  }

  async history(id: string, lines: number): Promise<string | undefined> {
    return (await this.#fetch<object>('history', { id, lines }))?.bytes.toString();
  }

  onGone(listener: () => void): () => void {
    return this.#wire.onGone(listener);
  }

  #watch(): void {
    this.#wire.ask('watch').catch(() => undefined); // only a lost connection rejects it, and that is told by onGone
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

/** `follows`: goes over to a successor by itself. */
async function openWire(address: HostAddress, follows: boolean): Promise<Wire> {
  const { path, token, epoch, build, waitMs = 0 } = address;
  const long = tooLong(path);
  if (long) throw new Refused(refuse('SOCKET_PATH_TOO_LONG', { ...long, path }));
  const hello = { protocols: PROTOCOLS, token, client: randomUUID(), build, ...(epoch !== undefined && { epoch }) };
  const wire = new Wire(hello, follows ? () => reach(path, REJOIN_MS) : undefined);
  try {
    await wire.greet(await reach(path, waitMs));
    return wire;
  } catch (fault) {
    wire.close();
    throw fault;
  }
}

/**
 * Connects to the host. Rejects with HostGone when nobody answers within `waitMs`, with HostRefused for a wrong token, a protocol that the host does not
 * speak, or an unsafe directory or socket, and with the refusal SOCKET_PATH_TOO_LONG (a Refused).
 */
export async function connectHost(address: HostAddress): Promise<Host> {
  return new HostClient(await openWire(address, true), address);
}
