/**
 * RESP2, the language of Redis, in as few lines as gt needs: commands out, replies in. No package is loaded here: a hook command is on an agent's
 * way at every prompt, and a Redis client would double its start. Replies are read as UTF-8 text; arguments may be any bytes.
 */

/** An argument of a command. Numbers are written as JavaScript prints them. */
export type Arg = string | number | Buffer;

/** A reply: text, an integer, nil, an error as a value (inside a batch or an array), or an array of replies. */
export type Reply = string | number | null | RedisReplyError | Reply[];

/** Redis answered with an error: the command was understood as far as it goes, and refused. `code` is its first word (`WRONGTYPE`, `NOSCRIPT`). */
export class RedisReplyError extends Error {
  override readonly name = 'RedisReplyError';
  readonly code: string;
  constructor(message: string) {
    super(message);
    this.code = /^\S*/.exec(message)?.[0] ?? '';
  }
}

/** The bytes of one command after the other, to be written at once. */
export function encode(commands: ReadonlyArray<readonly Arg[]>): Buffer {
  const parts: Buffer[] = [];
  let text = '';
  for (const command of commands) {
    text += `*${command.length}\r\n`;
    for (const arg of command) {
      if (typeof arg === 'object') {
        parts.push(Buffer.from(`${text}$${arg.length}\r\n`), arg);
        text = '\r\n';
      } else {
        const word = String(arg);
        text += `$${Buffer.byteLength(word)}\r\n${word}\r\n`;
      }
    }
  }
  parts.push(Buffer.from(text));
  return Buffer.concat(parts);
}

const CR = 13;
const LF = 10;

/**
 * A reader that is fed chunks as they arrive, cut at any byte, and hands each whole reply to `onReply`. What is complete is read once; a long value
 * is put together only when its last byte is there. Throws Error when the bytes are no RESP2: the connection is then useless.
 */
export function replyReader(onReply: (reply: Reply) => void): (chunk: Buffer) => void {
  let waiting: Buffer[] = [];
  let size = 0;
  let need = 1;
  const open: Array<{ items: Reply[]; left: number }> = [];

  const close = (reply: Reply): void => {
    let whole = reply;
    for (let top = open.at(-1); top; top = open.at(-1)) {
      top.items.push(whole);
      if (--top.left > 0) return;
      whole = top.items;
      open.pop();
    }
    onReply(whole);
  };

  return (chunk) => {
    waiting.push(chunk);
    size += chunk.length;
    if (size < need) return;
    const bytes = waiting.length === 1 ? chunk : Buffer.concat(waiting);
    let at = 0;
    need = 0;
    while (need === 0) {
      const part = readPart(bytes, at);
      if ('need' in part) need = part.need;
      else {
        at = part.next;
        if ('opens' in part) open.push({ items: [], left: part.opens });
        else close(part.reply);
      }
    }
    waiting = at < bytes.length ? [bytes.subarray(at)] : [];
    size = bytes.length - at;
  };
}

type Part = { need: number } | { next: number; reply: Reply } | { next: number; opens: number };

/** One reply, the head of an array, or how many bytes from `at` must be there before it is worth looking again. */
function readPart(bytes: Buffer, at: number): Part {
  const end = bytes.indexOf('\r\n', at, 'latin1');
  if (end < 0) return { need: bytes.length - at + 1 };
  const line = bytes.toString('utf8', at + 1, end);
  const next = end + 2;
  switch (bytes[at]) {
    case 0x2b: // +
      return { next, reply: line };
    case 0x2d: // -
      return { next, reply: new RedisReplyError(line) };
    case 0x3a: // :
      return { next, reply: wholeNumber(line) };
    case 0x24: {
      // $
      const length = wholeNumber(line);
      if (length < 0) return { next, reply: null };
      const last = next + length;
      if (bytes.length < last + 2) return { need: last + 2 - at };
      if (bytes[last] !== CR || bytes[last + 1] !== LF) throw new Error('Redis sent a value that does not end where it said.');
      return { next: last + 2, reply: bytes.toString('utf8', next, last) };
    }
    case 0x2a: {
      // *
      const count = wholeNumber(line);
      if (count < 0) return { next, reply: null };
      return count === 0 ? { next, reply: [] } : { next, opens: count };
    }
    default:
      throw new Error('What answers there does not speak the protocol of Redis.');
  }
}

function wholeNumber(line: string): number {
  if (!/^-?\d+$/.test(line)) throw new Error('Redis sent a number that is none.');
  return Number(line);
}
