import { setTimeout as pause } from 'node:timers/promises';
import type { Gone, Next } from '#chores/attach/attach';
import { endedInWords } from '#core/conversation';
import { type Follows, follows } from '#core/follow';
import { type Holder, holderNoun } from '#core/holder';
import { explain, isRefusal } from '#core/refusals';
import { isDown, untilDown } from '#world/processes/supervisor-record';
import { RedisGone } from '#world/store/link';
import type { Call } from './command.ts';
import { type OpenTown, type Town, withDesk } from './wire.ts';
import { untilEvent } from './wire-events.ts';

/** Between two tries to reach Redis, ms. */
const AWAY_MS = 500;

type Coming = Extract<Follows, { is: 'coming' }>;

/**
 * What follows a session, as soon as the books tell: the next one of the same holder once it has its process, or that none is to come. Redis and the worker
 * may go and come back meanwhile; a town that goes down ends it. `say` gets a line whenever there is something new to say. Undefined when `signal` was aborted.
 */
export async function nextSession(
  from: Pick<Call, 'global' | 'io'>,
  { town, holder }: { town: Town; holder: string },
  gone: Gone,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<Next | undefined> {
  const over = new AbortController();
  signal.addEventListener('abort', () => over.abort());
  const down = untilDown(town.root, over.signal);
  void down.then(() => over.abort());
  const look = async ({ desk }: OpenTown): Promise<Next | undefined> => {
    const doc: Holder | undefined = await desk.books.read(holderNoun(holder), holder);
    const told = follows(doc, gone.session, gone.exit);
    if (told.is === 'there') return { session: told.session };
    if (told.is === 'none') return { over: told.todo ? `${told.why}: ${told.todo}` : told.why };
    say(lineOf(gone, told, from.io.now()));
    return undefined;
  };
  while (!over.signal.aborted) {
    const found = await withDesk(from, { wait: 'person' }, (open) =>
      untilEvent(open, holder, () => look(open), over.signal),
    ).catch((fault: unknown) => {
      if (fault instanceof RedisGone) return undefined; // it comes back, or the town goes down
      throw fault;
    });
    if (found !== undefined && !isRefusal(found)) return found;
    if (found !== undefined && found.refused !== 'REDIS_DOWN' && found.refused !== 'TOWN_DOWN')
      return { over: explain(found).says };
    if (isDown(town.root)) break;
    say(`${gone.session} ended: ${howOf(gone)}; Redis is away, trying again`);
    await pause(AWAY_MS, undefined, { signal: over.signal }).catch(() => undefined);
  }
  if (signal.aborted) return undefined;
  return gone.exit ? { over: 'the town goes down: gt up' } : { lost: gone.why ?? 'the town goes down' };
}

const howOf = ({ exit }: Gone): string => (exit ? endedInWords(exit) : 'its terminal was lost');

/** One line of what happens between two sessions. */
function lineOf({ session }: Gone, { ended, next, waits, at }: Coming, now: number): string {
  const short = next.slice(next.lastIndexOf('.') + 1);
  const starts =
    at !== undefined && at > now ? `${short} starts at ${new Date(at).toTimeString().slice(0, 8)}` : `waiting for ${short}`;
  return `${session} ended: ${ended}; ${waits ? `${short} waits: ${waits}` : starts}`;
}
