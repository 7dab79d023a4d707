/** The way to a host's socket. */
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { checkDirectory, checkSocket } from './access.ts';
import { HostGone, HostRefused } from './host.ts';

const RETRY_FIRST_MS = 5;
const RETRY_LAST_MS = 100;

function dial(path: string): Promise<Socket> {
  checkDirectory(dirname(path));
  checkSocket(path);
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(socket));
    socket.once('error', reject);
  });
}

/** Tries for `waitMs` (0: once). Rejects with HostGone, and with HostRefused for a directory or socket that is not safe. */
export async function reach(path: string, waitMs: number): Promise<Socket> {
  const over = performance.now() + waitMs;
  for (let wait = RETRY_FIRST_MS; ; wait = Math.min(wait * 2, RETRY_LAST_MS)) {
    try {
      return await dial(path);
    } catch (fault) {
      if (fault instanceof HostRefused) throw fault;
      if (performance.now() >= over) throw new HostGone(`No PTY host answers at ${path} (${(fault as Error).message}).`);
      await pause(wait);
    }
  }
}
