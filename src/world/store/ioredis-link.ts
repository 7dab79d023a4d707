import type { Redis } from 'ioredis';
import type { Link, Reply } from './link.ts';

/** The Link over an ioredis connection: the worker's, which waits for Redis without limit. Closing it is up to its owner. */
export function ioredisLink(redis: Redis): Link {
  return {
    call: (command, ...args) => redis.call(String(command), ...args) as Promise<Reply>,
    pipeline: async (commands) => {
      const replies = await redis.pipeline(commands.map(([command, ...args]) => ['call', String(command), ...args])).exec();
      return (replies ?? []).map(([fault, reply]) => (fault ?? reply) as Reply);
    },
    close: () => undefined,
  };
}
