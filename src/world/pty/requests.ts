/** What a client may ask: each request's arguments, who may make it, and what it does. */
import { ATTACH } from './attach/requests.ts';
import { Room } from './attach/room.ts';
import type { Dialogs } from './dialog/dialogs.ts';
import { DIALOG_REQUESTS } from './dialog/requests.ts';
import type { HandOverOrder } from './hand-over.ts';
import type { HostInfo, SpawnRequest } from './host.ts';
import type { Nudges } from './nudge/nudges.ts';
import { NUDGE_REQUESTS } from './nudge/requests.ts';
import type { Args } from './request-args.ts';
import { bad, graceOf, idOf, numberOf, ROWS_LIMIT, screenOf, textOf } from './request-args.ts';
import { RECORDING, recordOf } from './request-record.ts';
import { HAND_OVER_REQUESTS } from './requests-hand-over.ts';
import type { Sessions } from './sessions.ts';

/** Who asks, for requests whose answer goes on after RES, on the channel of their number `n`. */
export type Peer = {
  readonly n: number;
  /** One and the same for all requests of a connection. */
  readonly line: object;
  /** Its name over reconnections. */
  readonly client: string;
  /** Sends a frame, and tells how many bytes the client has not read yet. */
  readonly send: (frame: Buffer) => number;
  /** Calls back once when the client has read all that was sent, or is gone. */
  readonly onRead: (run: () => void) => void;
  /** Calls back when the connection is lost, until the returned function is called. */
  readonly onGone: (run: () => void) => () => void;
};

/** What a request is done with. `mayChange` throws when the caller's epoch is stale; `input` holds the bytes that came before the request. */
export type RequestContext = {
  readonly peer: Peer;
  readonly sessions: Sessions;
  readonly nudges: Nudges;
  readonly dialogs: Dialogs;
  /** Time in ms since 1970. */
  readonly now: () => number;
  readonly input: Buffer;
  readonly mayChange: () => void;
  readonly info: () => HostInfo;
  readonly watch: () => void;
  readonly sendOutput: (from: number, bytes: Buffer) => void;
  readonly sendSnapshot: (seq: number, bytes: Buffer) => void;
  readonly stop: (graceMs: number | undefined) => Promise<unknown>;
  readonly handOver: (order: HandOverOrder) => Promise<never>;
};

/** `read` changes nothing; `change` is refused from an older worker; `own` is a worker's alone. */
type Right = 'read' | 'change' | 'own';
/** One thing that may be asked. */
export type Request = { readonly right: Right; readonly run: (args: Args, context: RequestContext) => unknown };

function spawnOf(args: Args): SpawnRequest {
  const { argv, env } = args;
  if (!Array.isArray(argv) || argv.length === 0) throw bad('`argv` must name a program');
  if (typeof env !== 'object' || env === null || Array.isArray(env)) throw bad('`env` must hold the environment');
  const entries = Object.entries(env).map(([name, value]): [string, string] => {
    if (!/^[^=\0]+$/.test(name)) throw bad('a name in `env` is empty or holds = or NUL');
    return [name, textOf(value, `env.${name}`)];
  });
  const screen = args['cols'] === undefined && args['rows'] === undefined ? {} : screenOf(args);
  const words = argv.map((word) => textOf(word, 'argv'));
  const cwd = textOf(args['cwd'], 'cwd');
  return { id: idOf(args), argv: words, cwd, env: Object.fromEntries(entries), ...screen, ...recordOf(args) };
}

/** All requests by name; a feature that came later has a file with a table of its own. Null in an answer stands for "not known". */
export const REQUESTS: Readonly<Record<string, Request>> = {
  info: { right: 'read', run: (_, { info }) => info() },
  list: {
    right: 'read',
    run: (args, { sessions }) => sessions.list(args['after'] === undefined ? undefined : textOf(args['after'], 'after')),
  },
  get: { right: 'read', run: (args, { sessions }) => sessions.get(idOf(args)) ?? null },
  watch: { right: 'read', run: (_, { watch }) => watch() },
  output: {
    right: 'read',
    run: (args, { sessions, sendOutput }) => {
      const output = sessions.output(idOf(args), numberOf(args['from'] ?? 0, 'from', 0, Number.MAX_SAFE_INTEGER));
      if (!output) return null;
      sendOutput(output.from, output.bytes);
      return { from: output.from, seq: output.seq };
    },
  },
  peek: {
    right: 'read',
    run: async (args, { sessions, sendOutput }) => {
      const lines = numberOf(args['lines'], 'lines', 1, ROWS_LIMIT);
      const shown = await sessions.find(idOf(args))?.screen.peek({ lines, colour: args['colour'] === true });
      if (!shown) return null;
      const { text, ...about } = shown;
      sendOutput(0, Buffer.from(text)); // more than fits the frame of an answer, perhaps
      return about;
    },
  },
  snapshot: {
    right: 'read',
    run: async (args, { sessions, sendSnapshot }) => {
      const snapshot = await sessions.find(idOf(args))?.screen.snapshot();
      if (!snapshot) return null;
      sendSnapshot(snapshot.seq, snapshot.bytes);
      return { seq: snapshot.seq };
    },
  },
  spawn: { right: 'own', run: (args, { sessions, mayChange }) => sessions.spawn(spawnOf(args), mayChange) },
  forget: { right: 'own', run: (args, { sessions }) => sessions.forget(idOf(args)) },
  write: {
    right: 'change',
    run: (args, { sessions, input, peer: { client, n } }) => sessions.known(idOf(args)).write(input, { client, n }),
  },
  resize: {
    right: 'change',
    run: (args, { sessions }) => {
      const session = sessions.known(idOf(args));
      Room.of(session).resize(screenOf(args));
    },
  },
  kill: { right: 'change', run: (args, { sessions }) => sessions.known(idOf(args)).kill(graceOf(args)) },
  stop: { right: 'change', run: (args, { stop }) => stop(graceOf(args)) },
  ...RECORDING,
  ...NUDGE_REQUESTS,
  ...DIALOG_REQUESTS,
  ...HAND_OVER_REQUESTS,
  ...ATTACH,
};
