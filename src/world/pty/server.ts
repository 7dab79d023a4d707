/** The host's door: a unix socket at which known clients make requests. */
import { lstatSync, renameSync, rmSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { dirname } from 'node:path';
import { birthPath, isKept, makeDirectory, tooLong } from './access.ts';
import { Answers } from './answers.ts';
import { Connection } from './connection.ts';
import type { Dialogs } from './dialog/dialogs.ts';
import type { Fence } from './fence.ts';
import type { HandOverDeps } from './hand-over.ts';
import { HandOver } from './hand-over.ts';
import { HostRefused } from './host.ts';
import type { Nudges } from './nudge/nudges.ts';
import type { Sessions } from './sessions.ts';

/** How long a connection may stay without a HELLO, ms. */
const HELLO_MS = 2_000;

/**
 * What the door opens to. `now` is the time in ms since 1970; `onOver` is called when a `stop` has been answered, and when the terminals were handed over.
 * `answers` are those that an earlier host gave; until `held` resolves, clients find the door and wait. Without `handOver` (see `HandOverDeps`) it hands
 * nothing over.
 */
export type ServerDeps = {
  readonly path: string;
  readonly token: string;
  readonly build: string;
  readonly sessions: Sessions;
  readonly nudges: Nudges;
  readonly dialogs: Dialogs;
  readonly fence: Fence;
  readonly now: () => number;
  readonly onOver: () => void;
  readonly helloMs?: number;
  readonly answers?: Answers;
  readonly held?: Promise<void>;
  readonly handOver?: { readonly stateFile: string; readonly pidFile: string | undefined };
  readonly warn?: (line: string) => void;
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
 * Opens the door. Throws for a name that the system would cut, UNSAFE_PATH when the socket's directory is not ours alone, HOST_RUNS when another host
 * answers there. `close` ends all connections; it kills no session.
 */
export async function serve(deps: ServerDeps): Promise<{ close(): Promise<void> }> {
  const { path, sessions, now, held } = deps;
  const long = tooLong(path);
  if (long) throw new Error(`The socket path has ${long.bytes} bytes, and the system cuts names over ${long.limit}: ${path}`);
  makeDirectory(dirname(path));
  // a host that hands over answers there, unless it died and another has taken its place
  const isTaken = held ? !isKept(path) : await answers(path);
  if (isTaken) throw new HostRefused('HOST_RUNS', `Another PTY host runs already at ${path}.`);

  const startedAt = now();
  const { answers: kept = new Answers(now), handOver: files, warn = () => undefined, onOver: leave } = deps;
  const connections = new Map<Socket, Connection>();
  const tell: HandOverDeps['tell'] = (phase) => {
    for (const connection of connections.values()) connection.moving(phase);
  };
  const handOver = files && new HandOver({ ...files, sessions, answers: kept, socket: path, tell, leave, warn });
  const server = createServer({ pauseOnConnect: held !== undefined }, async (socket) => {
    if (held) {
      socket.on('error', () => undefined); // `close` follows
      await held;
      if (socket.destroyed) return;
      socket.resume();
    }
    const connection = new Connection(socket, { ...deps, startedAt, answers: kept, handOver });
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
