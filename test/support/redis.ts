import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLink } from '#world/store/link';

/** A Redis server of a test file's own, on a unix socket in a directory of its own. */
export type PrivateRedis = {
  /** Its unix socket: at most about 60 bytes, well below what the system cuts. */
  readonly path: string;
  /** redis:// url, when it was asked for with `tcp` (loopback, a free port). */
  readonly url?: string;
  readonly pid: () => number | undefined;
  /** Kills it as a power cut would (SIGKILL); what `aof` had written stays. Resolves when it has ended. */
  kill(): Promise<void>;
  /** Starts it again on the same data, and resolves when it answers. */
  start(): Promise<void>;
  /** Ends it and removes its directory. */
  stop(): Promise<void>;
};

/** Starts a server: `aof` writes every command through to disk, `tcp` listens on a loopback port too, `flags` are added as they are. */
export async function privateRedis(
  wish: { aof?: boolean; tcp?: boolean; flags?: readonly string[] } = {},
): Promise<PrivateRedis> {
  const dir = mkdtempSync(join(tmpdir(), 'gt-r-'));
  const path = join(dir, 's');
  let port = wish.tcp ? await freePort() : 0;
  const persistence = wish.aof ? ['--appendonly', 'yes', '--appendfsync', 'always'] : ['--appendonly', 'no'];
  const argv = ['--bind', '127.0.0.1', '--unixsocket', path, '--unixsocketperm', '700', '--dir', dir];
  argv.push('--save', '', '--maxmemory-policy', 'noeviction', ...persistence, ...(wish.flags ?? []));
  let server: ChildProcess | undefined;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const ending = server;
    server = undefined;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    const ended = once(ending, 'exit');
    ending.kill(signal);
    await ended;
  };
  const start = async (): Promise<void> => {
    const child = spawn('redis-server', ['--port', String(port), ...argv], { stdio: 'ignore' });
    server = child;
    const failed = once(child, 'exit').then(([code]) =>
      Promise.reject(new Error(`redis-server ended with ${code}: ${argv.join(' ')}`)),
    );
    const password = wish.flags?.includes('--requirepass');
    const answers = openLink({ path }, { waitMs: 10_000 }).then(
      (link) => link.close(),
      (fault: unknown) => (password && String(fault).includes('NOAUTH') ? undefined : Promise.reject(fault)),
    );
    failed.catch(() => undefined);
    await Promise.race([answers, failed]);
  };
  const atExit = () => {
    server?.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  };
  process.once('exit', atExit);
  for (let tries = 1; ; tries++)
    try {
      await start();
      break;
    } catch (fault) {
      // Somebody else may have got the free port first.
      if (!wish.tcp || tries === 5) throw fault;
      port = await freePort();
    }
  return {
    path,
    ...(wish.tcp && { url: `redis://127.0.0.1:${port}` }),
    pid: () => server?.pid,
    kill: () => end('SIGKILL'),
    start,
    async stop() {
      await end('SIGTERM');
      process.off('exit', atExit);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no free port');
  return address.port;
}
