import { isCycling, wasFull } from './cycle.ts';
import type { Run } from './records.ts';

/**
 * A session and the conversation that its agent program leads are two things: a session is one process under a token of gt's, a conversation is what the
 * program keeps on its disk and can go on with. A run has one session at a time, and so one process at most resumes a conversation.
 */
type Session = NonNullable<Run['session']>;
type Exit = NonNullable<Session['exit']>;

/** What tells of the last session: of a run, or of a lasting agent. */
type Left = Pick<Run, 'session' | 'deaths'>;

/**
 * What the next session of a run or lasting agent is told of the last one; undefined before the first.
 * @param goOn somebody asked that its conversation goes on, though a fresh session was asked for as well
 */
export function sessionBefore(run: Left, goOn = false): Session['before'] {
  const last = run.session;
  if (!last?.exit) return undefined;
  const { conversation } = last;
  const cycled = isCycling(run) && !goOn;
  return {
    ended: cycled ? 'it was handed off' : endedInWords(last.exit),
    goesOn: !cycled && goesOn(run, last),
    at: last.at,
    ...(cycled ? { cycled } : {}),
    ...(cycled && wasFull(last) ? { filled: true } : {}),
    ...(conversation === undefined ? {} : { conversation }),
  };
}

/**
 * Whether a conversation may go on in the next session. Not one that never said a word (there may be nothing to go on with, or the resume itself failed),
 * not one whose step was done where each step has a session of its own, and not one that was resumed and died again without a commit: a conversation can be broken, a fresh one is not.
 */
function goesOn(run: Left, last: Session): boolean {
  const spoke = last.ackedAt !== undefined || tookUp(last);
  return spoke && last.leaving === undefined && !(last.mode === 'resume' && run.deaths > 1);
}

/** Whether a session's end was a resume that the program refused: nobody's death, since nobody lived. The next session is a fresh one. */
export const resumeFailed = (session: Session): boolean =>
  session.mode === 'resume' && session.ackedAt === undefined && !tookUp(session);

/** Its program went on with the conversation, for its start hook called: an agent that lasts may rest then, and say nothing for days. */
const tookUp = ({ mode, primed }: Session): boolean => mode === 'resume' && primed !== undefined;

/** How a session ended, in a person's words. */
export function endedInWords({ code, signal }: Pick<Exit, 'code' | 'signal'>): string {
  if (signal !== null) return `signal ${signal}`;
  return code === null ? 'its terminal was lost' : `exit code ${code}`;
}

/** What a call of a session tells of it, beside that its agent lives. */
export type Told = {
  readonly conversation?: string | undefined;
  /** Why the program's session began, as it says itself. */
  readonly source?: string | undefined;
  /** The conversation for which context was printed. */
  readonly primed?: string | undefined;
  readonly noted?: { readonly kind: string; readonly what?: string | undefined } | undefined;
};

const COMPACTED = 'Your conversation was made shorter';

/** Beginnings of a program's session. */
const STARTS: readonly string[] = ['startup', 'resume', 'fork'];

/** Whether a call is the word of an agent that works: a start is not (a dialog may follow it, and nobody would see the agent hang in it), nor is an end. */
const isWord = ({ source, noted }: Told): boolean =>
  noted?.kind !== 'leaving' && (source === undefined || !STARTS.includes(source));

/** What a hook told of a turn that ended without an end: true until its agent is heard again. */
const OF_TURN: readonly string[] = ['failed', 'limited', 'full'];

/** What was noted so far, and is still so. */
function stillNoted({ noted }: Session, told: Told): Session['noted'] {
  if (!noted || !isWord(told) || !OF_TURN.some((kind) => noted[kind])) return noted;
  const left = Object.entries(noted).filter(([kind]) => !OF_TURN.includes(kind));
  return left.length > 0 ? Object.fromEntries(left) : undefined;
}

/** Whether an agent whose context was full is at work again, by whatever a person or its program has done about that. */
const goesOnAgain = (told: Told): boolean => isWord(told) && !OF_TURN.includes(told.noted?.kind ?? '');

/** A session after one of its calls; the very same object when it told nothing new. */
export function heard(session: Session, told: Told, now: number): Session {
  // The first hook of a fork tells its parent's id; the later ones tell its own.
  const parents = session.mode === 'fork' && told.source === 'resume';
  const { primed, noted } = told;
  const { noted: before, due, ...rest } = session;
  const kept = stillNoted(session, told);
  const what = noted?.what === undefined ? {} : { what: noted.what };
  const next: Session = {
    ...rest,
    ...(kept ? { noted: kept } : {}),
    ...(due && !(due.full && goesOnAgain(told)) ? { due } : {}),
    ...(isWord(told) ? { ackedAt: session.ackedAt ?? now } : {}),
    ...(told.conversation === undefined || parents ? {} : { conversation: told.conversation }),
    ...(primed === undefined ? {} : { primed }),
    // What was printed into a conversation before it was made shorter may be gone from it.
    ...(noted?.kind === 'compacted' ? { primed: '' } : {}),
    ...(noted?.kind === 'compacted' && session.cycles && !session.due ? { due: { at: now, why: COMPACTED } } : {}),
    ...(noted ? { noted: { ...kept, [noted.kind]: { at: now, ...what } } } : {}),
  };
  const same = next.ackedAt === session.ackedAt && next.conversation === session.conversation && next.primed === session.primed;
  return same && !noted && kept === before && next.due === due ? session : next;
}
