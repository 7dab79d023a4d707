/**
 * The bytes between host and client. A frame: u32 length of what follows, u8 type, u32 channel, payload; numbers are big-endian.
 * The channel of REQ, RES, OUT and IN is the number of the request that they belong to; IN comes before its REQ, OUT before its RES.
 * Protocol 1. New features get a name in WELCOME; the number changes only when an old client would be wrong.
 */

/** Versions of the protocol that this build speaks. */
export const PROTOCOLS: readonly number[] = [1];

/**
 * What this build can do beyond the protocol's first form, told in WELCOME. `screen`: the requests `peek` and `snapshot`; `attach`: `attach` and what goes
 * with it; `events`; `record`: that request, and `record` in `spawn`; `nudge`: `nudge`, `nudge-ack`, `withdraw`, `nudges` and `look`; `dialog`: `dialog-read`
 * and `dialog-answer`; `hand-over`: the request of that name, and MOVED.
 */
export const FEATURES: readonly string[] = ['screen', 'attach', 'events', 'record', 'nudge', 'hand-over', 'dialog'];

/** The feature that a host must have for a request to be known to it; requests that are not named here belong to the protocol's first form. */
export const FEATURE_OF: Readonly<Record<string, string>> = {
  peek: 'screen',
  snapshot: 'screen',
  attach: 'attach',
  history: 'attach',
  events: 'events',
  record: 'record',
  nudge: 'nudge',
  'nudge-ack': 'nudge',
  withdraw: 'nudge',
  nudges: 'nudge',
  look: 'nudge',
  'hand-over': 'hand-over',
  'dialog-read': 'dialog',
  'dialog-answer': 'dialog',
};

/**
 * Types of frames. Those unknown to the receiver are skipped. SNAP carries a screen with the seq at which it was taken, in as many frames as it takes. MOVED
 * tells how far a hand-over is, as JSON: `{"phase": "begun"}`, `moved` or `stayed`.
 */
export const FRAME = { HELLO: 1, WELCOME: 2, REQ: 3, RES: 4, EVT: 5, OUT: 6, IN: 7, SNAP: 8, MOVED: 9 } as const;

/** Largest frame, length field included, in bytes. A larger one ends the connection: the sender speaks something else. */
export const FRAME_LIMIT = 1 << 20;
/** Bytes of input or output that one frame carries at most. */
export const CHUNK = 512 << 10;

const LENGTH_BYTES = 4;
const HEAD_BYTES = 5;
const SEQ_BYTES = 8;

/** A frame as it was received; the payload is JSON or, of IN and OUT, a u64 number of the first byte and the bytes. */
export type Frame = { readonly type: number; readonly channel: number; readonly payload: Buffer };

/** First frame of a client. `client` names it over reconnections; `epoch` is a worker's. */
export type Hello = {
  readonly protocols: readonly number[];
  readonly token: string;
  readonly client: string;
  readonly build: string;
  readonly epoch?: number;
};

/** The host's answer to HELLO. */
export type Welcome = {
  readonly protocol: number;
  readonly build: string;
  readonly host: { readonly pid: number; readonly startedAt: number };
  readonly features: readonly string[];
};

/** What was sent is no frame of this protocol. */
export class FrameFault extends Error {
  override readonly name = 'FrameFault';
}

function encode(type: number, channel: number, ...parts: Buffer[]): Buffer {
  const head = Buffer.alloc(LENGTH_BYTES + HEAD_BYTES);
  const frame = Buffer.concat([head, ...parts]);
  if (frame.length > FRAME_LIMIT) throw new FrameFault(`A frame of ${frame.length} bytes is larger than ${FRAME_LIMIT}.`);
  frame.writeUInt32BE(frame.length - LENGTH_BYTES, 0);
  frame.writeUInt8(type, LENGTH_BYTES);
  frame.writeUInt32BE(channel, LENGTH_BYTES + 1);
  return frame;
}

/** A frame with a JSON value. Throws FrameFault when it is larger than 1 MB. */
export function encodeJson(type: number, channel: number, value: unknown): Buffer {
  return encode(type, channel, Buffer.from(JSON.stringify(value)));
}

/** A frame with bytes and the number of the first. Throws FrameFault when it is larger than 1 MB. */
export function encodeBytes(type: number, channel: number, seq: number, bytes: Buffer): Buffer {
  const head = Buffer.alloc(SEQ_BYTES);
  head.writeBigUInt64BE(BigInt(seq));
  return encode(type, channel, head, bytes);
}

/** The JSON object of a frame. Throws FrameFault when it is none. */
export function decodeJson(frame: Frame): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(frame.payload.toString('utf8'));
  } catch {}
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new FrameFault(`A frame of type ${frame.type} holds no JSON object.`);
  return value as Record<string, unknown>;
}

/** The bytes of a frame and the number of the first. Throws FrameFault when it is too short for that number. */
export function decodeBytes(frame: Frame): { seq: number; bytes: Buffer } {
  if (frame.payload.length < SEQ_BYTES) throw new FrameFault(`A frame of type ${frame.type} is too short.`);
  return { seq: Number(frame.payload.readBigUInt64BE()), bytes: frame.payload.subarray(SEQ_BYTES) };
}

/** Finds the frames in a stream of chunks. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);

  /** The frames that this chunk completes. Throws FrameFault at a length that no frame has; nothing can be read after that. */
  push(chunk: Buffer): Frame[] {
    let rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const frames: Frame[] = [];
    while (rest.length >= LENGTH_BYTES) {
      const length = rest.readUInt32BE(0);
      if (length < HEAD_BYTES || length > FRAME_LIMIT - LENGTH_BYTES) throw new FrameFault(`No frame has a length of ${length}.`);
      const end = LENGTH_BYTES + length;
      if (rest.length < end) break;
      const payload = rest.subarray(LENGTH_BYTES + HEAD_BYTES, end);
      frames.push({ type: rest.readUInt8(LENGTH_BYTES), channel: rest.readUInt32BE(LENGTH_BYTES + 1), payload });
      rest = rest.subarray(end);
    }
    this.#rest = rest;
    return frames;
  }
}
