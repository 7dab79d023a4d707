import { setTimeout as pause } from 'node:timers/promises';
import { type Call, command, type Show } from '#cli/command';
import { table } from '#cli/table';
import { type OpenTown, withDesk } from '#cli/wire';
import { parseDuration } from '#core/durations';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { relativeTime } from '#core/relative-time';
import { type FeedFilter, feed as fed, feedAfter } from '#views/feed';

type Event = Awaited<ReturnType<typeof fed>>[number];
const LOOK_MS = 300;

/** What has happened. */
export const feed = command({
  options: [
    { name: 'follow', short: 'f', help: 'go on, until Ctrl+C' },
    { name: 'limit', short: 'n', value: 'count', help: 'how many at most (default 30)' },
    { name: 'rig', value: 'rig', help: 'of this rig only' },
    { name: 'type', value: 'type', help: 'of this type only: work, merge.landed …' },
    { name: 'about', value: 'id', help: 'about this item, its runs and requests' },
    { name: 'since', value: 'time', help: 'not older than: 10m, 2h' },
    { name: 'plain', help: 'accepted: the feed is plain text' },
  ],
  about: 'With --follow each event is a line as it comes; with --json too, one document a line.',
  example: 'gt feed --follow --rig shop',
  run: (call) => {
    const { opts, global, io } = call;
    const limit = Number(opts.limit ?? 30);
    if (!Number.isInteger(limit) || limit < 1)
      return refuse('USAGE', { what: `--limit cannot be \`${opts.limit}\`.`, hint: 'Take a whole number from 1 on.' });
    const filter = filterOf(opts, io.now());
    if (isRefusal(filter)) return filter;
    return withDesk({ global, io }, { wait: 'person' }, async (town) => {
      const [newest] = opts.follow ? await fed(town.desk.books, {}, 1) : [];
      const events = await fed(town.desk.books, filter, limit);
      if (!opts.follow) return events;
      await follow(town, filter, { events, from: later(newest?.id, events.at(-1)?.id) }, call);
      return [];
    });
  },
  text: (events, { paint, now }: Show) =>
    table(
      events.map(({ at, type, subject, actor, data }) => [
        paint.dim(relativeTime(at, now)),
        paint.cyan(type),
        paint.bold(subject),
        actor,
        briefly(data),
      ]),
    ),
});

function filterOf(
  opts: { rig: string | undefined; type: string | undefined; about: string | undefined; since: string | undefined },
  now: number,
): FeedFilter | Refusal {
  const ago = opts.since === undefined ? undefined : parseDuration(opts.since);
  if (opts.since !== undefined && ago === undefined)
    return refuse('USAGE', { what: `--since cannot be \`${opts.since}\`.`, hint: 'Take a duration such as 10m or 2h.' });
  return {
    ...(opts.rig === undefined ? {} : { rig: opts.rig }),
    ...(opts.type === undefined ? {} : { type: opts.type }),
    ...(opts.about === undefined ? {} : { about: opts.about }),
    ...(ago === undefined ? {} : { since: now - ago }),
  };
}

/** Prints what there is, then what comes, until it is interrupted. */
async function follow(
  { desk }: OpenTown,
  filter: FeedFilter,
  first: { events: readonly Event[]; from: string },
  { global, io }: Pick<Call, 'global' | 'io'>,
): Promise<void> {
  const print = (events: readonly Event[]) => {
    for (const event of events) io.out(`${global.json ? JSON.stringify(event) : lineOf(event)}\n`);
  };
  print(first.events);
  let last = first.from;
  while (!io.interrupted.aborted) {
    const { events, last: next } = await feedAfter(desk.books, filter, last);
    print(events);
    last = next;
    await pause(LOOK_MS, undefined, { signal: io.interrupted }).catch(() => undefined);
  }
}

/** The later of two ids of the stream: an event that came between two looks is told once. */
function later(one = '0-0', other = '0-0'): string {
  const [[ms = 0, n = 0], [otherMs = 0, otherN = 0]] = [one.split('-').map(Number), other.split('-').map(Number)];
  return ms > otherMs || (ms === otherMs && n >= otherN) ? one : other;
}

const lineOf = ({ at, type, subject, actor, data }: Event): string =>
  `${new Date(at).toISOString().slice(11, 19)}  ${type}  ${subject}  ${actor}  ${briefly(data)}`.trimEnd();

const briefly = (data: Readonly<Record<string, unknown>>): string =>
  Object.entries(data)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ')
    .slice(0, 160);
