import type { Put } from './change.ts';
import type { Records } from './records.ts';

/**
 * What is kept of each session when its holder (a polecat's run, or an agent that stays) has gone on to the next: the holder's record knows only the last.
 * An entry is derived from the holder's record before and after a change, in the same commit, so no writer of sessions can forget one.
 *
 *   noted ──▸ open ──its exit is noted, or its holder has left it behind──▸ ended ──kept as long as its recording──▸ gone
 *
 * What is learnt of a session while it lives (its conversation, its first prompt) stands in the holder's record alone until then: see `withLive`.
 */
export type SessionEntry = Records['session'];

/** The end of a session as its holder's record has it. */
type Exit = { readonly code: number | null; readonly signal: number | null; readonly at: number };

/** Those parts of a holder's record that tell of its session. */
export type Sessioned = {
  readonly id: string;
  readonly rig: string;
  readonly name: string;
  readonly dir: string;
  /** The preset of its program. */
  readonly agent: string;
  /** The work item, of a run; its role, of an agent that stays. */
  readonly work?: string;
  readonly role?: string;
  readonly deaths: number;
  readonly lastHead?: string | undefined;
  readonly submitted?: unknown;
  readonly session?:
    | {
        readonly id: string;
        readonly at: number;
        readonly ackedAt?: number | undefined;
        readonly exit?: Exit | undefined;
        readonly mode?: 'fresh' | 'resume' | 'fork' | undefined;
        readonly conversation?: string | undefined;
        readonly beacon?: string | undefined;
        readonly leaving?: number | undefined;
      }
    | undefined;
};

/** Index of all entries by when they began; of those of one line of sessions: a work item's, or an agent's that stays. */
export const SESSIONS = 'sessions';
export const sessionsOf = (line: string): string => `sessions:${line}`;
export const SESSIONS_OPEN = 'sessions.open';
export const SESSIONS_ENDED = 'sessions.ended';

/** The session whose entry a change of its holder's record concerns: a new one, or one that has ended by it. */
export function sessionTouched(before: Sessioned | undefined, after: Sessioned): string | undefined {
  const { session } = after;
  if (!session) return undefined;
  const was = before?.session?.id === session.id ? before.session : undefined;
  return was === undefined || (session.exit && !was.exit) ? session.id : undefined;
}

/** The entry of the session that `sessionTouched` named. @param known the entry as the books have it; none where they were cut back */
export function sessionPut(before: Sessioned | undefined, after: Sessioned, known: SessionEntry | undefined): Put[] {
  const { session } = after;
  if (!session) return [];
  const begun = known ?? began(after, session);
  const { exit } = session;
  if (!exit) return known ? [] : [{ noun: 'session', doc: begun }];
  const head = after.lastHead || undefined;
  const doc: SessionEntry = {
    ...begun,
    ...learnt(session),
    ...(head === undefined ? {} : { headAfter: head }),
    exit,
    how: howEnded(before, after),
  };
  return [{ noun: 'session', doc }];
}

function began(holder: Sessioned, session: NonNullable<Sessioned['session']>): SessionEntry {
  const { id, rig, name, agent, dir, work, role, lastHead } = holder;
  return {
    id: session.id,
    holder: id,
    rig,
    name,
    role: role ?? 'polecat',
    agent,
    dir,
    at: session.at,
    ...(work === undefined ? {} : { work }),
    ...(lastHead ? { headBefore: lastHead } : {}),
  };
}

function learnt({ ackedAt, mode, conversation, beacon }: NonNullable<Sessioned['session']>): Partial<SessionEntry> {
  return Object.fromEntries(Object.entries({ ackedAt, mode, conversation, beacon }).filter(([, value]) => value !== undefined));
}

/** An entry with what its holder's record knows of it meanwhile. */
export function withLive(entry: SessionEntry, holder: Sessioned | undefined): SessionEntry {
  const { session } = holder ?? {};
  return session && session.id === entry.id && !entry.exit ? { ...entry, ...learnt(session) } : entry;
}

/** How it ended, in two or three words. */
function howEnded(before: Sessioned | undefined, after: Sessioned): string {
  const { session } = after;
  if (after.submitted !== undefined) return 'handed in';
  if (session?.exit?.code === null && session.exit.signal === null) return 'lost with its terminal';
  if (before && after.deaths > before.deaths) return 'died';
  if (session?.leaving !== undefined) return 'its step was done';
  return session?.ackedAt === undefined ? 'never spoke' : 'ended';
}

/** An open entry whose holder has no such session any more (books that were cut back, a record that was removed). */
export const leftBehind = (entry: SessionEntry, at: number): SessionEntry => ({
  ...entry,
  exit: { code: null, signal: null, at },
  how: 'nobody knows how',
});

/** Whether its holder's record still has it as a session that goes on. */
export const isHeld = (entry: SessionEntry, holder: Sessioned | undefined): boolean =>
  holder?.session?.id === entry.id && holder.session.exit === undefined;

/** The line of sessions that an entry belongs to: the runs of an item have one between them. */
export const lineOfEntry = ({ work, holder }: Pick<SessionEntry, 'work' | 'holder'>): string => work ?? holder;

/** The address of whose session it was. */
export function addressOfEntry({ rig, name, role, holder }: SessionEntry): string {
  if (role === 'polecat') return `${rig}/${name}`;
  if (role === 'crew') return `${rig}/crew/${name}`;
  if (role === 'dog') return `dogs/${name}`;
  return rig === '' ? role || holder : `${rig}/${role}`;
}
