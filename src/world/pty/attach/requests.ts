/** The requests whose answer goes on: a session's output as it comes, and what happens on the host. */
import type { NumberedNews, Size, Typed } from '#world/pty/host';
import { HostRefused } from '#world/pty/host';
import { encodeJson, FRAME } from '#world/pty/protocol';
import type { Args } from '#world/pty/request-args';
import { bad, idOf, numberOf, ROWS_LIMIT, screenOf, textOf } from '#world/pty/request-args';
import type { Peer, Request, RequestContext } from '#world/pty/requests';
import type { Attached } from './attached.ts';
import { Room } from './room.ts';

const LARGEST = Number.MAX_SAFE_INTEGER;
const KINDS: readonly string[] = ['keys', 'report', 'interrupt'] satisfies Typed[];
/** Attachments that one connection may have, and watches of events. */
const PER_CONNECTION = 100;
/** What a client may leave unread before it is told no more events, in bytes. */
const UNREAD_LIMIT = 1 << 20;
/** Events in one frame. */
const BATCH = 100;

type Here = { readonly room: Room; readonly attached: Attached };
/** Watches of events by connection. */
const watches = new WeakMap<object, number>();
const attachments = new WeakMap<object, Map<number, Here>>();

function hereOf({ line }: Peer): Map<number, Here> {
  const here = attachments.get(line) ?? new Map<number, Here>();
  attachments.set(line, here);
  return here;
}

function meant(args: Args, { peer }: RequestContext): Here {
  const here = hereOf(peer).get(numberOf(args['channel'], 'channel', 1, LARGEST));
  if (!here) throw new HostRefused('SESSION_UNKNOWN', 'Nothing is attached on this channel.');
  return here;
}

function sizeOf(args: Args): Size | undefined {
  return args['cols'] === undefined && args['rows'] === undefined ? undefined : screenOf(args);
}

function count(args: Args, name: string): number {
  return numberOf(args[name] ?? 0, name, 0, LARGEST);
}

function attach(args: Args, { peer, sessions, mayChange }: RequestContext): unknown {
  const session = sessions.known(idOf(args));
  const type = args['type'] === true;
  if (type) mayChange();
  const here = hereOf(peer);
  for (const [n, { attached }] of here) if (attached.isOver) here.delete(n);
  if (here.size >= PER_CONNECTION) throw bad(`a connection may have ${PER_CONNECTION} attachments`);
  const room = Room.of(session);
  const { attached, begun } = room.enter(peer, {
    stream: textOf(args['stream'], 'stream').slice(0, 100),
    type,
    size: sizeOf(args),
    from: args['from'] === undefined ? undefined : count(args, 'from'),
    typed: count(args, 'typed'),
    paste: args['paste'] === true,
  });
  here.set(peer.n, { room, attached });
  return begun;
}

/** Sends what happens on the request's channel, in batches while there is much; a client that does not read is told later what is kept then. */
function tellEvents(args: Args, { peer, sessions: { events } }: RequestContext): { n: number } {
  const others = watches.get(peer.line) ?? 0;
  if (others >= PER_CONNECTION) throw bad(`a connection may have ${PER_CONNECTION} watches of events`);
  watches.set(peer.line, others + 1);
  let told = args['from'] === -1 ? events.seq : count(args, 'from');
  let isBlocked = false;
  const send = (message: object) => {
    if (peer.send(encodeJson(FRAME.EVT, peer.n, message)) <= UNREAD_LIMIT) return;
    isBlocked = true;
    peer.onRead(() => {
      isBlocked = false;
      catchUp();
    });
  };
  const catchUp = () => {
    while (!isBlocked && told !== events.seq) {
      const missed = events.after(told, BATCH);
      if (!missed) send({ resync: 'list', n: events.seq });
      else if (missed.length > 0) send({ news: missed });
      told = missed?.at(-1)?.n ?? events.seq;
    }
  };
  const stop = events.onNews((event: NumberedNews) => {
    if (isBlocked || event.n !== told + 1) return catchUp();
    told = event.n;
    send({ news: [event] });
  });
  peer.onGone(stop);
  setImmediate(catchUp);
  return { n: events.seq };
}

/** Attaching, what attached clients may ask on the channel of their attachment, and events. */
export const ATTACH: Readonly<Record<string, Request>> = {
  attach: { right: 'read', run: attach },
  keys: {
    right: 'read', // who may type was asked when it attached; a byte is known by its number
    run: (args, context) => {
      const { room, attached } = meant(args, context);
      const kind = args['kind'] ?? 'keys';
      if (!KINDS.includes(kind as string)) throw bad('`kind` must be keys, report or interrupt');
      context.mayChange();
      room.type(attached, count(args, 'at'), context.input, kind as Typed);
    },
  },
  size: {
    right: 'read',
    run: (args, context) => {
      const { room, attached } = meant(args, context);
      room.resized(attached, screenOf(args));
    },
  },
  repaint: { right: 'read', run: (args, context) => meant(args, context).attached.repaint() },
  detach: {
    right: 'read',
    run: (args, context) => {
      const { room, attached } = meant(args, context);
      hereOf(context.peer).delete(args['channel'] as number);
      room.leave(attached);
    },
  },
  history: {
    right: 'read',
    run: async (args, { sessions, sendOutput }) => {
      const lines = numberOf(args['lines'], 'lines', 1, ROWS_LIMIT);
      const shown = await sessions.find(idOf(args))?.screen?.peek({ lines, colour: true, isAbove: true });
      if (!shown) return null;
      sendOutput(0, Buffer.from(shown.text));
      return { seq: shown.seq };
    },
  },
  events: { right: 'read', run: tellEvents },
};
