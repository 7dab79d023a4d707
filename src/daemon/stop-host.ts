import { setTimeout as pause } from 'node:timers/promises';
import { isRefusal } from '#core/refusals';
import { townLayout } from '#world/config/layout';
import { socketPath } from '#world/config/runtime';
import { ended, endProcess } from '#world/processes/process';
import { readToken } from '#world/pty/access';
import { connectHost } from '#world/pty/client';
import type { StopHost } from './stop-town.ts';

/** Beyond the agents' grace, ms: the host's own sweep, and the last output. */
const SPARE_MS = 20_000;
const EXIT_MS = 5000;

/**
 * Ends a town's host through its own request, which ends every session as it should be ended. One that cannot be asked (it hangs, its token is lost) is ended
 * by signal: its agents lose their terminals then, and what is left of them is found by token.
 */
export function hostStopper(root: string): StopHost {
  return async (host, graceMs) => {
    const done = new AbortController();
    const late = pause(graceMs + SPARE_MS, false, { signal: done.signal }).catch(() => false);
    const asked = await Promise.race([askToStop(root, graceMs).catch(() => false), late]);
    done.abort();
    if (asked && (await ended(host, EXIT_MS))) return 'ended';
    return await endProcess(host, asked ? EXIT_MS : graceMs);
  };
}

async function askToStop(root: string, graceMs: number): Promise<boolean> {
  const path = socketPath(root, 'host');
  if (isRefusal(path)) return false;
  const client = await connectHost({ path, token: readToken(townLayout(root).hostToken), build: 'gt' });
  await client.stop({ graceMs }).finally(() => client.close());
  return true;
}
