import { type Refusal, refuse } from '#core/refusals';
import { atLeast } from '#world/processes/programs';
import { askRedis, type Reply, withoutSecret } from './probe.ts';

/** The oldest Redis that BullMQ and gt's scripts are known to work with. */
export const OLDEST_REDIS = '6.2';

export type RedisFacts = {
  /** The version whose commands it has; for Valkey its own version is beside it. */
  readonly version: string;
  readonly valkey?: string;
  /** Changes at each start of the server. */
  readonly runId: string;
  readonly pid: number;
  readonly policy: string;
};

function fieldsOf(info: Reply | undefined): Map<string, string> {
  if (info instanceof Error) throw info;
  const lines = typeof info === 'string' ? info.split(/\r?\n/) : [];
  return new Map(
    lines
      .filter((line) => line.includes(':'))
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
  );
}

/**
 * Looks at a Redis before anything is trusted to it: REDIS_DOWN when it cannot be reached or signed in to, REDIS_TOO_OLD below 6.2, REDIS_EVICTS when it
 * drops keys as memory runs short. `where` is a socket's path or a url; no password is ever among the facts of a refusal.
 */
export async function inspectRedis(where: string, limitMs = 5000): Promise<RedisFacts | Refusal> {
  let server: Map<string, string>;
  let memory: Map<string, string>;
  let config: Reply | undefined;
  try {
    const replies = await askRedis(
      where,
      [
        ['INFO', 'server'],
        ['INFO', 'memory'],
        ['CONFIG', 'GET', 'maxmemory-policy'],
      ],
      limitMs,
    );
    server = fieldsOf(replies[0]);
    memory = fieldsOf(replies[1] instanceof Error ? '' : replies[1]);
    config = replies[2];
  } catch (fault) {
    return refuse('REDIS_DOWN', { where: `${withoutSecret(where)} (${(fault as Error).message || 'no connection'})` });
  }
  const version = server.get('redis_version') ?? '0';
  const valkey = server.get('valkey_version');
  if (!atLeast(version, OLDEST_REDIS)) return refuse('REDIS_TOO_OLD', { version, need: OLDEST_REDIS });
  // A hosted Redis may forbid CONFIG; INFO tells the same.
  const policy =
    (Array.isArray(config) && typeof config[1] === 'string' ? config[1] : undefined) ??
    memory.get('maxmemory_policy') ??
    'unknown';
  if (policy !== 'noeviction') return refuse('REDIS_EVICTS', { policy });
  return {
    version,
    ...(valkey ? { valkey } : {}),
    runId: server.get('run_id') ?? '',
    pid: Number(server.get('process_id') ?? 0),
    policy,
  };
}
