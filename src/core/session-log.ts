import type { Put } from './change.ts';
import type { Standing } from './derive.ts';
import { addressOf, type Holder, isAgent, lineOf } from './holder.ts';
import type { Records } from './records.ts';

/**
 * What is kept of each session when its holder (a polecat's run, or a lasting agent) has gone on to the next: the holder's record knows only the last. An
 * entry is derived from the holder's record before and after a change, in the same commit, so no writer of sessions can forget one.
 *
 *   noted ──▸ open ──its exit is noted, or its holder has left it behind──▸ ended ──kept as long as its recording──▸ gone
 *
 * What is learnt of a session while it lives (its conversation, its first prompt) stands in the holder's record alone until then: see `withLive`.
 */
export type SessionEntry = Records['session'];
type Session = NonNullable<Holder['session']>;

/** Index of all entries by when they began; of those of one line of sessions: a work item's, or a lasting agent's. */
export const SESSIONS = 'sessions';
export const sessionsOf = (line: string): string => `sessions:${line}`;
export const SESSIONS_OPEN = 'sessions.open';
export const SESSIONS_ENDED = 'sessions.ended';

/** Where an entry stands. */
export const sessionStands = ({ at, line, exit }: SessionEntry): Standing => [
  [SESSIONS, at],
  [sessionsOf(line), at],
  exit ? [SESSIONS_ENDED, exit.at] : [SESSIONS_OPEN, at],
];

/** The session whose entry a change of its holder's record concerns: a new one, or one that has ended by it. */
export function sessionTouched(before: Holder | undefined, after: Holder): string | undefined {
  const { session } = after;
  if (!session) return undefined;
  const was = before?.session?.id === session.id ? before.session : undefined;
  return was === undefined || (session.exit && !was.exit) ? session.id : undefined;
}

/** What is written of the session that `sessionTouched` named. @param known its entry as the books have it; none where they were cut back */
export function sessionPut(before: Holder | undefined, after: Holder, known: SessionEntry | undefined): Put[] {
  const { session } = after;
  if (!session) return [];
  const begun = known ?? began(after, session);
  const { exit } = session;
  if (!exit) return known ? [] : [{ noun: 'session', doc: begun }];
  const head = headOf(after);
  const doc: SessionEntry = {
    ...begun,
    ...learnt(session),
    ...(head === undefined ? {} : { headAfter: head }),
    exit,
    how: howEnded(before, after, session),
  };
  return [{ noun: 'session', doc }];
}

function began(holder: Holder, session: Session): SessionEntry {
  const { id, rig, name, dir } = holder;
  const head = headOf(holder);
  return {
    id: session.id,
    holder: id,
    line: lineOf(holder),
    rig,
    name,
    role: isAgent(holder) ? holder.role : 'polecat',
    address: addressOf(holder),
    agent: (isAgent(holder) ? (holder.using ?? holder.agent) : holder.agent) ?? '',
    dir,
    at: session.at,
    ...(isAgent(holder) ? {} : { work: holder.work }),
    ...(head === undefined ? {} : { headBefore: head }),
  };
}

/** The commit that it has handed in, or that its worktree was last seen at. */
const headOf = (holder: Holder): string | undefined =>
  (isAgent(holder) ? undefined : (holder.submitted?.head ?? holder.lastHead)) || undefined;

function learnt({ ackedAt, mode, conversation, beacon }: Session): Partial<SessionEntry> {
  return Object.fromEntries(Object.entries({ ackedAt, mode, conversation, beacon }).filter(([, value]) => value !== undefined));
}

/** An entry with what its holder's record knows of it meanwhile. */
export function withLive(entry: SessionEntry, holder: Holder | undefined): SessionEntry {
  const { session } = holder ?? {};
  return session && session.id === entry.id && !entry.exit ? { ...entry, ...learnt(session) } : entry;
}

/** How it ended, in two or three words. */
function howEnded(before: Holder | undefined, after: Holder, session: Session): string {
  if (!isAgent(after) && after.submitted !== undefined) return 'handed in';
  if (after.killed || (isAgent(after) && !after.wanted)) return 'stopped';
  if (after.cycle?.session === session.id) return 'handed off';
  if (session.exit?.code === null && session.exit.signal === null) return 'lost with its terminal';
  if (before && after.deaths > before.deaths) return 'died';
  if (session.leaving !== undefined) return 'its step was done';
  return session.ackedAt === undefined ? 'never spoke' : 'ended';
}

/** An open entry whose holder has no such session any more (books that were cut back, a record that was removed). */
export const leftBehind = (entry: SessionEntry, at: number): SessionEntry => ({
  ...entry,
  exit: { code: null, signal: null, at },
  how: 'nobody knows how',
});

/** Whether its holder's record still has it as a session that goes on. */
export const isHeld = (entry: SessionEntry, holder: Holder | undefined): boolean =>
  holder?.session?.id === entry.id && holder.session.exit === undefined;
