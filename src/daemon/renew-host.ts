import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { townLayout } from '#world/config/layout';
import { socketPath } from '#world/config/runtime';
import { type Being, bornOf } from '#world/processes/process';
import { readToken } from '#world/pty/access';
import { connectHost } from '#world/pty/client';
import { type Host, HostRefused } from '#world/pty/host';
import { FEATURES } from '#world/pty/protocol';

/** How long a host may take to greet us, ms; one that hangs is the supervisor's business. */
const GREET_MS = 5000;

/** The host whose terminals went over to this build, and how many are in use. */
export type Renewed = { readonly pid: number; readonly sessions: number; readonly from: string };

/** The command line of a town's PTY host of this build; `socket` may be `{socket}`, which the supervisor replaces. */
export function hostProgram(root: string, socket: string, build: string): string[] {
  const { hostToken, hostState, pidFile } = townLayout(root);
  const main = fileURLToPath(new URL('../world/pty/main.js', import.meta.url));
  const files = ['--token-file', hostToken, '--state', hostState, '--pid-file', pidFile('host')];
  return [process.execPath, main, '--socket', socket, ...files, '--build', build];
}

/** Whether a host lacks something that this build needs, and could be replaced without its agents noticing. */
export function isOutdated(host: Pick<Host, 'build' | 'features'>, build: string): boolean {
  return host.build !== build && canHandOver(host) && FEATURES.some((name) => !host.features.has(name));
}

function canHandOver(host: Pick<Host, 'features'>): boolean {
  return host.features.has('hand-over');
}

/** Lets a host hand its terminals over to this build. Rejects as `Host.handOver` does: then nothing has happened. */
export async function renew(host: Host, root: string, socket: string, build: string): Promise<Renewed> {
  const from = host.build;
  const { pid } = await host.handOver(hostProgram(root, socket, build));
  const sessions = (await host.list()).filter(({ state }) => state === 'running').length;
  return { pid, sessions, from };
}

/**
 * What `gt up` does with a host that runs already: one of another build hands over to this one. Undefined when there is nothing to do, or the host cannot be
 * asked. HOST_PROTOCOL when it speaks another protocol: it and its agents are left as they are. HOST_STAYS when the successor would not start.
 */
export async function renewTownHost(root: string, build: string): Promise<Renewed | undefined | Refusal> {
  const socket = socketPath(root, 'host');
  if (isRefusal(socket)) return undefined;
  let host: Host | undefined;
  try {
    host = await greeted(socket, townLayout(root).hostToken, build, GREET_MS);
    if (!host || host.build === build || !canHandOver(host)) return undefined;
    return await renew(host, root, socket, build);
  } catch (fault) {
    if (fault instanceof HostRefused) return refusalOf(fault);
    return undefined;
  } finally {
    host?.close();
  }
}

/** What a person is told of a host that refuses. */
function refusalOf({ code, message }: HostRefused): Refusal | undefined {
  if (code === 'PROTOCOL_UNKNOWN') return refuse('HOST_PROTOCOL', { why: message.replace(/: restart .*$/, '') });
  if (code === 'HAND_OVER_FAILED') return refuse('HOST_STAYS', { why: message });
  return undefined;
}

/** The process of the host that answers at a socket: one that handed over and died of it has left a pid file that names nobody who lives. */
export async function hostBehind(path: string, tokenFile: string, limitMs: number): Promise<Being | undefined> {
  const host = await greeted(path, tokenFile, 'gt', limitMs).catch(() => undefined);
  const { pid } = (await host?.info().catch(() => undefined)) ?? { pid: 0 };
  host?.close();
  const born = bornOf(pid);
  return born ? { pid, born } : undefined;
}

/** Connects to a host; undefined if it takes too long. Rejects as `connectHost`, and when there is no token. */
async function greeted(path: string, tokenFile: string, build: string, limitMs: number): Promise<Host | undefined> {
  const coming = connectHost({ path, token: readToken(tokenFile), build });
  const done = new AbortController();
  const late = pause(limitMs, undefined, { signal: done.signal }).catch(() => undefined);
  const host = await Promise.race([coming, late]).finally(() => done.abort());
  if (!host)
    coming.then(
      (tooLate) => tooLate.close(),
      () => undefined,
    );
  return host;
}
