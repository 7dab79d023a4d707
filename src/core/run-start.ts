import type { Run } from './records.ts';
import type { RunMove, RunRules } from './run.ts';

/** A session between its start and its agent's first word: what silence means there, and what it does not. */

type Session = NonNullable<Run['session']>;

/** Far enough to be woken by events instead. */
const LONG_MS = 60 * 60 * 1000;

/**
 * Who stands in a dialog is not silent: it waits for a person, for as long as they take, and has its whole time to say hello once they have answered. A login
 * happens elsewhere, and no program sees it that stands at its own: it is begun again, with growing pauses.
 */
export function beforeHello(run: Run, session: Session, rules: RunRules, now: number): RunMove {
  if (isAtLogin(session)) {
    const until = loginUntil(run, session, rules);
    return until <= now
      ? { do: 'end-session', why: 'it stands at its login: a fresh session sees whether somebody has logged in' }
      : { do: 'watch', until, why: `its program is not logged in: ${session.shows?.what}` };
  }
  if (session.shows?.is === 'dialog')
    return { do: 'watch', until: now + LONG_MS, why: `its start waits for a person: ${session.shows.what}` };
  const until = Math.max(session.at, session.askedUntil ?? 0) + stallOf(session, rules);
  return until <= now
    ? { do: 'end-session', why: 'no sign of life' }
    : { do: 'watch', until, why: 'waiting for its agent to say hello' };
}

/** Whether a session that ended at this time was one to begin again for its login: that is no death. One that left by itself before is. */
export const wasAtLogin = (run: Run, session: Session, rules: RunRules, at: number): boolean =>
  session.ackedAt === undefined && isAtLogin(session) && loginUntil(run, session, rules) <= at;

const isAtLogin = ({ shows }: Session): boolean => shows?.is === 'login' || shows?.kind === 'login';

const stallOf = ({ startupMs }: Session, { startupStallMs }: RunRules): number => Math.max(startupStallMs, startupMs ?? 0);

/** The first one has as long as one that says nothing; each has twice as long as the one before, up to the longest pause between sessions. */
function loginUntil({ sessions }: Run, session: Session, rules: RunRules): number {
  const stall = stallOf(session, rules);
  return session.at + Math.min(Math.max(rules.restartMaxMs, stall), stall * 2 ** (sessions - 1));
}
