/** One client's connection, seen from the host. */
import type { Socket } from 'node:net';
import { sameToken } from './access.ts';
import type { Answer, Answers } from './answers.ts';
import { errorOf } from './answers.ts';
import type { HandOver, HandOverOrder, Moving } from './hand-over.ts';
import type { HostEvent, HostInfo } from './host.ts';
import { HostRefused } from './host.ts';
import type { Frame, Hello, Welcome } from './protocol.ts';
import { CHUNK, decodeBytes, decodeJson, encodeBytes, encodeJson, FEATURES, FRAME, FrameReader, PROTOCOLS } from './protocol.ts';
import type { Peer } from './requests.ts';
import { REQUESTS } from './requests.ts';
import type { ServerDeps } from './server.ts';
import type { WriteName } from './writer.ts';

/** Input received ahead of its request, at most, in bytes: as much as a terminal's queue holds. */
const INPUT_LIMIT = 8 << 20;
/** What a client may leave unread, in bytes; then it is cut off, so that it cannot fill the host's memory. */
const UNREAD_LIMIT = 16 << 20;

type Deps = Omit<ServerDeps, 'handOver'> & {
  readonly startedAt: number;
  readonly answers: Answers;
  readonly handOver: HandOver | undefined;
};

function isHello(value: Record<string, unknown>): value is Hello & Record<string, unknown> {
  const { protocols, token, client, build, epoch } = value;
  const texts = [token, client, build].every((text) => typeof text === 'string' && text.length <= 200);
  return texts && Array.isArray(protocols) && (epoch === undefined || (Number.isSafeInteger(epoch) && Number(epoch) > 0));
}

/** Hears HELLO, then requests. Whatever is no frame, or asks for anything before HELLO, ends the connection. */
export class Connection {
  readonly #socket: Socket;
  readonly #deps: Deps;
  readonly #reader = new FrameReader();
  readonly #input = new Map<number, Buffer[]>();
  #inputBytes = 0;
  #hello: Hello | undefined;
  #watching = false;

  constructor(socket: Socket, deps: Deps) {
    this.#socket = socket;
    this.#deps = deps;
    socket.on('error', () => undefined); // `close` follows
    socket.on('data', (chunk) => {
      try {
        for (const frame of this.#reader.push(chunk)) if (!socket.destroyed) this.#hear(frame);
      } catch {
        socket.destroy();
      }
    });
  }

  /** Whether a good HELLO was heard. */
  get greeted(): boolean {
    return this.#hello !== undefined;
  }

  /** Sends an event, if this client watches. */
  tell(event: HostEvent): void {
    if (this.#watching) this.#send(encodeJson(FRAME.EVT, 0, event));
  }

  /** Tells how far a hand-over is. */
  moving(phase: Moving): void {
    if (this.#hello) this.#send(encodeJson(FRAME.MOVED, 0, { phase }));
  }

  #send(frame: Buffer): void {
    if (this.#socket.destroyed) return;
    this.#socket.write(frame);
    if (this.#socket.writableLength > UNREAD_LIMIT) this.#socket.destroy();
  }

  #hear(frame: Frame): void {
    if (!this.#hello) {
      if (frame.type !== FRAME.HELLO) this.#socket.destroy();
      else this.#greet(decodeJson(frame));
    } else if (frame.type === FRAME.REQ) {
      const { op, ...args } = decodeJson(frame);
      void this.#answer(frame.channel, String(op), args, this.#hello);
    } else if (frame.type === FRAME.IN) {
      const { bytes } = decodeBytes(frame);
      this.#inputBytes += bytes.length;
      if (bytes.length === 0) return;
      if (this.#inputBytes > INPUT_LIMIT) this.#socket.destroy();
      this.#input.set(frame.channel, [...(this.#input.get(frame.channel) ?? []), bytes]);
    }
  }

  #greet(value: Record<string, unknown>): void {
    const { build, fence, startedAt } = this.#deps;
    try {
      const { hello, protocol } = this.#judge(value);
      if (hello.epoch !== undefined) fence.hear(hello.epoch);
      this.#hello = hello;
      const welcome: Welcome = { protocol, build, host: { pid: process.pid, startedAt }, features: FEATURES };
      this.#send(encodeJson(FRAME.WELCOME, 0, welcome));
      if (this.#deps.handOver?.isMoving) this.moving('begun');
    } catch (fault) {
      this.#send(encodeJson(FRAME.WELCOME, 0, errorOf(fault)));
      this.#socket.destroySoon();
    }
  }

  #judge(value: Record<string, unknown>): { hello: Hello; protocol: number } {
    const { token, build } = this.#deps;
    if (!isHello(value)) throw new HostRefused('BAD_REQUEST', 'HELLO needs protocols, token, client and build.');
    if (!sameToken(value.token, token))
      throw new HostRefused('TOKEN_WRONG', 'This is not the token of the PTY host that answers here.');
    const protocol = PROTOCOLS.find((number) => value.protocols.includes(number));
    if (protocol !== undefined) return { hello: value, protocol };
    const versions = `The PTY host (${build}) speaks protocol ${PROTOCOLS.join(', ')}, this gt (${value.build}) ${value.protocols.join(', ')}`;
    throw new HostRefused('PROTOCOL_UNKNOWN', `${versions}: restart the town with \`gt down\` and \`gt up\`.`);
  }

  async #answer(n: number, op: string, args: Record<string, unknown>, hello: Hello): Promise<void> {
    const input = Buffer.concat(this.#input.get(n) ?? []);
    this.#input.delete(n);
    this.#inputBytes -= input.length;
    if (this.#deps.handOver?.isMoving) {
      this.#send(encodeJson(FRAME.RES, n, errorOf(new HostRefused('RETRY', 'The host hands its terminals over: ask again.'))));
      return;
    }
    const changes = REQUESTS[op] !== undefined && REQUESTS[op].right !== 'read';
    const work = () => this.#work(n, op, args, hello, input);
    const answer = await (changes ? this.#deps.answers.once(hello.client, n, work) : work());
    this.#send(encodeJson(FRAME.RES, n, answer));
    if (op === 'stop' && 'ok' in answer) this.#deps.onOver();
  }

  async #work(n: number, op: string, args: Record<string, unknown>, hello: Hello, input: Buffer): Promise<Answer> {
    const { sessions, nudges, dialogs, now, fence } = this.#deps;
    const mayChange = () => fence.check(hello.epoch);
    try {
      const request = Object.hasOwn(REQUESTS, op) ? REQUESTS[op] : undefined;
      if (!request) throw new HostRefused('BAD_REQUEST', `This host knows no request \`${op.slice(0, 100)}\`.`);
      if (request.right === 'own' && hello.epoch === undefined)
        throw new HostRefused('EPOCH_MISSING', `Only a worker may ask for \`${op}\`.`);
      if (request.right !== 'read') mayChange();
      const context = {
        peer: this.#peer(n, hello.client),
        sessions,
        nudges,
        dialogs,
        now,
        input,
        mayChange,
        info: () => this.#info(),
        watch: () => {
          this.#watching = true;
        },
        sendOutput: (from: number, bytes: Buffer) => {
          for (let at = 0; at < bytes.length; at += CHUNK)
            this.#send(encodeBytes(FRAME.OUT, n, from + at, bytes.subarray(at, at + CHUNK)));
        },
        sendSnapshot: (seq: number, bytes: Buffer) => {
          for (let at = 0; at < bytes.length; at += CHUNK)
            this.#send(encodeBytes(FRAME.SNAP, n, seq, bytes.subarray(at, at + CHUNK)));
        },
        stop: (graceMs: number | undefined) => sessions.stop(graceMs),
        handOver: (order: HandOverOrder) => this.#handOver(order, { client: hello.client, n }),
      };
      return { ok: (await request.run(args, context)) ?? null };
    } catch (fault) {
      return errorOf(fault);
    }
  }

  #handOver(order: HandOverOrder, asker: WriteName): Promise<never> {
    const { handOver } = this.#deps;
    if (!handOver) throw new HostRefused('HAND_OVER_FAILED', 'This host has nowhere to write what it would hand over.');
    return handOver.begin(order, asker);
  }

  #peer(n: number, client: string): Peer {
    const socket = this.#socket;
    return {
      n,
      line: this,
      client,
      send: (frame) => {
        this.#send(frame);
        return socket.writableLength;
      },
      onRead: (run) => {
        if (socket.destroyed || !socket.writableNeedDrain) queueMicrotask(run);
        else socket.once('drain', run);
      },
      onGone: (run) => {
        socket.once('close', run);
        return () => socket.off('close', run);
      },
    };
  }

  #info(): HostInfo {
    const { startedAt, build, fence, sessions } = this.#deps;
    return { pid: process.pid, startedAt, build, epoch: fence.highest, sessions: sessions.size };
  }
}
