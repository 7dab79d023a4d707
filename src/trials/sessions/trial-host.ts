import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { killTree } from '#world/processes/kill';
import { readToken } from '#world/pty/access';
import { connectHost } from '#world/pty/client';
import type { Host, SpawnRequest } from '#world/pty/host';

/** A PTY host of a trial's own, in a folder of its own. Nothing of it is left after `end`. */
export type TrialHost = {
  readonly dir: string;
  readonly host: Host;
  readonly pid: number;
  /** Another client, as another program would connect. */
  readonly connect: () => Promise<Host>;
  readonly request: (id: string, argv: readonly string[], size?: { cols: number; rows: number }) => SpawnRequest;
  readonly end: () => Promise<void>;
};

const MAIN = fileURLToPath(new URL('../../world/pty/main.js', import.meta.url));
const START_MS = 20_000;

/** Starts the host. @throws when it does not answer within 20 s */
export async function trialHost(): Promise<TrialHost> {
  const dir = mkdtempSync(join(tmpdir(), 'gt-trial-host-'));
  const mark = `trial${randomBytes(6).toString('hex')}.`;
  const { GT_SESSION: _session, GT_WORKER: _worker, ...env } = process.env;
  const [path, tokenFile] = [join(dir, 'host'), join(dir, 'token')];
  const words = [MAIN, '--socket', path, '--token-file', tokenFile, '--state', join(dir, 'state'), '--build', 'trial'];
  const child: ChildProcess = spawn(process.execPath, words, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = once(child, 'exit');
  const over = performance.now() + START_MS;
  while (!existsSync(tokenFile) && performance.now() < over) await pause(5);
  const connect = () => connectHost({ path, token: readToken(tokenFile), build: 'trial', epoch: 1, waitMs: START_MS });
  const host = await connect();
  return {
    dir,
    host,
    pid: child.pid ?? 0,
    connect,
    request: (id, argv, size) => ({
      id,
      argv,
      cwd: dir,
      env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C.UTF-8', GT_SESSION: `${mark}${id}` },
      ...size,
    }),
    end: async () => {
      await host.stop({ graceMs: 0 }).catch(() => child.kill('SIGKILL'));
      await ended;
      await killTree({ tokens: [{ prefix: `GT_SESSION=${mark}` }], graceMs: 0 });
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Memory that a process holds for itself and its share of what it shares (PSS), kB. */
export function memoryOf(pid: number): number {
  return Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))?.[1]);
}
