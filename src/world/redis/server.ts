import { mkdirSync } from 'node:fs';
import { type Refusal, refuse } from '#core/refusals';
import { type Being, bornOf, ended, endProcess, signal } from '#world/processes/process';
import { onPath } from '#world/processes/programs';
import { askRedis } from './probe.ts';

/** The server program on PATH, Redis or Valkey; REDIS_MISSING without one. */
export function findRedisServer(path?: string): string | Refusal {
  return onPath(['redis-server', 'valkey-server'], path) ?? refuse('REDIS_MISSING');
}

/**
 * The command line of a town's own server: on a unix socket alone, no TCP port. Every write goes to the append-only file, which is synced once a second; no
 * key is ever evicted; a file whose last write was cut by a crash is read up to there. It stays in the foreground: the supervisor holds it.
 */
export function redisArgv(input: { program: string; socket: string; data: string }): string[] {
  mkdirSync(input.data, { recursive: true, mode: 0o700 });
  const settings: Array<[string, string]> = [
    ['port', '0'],
    ['unixsocket', input.socket],
    ['unixsocketperm', '600'],
    ['dir', input.data],
    ['daemonize', 'no'],
    ['save', ''],
    ['appendonly', 'yes'],
    ['appendfsync', 'everysec'],
    ['aof-load-truncated', 'yes'],
    ['maxmemory-policy', 'noeviction'],
    // Jobs and records have values of some hundred bytes; packed they take half the memory. The older name is known to every version.
    ['hash-max-ziplist-value', '512'],
    ['logfile', ''],
  ];
  return [input.program, ...settings.flatMap(([key, value]) => [`--${key}`, value])];
}

/** The process that serves a socket, as Redis itself tells it: found even when its pid file is lost. Undefined when nobody answers within `limitMs`. */
export async function redisBehind(socket: string, limitMs: number): Promise<Being | undefined> {
  const [info] = await askRedis(socket, [['INFO', 'server']], limitMs).catch(() => []);
  const pid = Number(/^process_id:(\d+)/m.exec(typeof info === 'string' ? info : '')?.[1] ?? 0);
  const born = bornOf(pid);
  return born ? { pid, born } : undefined;
}

const SHUTDOWN_LIMIT_MS = 20_000;

/**
 * Ends the town's own server with its append-only file flushed: SHUTDOWN, then TERM (which does the same), and KILL only when neither was obeyed. Answers how
 * it ended.
 */
export async function stopRedis(server: Being, socket: string | undefined): Promise<'gone' | 'ended' | 'killed' | 'left'> {
  if (bornOf(server.pid) !== server.born) return 'gone';
  // A stopped process could not answer.
  signal(server, 'SIGCONT');
  if (socket) {
    await askRedis(socket, [['SHUTDOWN']], SHUTDOWN_LIMIT_MS).catch(() => undefined);
    if (await ended(server, SHUTDOWN_LIMIT_MS / 4)) return 'ended';
  }
  return await endProcess(server, SHUTDOWN_LIMIT_MS / 2);
}
