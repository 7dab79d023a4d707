import { type Holder, isAgentId } from '#core/holder';
import { nearest } from '#core/nearest';
import { isHeld, SESSIONS, SESSIONS_OPEN, type SessionEntry, sessionsOf, withLive } from '#core/session-log';
import type { Books } from '#world/store/books';

/** One session, as lists and `gt session show` tell it. Times are ms since 1970. */
export type SessionLine = {
  readonly id: string;
  readonly holder: string;
  readonly address: string;
  readonly role: string;
  readonly rig: string;
  readonly work: string | null;
  readonly agent: string;
  readonly live: boolean;
  readonly beganAt: number;
  readonly endedAt: number | null;
  /** How it ended: in words, and its exit. */
  readonly how: string | null;
  readonly code: number | null;
  readonly signal: number | null;
  readonly beacon: string | null;
  readonly conversation: string | null;
  readonly mode: 'fresh' | 'resume' | 'fork' | null;
  readonly dir: string;
  readonly headBefore: string | null;
  readonly headAfter: string | null;
};

/** Which are wanted. `agent`: an address, a name, or a preset. `since`: only those that began later (ms). */
export type SessionWish = {
  readonly rig?: string | undefined;
  readonly item?: string | undefined;
  readonly agent?: string | undefined;
  readonly since?: number | undefined;
  /** How many at most, the newest first. */
  readonly most: number;
};

/** Entries that are read at once; and how many are looked at in all, so that a wish that nobody fits ends soon. */
const PAGE = 200;
const LOOKED_AT = 20_000;

/** The work item that itself, a run or a session of it names. */
export const itemIn = (id: string): string => id.replace(/\.[rs]\d+.*$/, '');

/** Sessions, newest first, as they are asked for: a page of the books at a time. */
export async function* sessionsFor(books: Books, wish: SessionWish): AsyncGenerator<SessionLine> {
  const index = wish.item === undefined ? SESSIONS : sessionsOf(itemIn(wish.item));
  const total = Math.min(await books.count(index), LOOKED_AT);
  let left = wish.most;
  for (let done = 0; done < total && left > 0; done += PAGE) {
    // by their rank from the end: those that begin meanwhile stand behind
    const ids = (await books.index(index, -(done + PAGE), -(done + 1))).reverse();
    for (const line of await linesOf(books, ids)) {
      if (wish.since !== undefined && line.beganAt < wish.since) return;
      if (!fits(line, wish)) continue;
      yield line;
      if (--left <= 0) return;
    }
  }
}

/** The same, all at once. */
export async function sessionList(books: Books, wish: SessionWish): Promise<SessionLine[]> {
  const found: SessionLine[] = [];
  for await (const line of sessionsFor(books, wish)) found.push(line);
  return found;
}

/** One session by its id; undefined when the books know none (any more). */
export async function sessionShow(books: Books, id: string): Promise<SessionLine | undefined> {
  return (await linesOf(books, [id]))[0];
}

/** The ids nearest to one that nobody knows. */
export async function sessionsNear(books: Books, id: string): Promise<string[]> {
  return nearest(id, await books.indexFromEnd(SESSIONS, PAGE));
}

/** Sessions that go on, oldest first. */
export async function liveSessions(books: Books): Promise<SessionLine[]> {
  return (await linesOf(books, await books.index(SESSIONS_OPEN))).filter(({ live }) => live);
}

async function linesOf(books: Books, sessions: readonly string[]): Promise<SessionLine[]> {
  const entries = await books.readMany('session', sessions);
  const open = entries.filter(({ exit }) => exit === undefined);
  const ids = [...new Set(open.map(({ holder }) => holder))];
  const known: Holder[] = [
    ...(await books.readMany(
      'run',
      ids.filter((id) => !isAgentId(id)),
    )),
    ...(await books.readMany('agent', ids.filter(isAgentId))),
  ];
  const holders = new Map(known.map((holder) => [holder.id, holder]));
  return entries.map((entry) => lineFor(entry, holders.get(entry.holder)));
}

function lineFor(entry: SessionEntry, holder: Holder | undefined): SessionLine {
  const { id, role, rig, work, agent, at, exit, how, beacon, conversation, mode, dir, headBefore, headAfter } = withLive(
    entry,
    holder,
  );
  return {
    id,
    holder: entry.holder,
    address: entry.address,
    role,
    rig,
    work: work ?? null,
    agent,
    live: isHeld(entry, holder),
    beganAt: at,
    endedAt: exit?.at ?? null,
    how: how ?? null,
    code: exit?.code ?? null,
    signal: exit?.signal ?? null,
    beacon: beacon ?? null,
    conversation: conversation ?? null,
    mode: mode ?? null,
    dir,
    headBefore: headBefore ?? null,
    headAfter: headAfter ?? null,
  };
}

function fits(line: SessionLine, { rig, agent }: SessionWish): boolean {
  if (rig !== undefined && line.rig !== rig) return false;
  if (agent === undefined) return true;
  const { address, holder } = line;
  const named = [
    address,
    address.replace(/\/(?:polecats|crew)\//, '/'),
    address.split('/').at(-1),
    holder,
    line.agent,
    line.role,
  ];
  return named.includes(agent.replace(/\/$/, ''));
}
