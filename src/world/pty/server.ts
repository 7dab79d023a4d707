/** The host's door: a unix socket at which known clients make requests. */
import { lstatSync, renameSync, rmSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { dirname } from 'node:path';
import { birthPath, checkSocketPath, makeDirectory } from './access.ts';
import { Answers } from './answers.ts';
import { Connection } from './connection.ts';
import type { Fence } from './fence.ts';
import { HostRefused } from './host.ts';
import type { Nudges } from './nudge/nudges.ts';
import type { Sessions } from './sessions.ts';

/** How long a connection may stay without a HELLO, ms. */
const HELLO_MS = 2_000;

/** What the door opens to. `now` is the time in ms since 1970; `onStopped` is called when a `stop` has been answered. */
export type ServerDeps = {
  readonly path: string;
  readonly token: string;
  readonly build: string;
  readonly sessions: Sessions;
  readonly nudges: Nudges;
  readonly fence: Fence;
  readonly now: () => number;
  readonly onStopped: () => void;
  readonly helloMs?: number;
};

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    const tell = (does: boolean) => {
      probe.destroy();
      resolve(does);
    };
    probe.once('connect', () => tell(true));
    probe.once('error', () => tell(false));
  });
}

/** Listens on a name of its own, then takes the well-known one by rename: a client finds the old socket or the new one, never none. */
async function publish(server: Server, path: string): Promise<() => void> {
  const fresh = birthPath(path);
  rmSync(fresh, { force: true });
  // a socket is made with the mode that the umask leaves; the bind happens within this call
  const umask = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(fresh, resolve);
      process.umask(umask);
    });
  } finally {
    process.umask(umask);
  }
  const { ino } = lstatSync(fresh);
  renameSync(fresh, path);
  return () => {
    try {
      if (lstatSync(path).ino === ino) rmSync(path);
    } catch {}
  };
}

/**
 * Opens the door. Throws SOCKET_PATH_TOO_LONG (a Refused), UNSAFE_PATH when the socket's directory is not ours alone, HOST_RUNS when another host
 * answers there. `close` ends all connections; it kills no session.
 */
export async function serve(deps: ServerDeps): Promise<{ close(): Promise<void> }> {
  const { path, sessions, now } = deps;
  checkSocketPath(path);
  makeDirectory(dirname(path));
  if (await answers(path)) throw new HostRefused('HOST_RUNS', `A PTY host runs already at ${path}.`);

  const startedAt = now();
  const kept = new Answers(now);
  const connections = new Map<Socket, Connection>();
  const server = createServer((socket) => {
    const connection = new Connection(socket, { ...deps, startedAt, answers: kept });
    const timer = setTimeout(() => connection.greeted || socket.destroy(), deps.helloMs ?? HELLO_MS);
    connections.set(socket, connection);
    socket.on('close', () => {
      clearTimeout(timer);
      connections.delete(socket);
    });
  });
  const unpublish = await publish(server, path);
  const deaf = sessions.onEvent((event) => {
    for (const connection of connections.values()) connection.tell(event);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        deaf();
        unpublish();
        server.close(() => resolve());
        for (const socket of connections.keys()) socket.destroySoon();
      }),
  };
}
