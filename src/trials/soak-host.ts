import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readToken } from '#world/pty/access';
import { connectHost } from '#world/pty/client';
import type { Host } from '#world/pty/host';

const HOST = fileURLToPath(new URL('../world/pty/main.js', import.meta.url));

/** A PTY host of a trial's own. `env` is what its other processes are started with: without gt's tokens. */
export type SoakHost = {
  readonly env: NodeJS.ProcessEnv;
  readonly connect: () => Promise<Host>;
  /** Kills its sessions, and waits for its end. */
  readonly end: () => Promise<void>;
};

/** Starts a host below `dir`. */
export async function startSoakHost(dir: string): Promise<SoakHost> {
  const [path, token] = [join(dir, 'host', 's'), join(dir, 'token')];
  const { GT_SESSION: _session, GT_WORKER: _worker, ...env } = process.env;
  const args = ['--socket', path, '--token-file', token, '--state', join(dir, 'state'), '--build', 'soak'];
  const host = spawn(process.execPath, [HOST, ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  while (!existsSync(token)) {
    if (host.exitCode !== null) throw new Error(`The PTY host did not start: it ended with ${host.exitCode}.`);
    await pause(10);
  }
  const connect = () => connectHost({ path, token: readToken(token), build: 'soak', epoch: 1, waitMs: 30_000 });
  const end = async () => {
    const last = await connect();
    await last.stop({ graceMs: 0 });
    if (host.exitCode === null && host.signalCode === null) await once(host, 'exit');
  };
  return { env, connect, end };
}
