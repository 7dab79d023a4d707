import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** A reply of Redis; an error that it answered is a value here. */
export type Reply = string | number | null | Error | readonly Reply[];

/** Reads one reply that begins at `at`; undefined while it has not arrived whole. */
function readReply(bytes: Buffer, at: number): { reply: Reply; next: number } | undefined {
  const end = bytes.indexOf('\r\n', at);
  if (end < 0) return undefined;
  const line = bytes.toString('utf8', at + 1, end);
  let next = end + 2;
  switch (String.fromCharCode(bytes[at] ?? 0)) {
    case '+':
      return { reply: line, next };
    case '-':
      return { reply: new Error(line), next };
    case ':':
      return { reply: Number(line), next };
    case '$': {
      const length = Number(line);
      if (length < 0) return { reply: null, next };
      if (bytes.length < next + length + 2) return undefined;
      return { reply: bytes.toString('utf8', next, next + length), next: next + length + 2 };
    }
    case '*': {
      const items: Reply[] = [];
      for (let count = Number(line); count > 0; count--) {
        const item = readReply(bytes, next);
        if (!item) return undefined;
        items.push(item.reply);
        next = item.next;
      }
      return { reply: items, next };
    }
    default:
      throw new Error('this is no Redis: its answer is in another protocol');
  }
}

const asCommand = (words: readonly string[]) =>
  `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;

/** Opens a connection to a Redis: a socket's path (also `unix:/path`), or a `redis://` or `rediss://` url. Says which commands sign in there. */
function open(where: string): { socket: Socket; signIn: string[][]; greeting: 'connect' | 'secureConnect' } {
  if (where.startsWith('/') || where.startsWith('unix:'))
    return { socket: connect(where.replace(/^unix:(\/\/)?/, '')), signIn: [], greeting: 'connect' };
  const url = new URL(where);
  const host = url.hostname.replace(/^\[|\]$/g, '') || '127.0.0.1';
  const port = Number(url.port || 6379);
  const [user, password, database] = [decodeURIComponent(url.username), decodeURIComponent(url.password), url.pathname.slice(1)];
  const signIn = [
    ...(password ? [['AUTH', ...(user ? [user] : []), password]] : []),
    ...(database && database !== '0' ? [['SELECT', database]] : []),
  ];
  return url.protocol === 'rediss:'
    ? { socket: connectTls({ host, port, servername: host }), signIn, greeting: 'secureConnect' }
    : { socket: connect({ host, port }), signIn, greeting: 'connect' };
}

/**
 * Asks a Redis a few things over a connection of its own, and hangs up. An error that Redis answers to a command is among the replies; a refused sign-in,
 * no connection, a connection that ends early (other than by SHUTDOWN, whose reply is null) and `limitMs` without an answer reject.
 */
export function askRedis(where: string, commands: ReadonlyArray<readonly string[]>, limitMs: number): Promise<Reply[]> {
  return new Promise((resolve, reject) => {
    const { socket, signIn, greeting } = open(where);
    const timer = setTimeout(() => socket.destroy(new Error(`no answer within ${limitMs} ms`)), limitMs);
    const replies: Reply[] = [];
    const all = [...signIn, ...commands];
    let bytes = Buffer.alloc(0);
    socket.on(greeting, () => socket.write(all.map(asCommand).join('')));
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      try {
        for (let read = readReply(bytes, 0); read; read = readReply(bytes, 0)) {
          bytes = bytes.subarray(read.next);
          if (replies.push(read.reply) <= signIn.length && read.reply instanceof Error) return void socket.destroy(read.reply);
        }
      } catch (fault) {
        return void socket.destroy(fault as Error);
      }
      if (replies.length < all.length) return;
      resolve(replies.slice(signIn.length));
      socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => {
      clearTimeout(timer);
      const last = commands.at(-1)?.[0]?.toUpperCase();
      if (replies.length === all.length - 1 && last === 'SHUTDOWN') resolve([...replies.slice(signIn.length), null]);
      reject(new Error('it ended the connection'));
    });
  });
}

/** A place of Redis as it may be shown: without its password. */
export function withoutSecret(where: string): string {
  return where.replace(/^(rediss?:\/\/)[^@/]*@/, '$1***@');
}

/** Whether Redis answers: `ready`, or `loading` while it reads its data. Rejects when it cannot be reached within `limitMs`, or answers anything else. */
export async function pingRedis(where: string, limitMs: number): Promise<'ready' | 'loading'> {
  const [reply] = await askRedis(where, [['PING']], limitMs);
  if (reply === 'PONG') return 'ready';
  if (reply instanceof Error && reply.message.startsWith('LOADING')) return 'loading';
  throw reply instanceof Error ? reply : new Error(`it answered ${JSON.stringify(reply)} to PING`);
}
