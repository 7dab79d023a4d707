import { createConnection, type IpcNetConnectOpts, isIP, type Socket, type TcpNetConnectOpts } from 'node:net';
import { type Arg, encode, RedisReplyError, type Reply, replyReader } from './resp.ts';

/**
 * A connection to Redis for commands, on nothing but Node: what the CLI uses, so that it starts fast. The worker has an ioredis connection anyway
 * and uses that one through `ioredis-link.ts`; both keep the same contract (test/redis/link.test.ts).
 *
 * A request that was sent when the connection went down is rejected, never sent again from here: only the caller knows whether it may run twice (a
 * commit may: it carries its id). A request that was not sent yet waits for the connection, at most as long as the link was told to.
 * Not here: blocking commands, subscriptions, transactions over several calls.
 */
export type Link = {
  /** Sends one command. Rejects with RedisReplyError (Redis refused it) or RedisGone. Bulk replies are UTF-8 text. */
  call(...args: Arg[]): Promise<Reply>;
  /** Sends many at once, in order. An error of one is a value in its place. Rejects with RedisGone alone: then any number of them may have run. */
  pipeline(commands: ReadonlyArray<readonly Arg[]>): Promise<Reply[]>;
  /** Ends the connection at once. What is still in flight is rejected. */
  close(): void;
};

/** Where Redis is: a unix socket, or a redis:// or rediss:// url with user, password and database number where it needs them. */
export type Where = { readonly path: string } | { readonly url: string };

/**
 * How long a link tries (ms): to get a connection (0: one try), and for an answer before the connection counts as lost (default 30 s). A link of `oneRun` ends
 * with the Redis that it first met: one that was restarted may know less than what was read from it.
 */
export type Patience = {
  readonly waitMs: number;
  readonly answerMs?: number;
  readonly oneRun?: boolean;
  readonly now?: () => number;
};

/** No Redis to talk to: never reached within the time, lost with requests in flight (they may have run or not), restarted, or the link was closed. */
export class RedisGone extends Error {
  override readonly name = 'RedisGone';
  readonly reason: 'unreachable' | 'cut' | 'closed' | 'restarted';
  /** The socket path or the url without its password. */
  readonly where: string;
  constructor(reason: RedisGone['reason'], where: string, cause?: unknown) {
    super(`Redis is gone (${reason}): ${where}${cause instanceof Error ? `: ${cause.message}` : ''}`, { cause });
    this.reason = reason;
    this.where = where;
  }
}

const ANSWER_MS = 30_000;
const DIAL_MS = 2_000;
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 250;

/** Connects. Rejects with RedisGone when that does not succeed in time, with RedisReplyError when Redis does not let us in (password, database). */
export async function openLink(where: Where, patience: Patience): Promise<Link> {
  const link = new LeanLink(where, patience);
  await link.line();
  return link;
}

class LeanLink implements Link {
  private readonly where: Where;
  private readonly patience: Required<Patience>;
  private live: Line | undefined;
  private dialling: Promise<Line> | undefined;
  private closed = false;
  private run: string | undefined;

  constructor(where: Where, patience: Patience) {
    this.where = where;
    this.patience = { answerMs: ANSWER_MS, oneRun: false, now: () => performance.now(), ...patience };
  }

  async call(...args: Arg[]): Promise<Reply> {
    const [reply = null] = await this.pipeline([args]);
    if (reply instanceof RedisReplyError) throw reply;
    return reply;
  }

  async pipeline(commands: ReadonlyArray<readonly Arg[]>): Promise<Reply[]> {
    if (commands.length === 0) return [];
    const line = this.live?.up && !this.closed ? this.live : await this.line();
    return line.send(commands, this.patience.answerMs);
  }

  close(): void {
    this.closed = true;
    this.live?.drop('closed');
  }

  /** The live line, or a new one; tries until the time is over. Everyone who waits shares the try, each has a deadline of its own. */
  async line(): Promise<Line> {
    const deadline = this.patience.now() + this.patience.waitMs;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      if (this.closed) throw new RedisGone('closed', place(this.where));
      if (this.live?.up) return this.live;
      try {
        this.dialling ??= this.dial().finally(() => {
          this.dialling = undefined;
        });
        return await this.dialling;
      } catch (fault) {
        if (fault instanceof RedisGone && (fault.reason === 'closed' || fault.reason === 'restarted')) throw fault;
        if (fault instanceof RedisReplyError && fault.code !== 'LOADING') throw fault;
        const leftMs = deadline - this.patience.now();
        if (leftMs <= 0) throw new RedisGone('unreachable', place(this.where), fault);
        await new Promise((resolve) => setTimeout(resolve, Math.min(pauseMs, leftMs)));
      }
    }
  }

  /** One try: connected, let in, and with its data loaded. */
  private async dial(): Promise<Line> {
    const { options, tls, greeting } = address(this.where);
    const socket = tls ? (await import('node:tls')).connect(options) : createConnection(options);
    const line = new Line(socket, place(this.where));
    const refused = (await line.send(greeting, DIAL_MS)).find((reply) => reply instanceof RedisReplyError);
    if (refused || this.closed) line.drop('closed');
    if (refused) throw refused;
    if (this.closed) throw new RedisGone('closed', place(this.where));
    if (this.patience.oneRun) await this.isSameRun(line);
    this.live = line;
    return line;
  }

  private async isSameRun(line: Line): Promise<void> {
    const run = runOf((await line.send([['INFO', 'server']], DIAL_MS))[0]);
    this.run ??= run;
    if (run === this.run) return;
    line.drop('closed');
    throw new RedisGone('restarted', place(this.where));
  }
}

/** A request that was written: the replies so far, and how many are still to come. */
type Flight = { readonly replies: Reply[]; left: number; resolve(replies: Reply[]): void; reject(fault: Error): void };

/** One socket from its first try to connect to its end, with what is in flight on it. It never comes back: the link makes another. */
class Line {
  private readonly socket: Socket;
  private readonly where: string;
  private readonly flights: Flight[] = [];
  private fault: Error | undefined;

  constructor(socket: Socket, where: string) {
    this.socket = socket.setNoDelay(true);
    this.where = where;
    const read = replyReader((reply) => this.land(reply));
    socket.on('data', (chunk: Buffer) => {
      try {
        read(chunk);
      } catch (fault) {
        socket.destroy(fault as Error);
      }
    });
    socket.on('timeout', () => socket.destroy(new Error('no answer in time')));
    socket.on('error', (fault) => {
      this.fault = fault;
    });
    socket.on('close', () => this.drop('cut'));
  }

  get up(): boolean {
    return this.socket.writable;
  }

  /** Writes the commands; the replies come in order. Silence of `answerMs` ends the line. */
  send(commands: ReadonlyArray<readonly Arg[]>, answerMs: number): Promise<Reply[]> {
    return new Promise((resolve, reject) => {
      if (this.socket.destroyed) return reject(new RedisGone('cut', this.where, this.fault));
      this.flights.push({ replies: [], left: commands.length, resolve, reject });
      this.socket.setTimeout(answerMs);
      this.socket.write(encode(commands));
    });
  }

  /** Ends the line and tells everyone who waits for an answer on it. */
  drop(reason: 'cut' | 'closed'): void {
    this.socket.destroy();
    for (const flight of this.flights.splice(0)) flight.reject(new RedisGone(reason, this.where, this.fault));
  }

  private land(reply: Reply): void {
    const flight = this.flights[0];
    if (!flight) return;
    flight.replies.push(reply);
    if (--flight.left > 0) return;
    this.flights.shift();
    if (this.flights.length === 0) this.socket.setTimeout(0);
    flight.resolve(flight.replies);
  }
}

/** The id of the run of a Redis, from its INFO. */
export const runOf = (info: Reply | undefined): string => /run_id:(\w+)/.exec(typeof info === 'string' ? info : '')?.[1] ?? '';

/** What to connect to, and what to say first. A socket without password is only pinged: a server that still loads its data says so. */
function address(where: Where): { options: TcpNetConnectOpts | IpcNetConnectOpts; tls: boolean; greeting: string[][] } {
  if ('path' in where) return { options: { path: where.path }, tls: false, greeting: [['PING']] };
  const url = new URL(where.url);
  const [user, password, database] = [url.username, url.password, url.pathname.slice(1)].map(decodeURIComponent);
  const greeting: string[][] = [];
  if (password) greeting.push(user ? ['AUTH', user, password] : ['AUTH', password]);
  greeting.push(database ? ['SELECT', database] : ['PING']);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1') || '127.0.0.1';
  const tls = url.protocol === 'rediss:';
  const options = { host, port: Number(url.port || 6379), ...(tls && !isIP(host) && { servername: host }) };
  return { options, tls, greeting };
}

/** The place as people may see it: without the password. */
function place(where: Where): string {
  return 'path' in where ? where.path : where.url.replace(/:\/\/[^@/]*@/, '://');
}
