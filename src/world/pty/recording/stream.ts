/** One stream of bytes on its way into a recording: decoded, and without secrets, whatever its chunks. */
import { StringDecoder } from 'node:string_decoder';
import type { RedactorState } from '#core/redact/redact';
import { Redactor } from '#core/redact/redact';

/** What goes on in another process, as plain data. It holds clear text. `lacking` is the beginning of a character, as base64. */
export type StreamState = { readonly redactor: RedactorState; readonly lacking: string };

/** Bytes at the end that begin a character and do not end it. */
function lackingOf(bytes: Buffer): Buffer {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number;
    if (byte < 0x80) break;
    if (byte < 0xc0) continue;
    const length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return length > back ? bytes.subarray(bytes.length - back) : Buffer.alloc(0);
  }
  return Buffer.alloc(0);
}

/** One such stream. What it gives is fit to be written. */
export class Stream {
  readonly #decoder = new StringDecoder('utf8');
  readonly #redactor: Redactor;
  #last: Buffer = Buffer.alloc(0);

  constructor(secrets: readonly string[], state?: StreamState) {
    this.#redactor = new Redactor(secrets, state?.redactor);
    if (state) this.#decoder.write(this.#keep(Buffer.from(state.lacking, 'base64')));
  }

  get state(): StreamState {
    return { redactor: this.#redactor.state, lacking: lackingOf(this.#last).toString('base64') };
  }

  /** Text that waits for what follows. */
  get held(): string {
    return this.#redactor.held;
  }

  write(bytes: Buffer): string {
    return this.#redactor.push(this.#decoder.write(this.#keep(bytes)));
  }

  /** What waits and is harmless. */
  settle(): string {
    return this.#redactor.settle();
  }

  /** What waits, as stars. */
  cut(): string {
    return this.#redactor.cut();
  }

  end(): string {
    return this.#redactor.push(this.#decoder.end()) + this.#redactor.end();
  }

  #keep(bytes: Buffer): Buffer {
    // a copy: a part of a chunk would hold all of it
    this.#last = Buffer.from(bytes.length >= 3 ? bytes.subarray(-3) : Buffer.concat([this.#last, bytes]).subarray(-3));
    return bytes;
  }
}
