import type { Redis } from 'ioredis';
import { type Link, RedisGone } from './link.ts';
import { type Arg, RedisReplyError, type Reply } from './resp.ts';

/**
 * The link's contract over an ioredis connection that the process has anyway. Its owner decides how long it waits for Redis (`retryStrategy`), and
 * makes it with `autoResendUnfulfilledCommands: false`: what was in flight at a cut is the caller's to send again, and ioredis would send it a second
 * time on its own. `close` leaves the connection to its owner.
 */
export function ioredisLink(redis: Redis): Link {
  let closed = false;
  const inFlight = new Set<(fault: RedisGone) => void>();
  const gone = (reason: RedisGone['reason'], cause?: unknown) => new RedisGone(reason, place(redis), cause);
  // ioredis itself leaves requests that were cut unanswered for ever when it is told not to send them again.
  const drop = (reason: RedisGone['reason']) => {
    for (const reject of inFlight) reject(gone(reason));
    inFlight.clear();
  };
  redis.on('close', () => drop('cut'));

  /** Resolves with what `work` gives, or rejects when `drop` comes first. */
  const whileUp = async <T>(work: Promise<T>): Promise<T> => {
    let reject: (fault: RedisGone) => void = () => undefined;
    const dropped = new Promise<never>((_, refuse) => {
      reject = refuse;
    });
    inFlight.add(reject);
    return Promise.race([work, dropped]).finally(() => inFlight.delete(reject));
  };

  const pipeline = async (commands: ReadonlyArray<readonly Arg[]>): Promise<Reply[]> => {
    if (closed) throw gone('closed');
    if (commands.length === 0) return [];
    if (redis.status !== 'ready') await ready(redis, gone);
    const batch = redis.pipeline(commands.map(([name, ...args]) => ['call', unshaped(String(name)), ...args]));
    const results = await whileUp(batch.exec());
    return (results ?? []).map(([fault, reply]) => {
      if (fault && fault.name !== 'ReplyError') throw gone('cut', fault);
      return plain(fault ?? reply);
    });
  };

  return {
    pipeline,
    async call(...args) {
      const [reply = null] = await pipeline([args]);
      if (reply instanceof RedisReplyError) throw reply;
      return reply;
    },
    close() {
      closed = true;
      drop('closed');
    },
  };
}

/** Waits until the connection can be written to, as long as its owner goes on trying. */
async function ready(redis: Redis, gone: (reason: RedisGone['reason'], cause?: unknown) => RedisGone): Promise<void> {
  if (redis.status === 'end') throw gone('unreachable');
  if (redis.status === 'wait') redis.connect().catch(() => undefined);
  await new Promise<void>((resolve, reject) => {
    const settle = (done: () => void) => () => {
      redis.off('ready', up).off('end', over);
      done();
    };
    const up = settle(resolve);
    const over = settle(() => reject(gone('unreachable')));
    redis.once('ready', up).once('end', over);
  });
}

/** ioredis knows commands by their names in small letters: it gives replies of RESP3 the shape of RESP2, which we want, and makes HGETALL an object. */
function unshaped(name: string): string {
  const small = name.toLowerCase();
  return small === 'hgetall' ? 'HGETALL' : small;
}

function plain(reply: unknown): Reply {
  if (Array.isArray(reply)) return reply.map(plain);
  if (reply instanceof Error) return new RedisReplyError(reply.message);
  return reply as Reply;
}

function place(redis: Redis): string {
  const { path, host, port } = redis.options;
  return path ?? `redis://${host}:${port}`;
}
