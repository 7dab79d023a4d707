import type { Holder } from './holder.ts';
import { CYCLE_REST_MS, CYCLE_TURN_MS, FULL_AGAIN_MS, NOTE_MS, PERSON_QUIET_MS, PERSON_WAITS_MS } from './limits.ts';

/**
 * How a session ends because somebody asks for that, and not because its work does:
 *
 *   handoff ──the turn is over, or its grace──▸ ended ──at once──▸ the next session reads the note first, says hello ──▸ answered
 *   killed, released ──────────────────────────▸ ended ──▸ nothing, until somebody wakes or slings it
 *   its conversation was made shorter, or is nearly full (due) ──end of the turn: asked once for a note──▸ handoff, by itself or by gt with what gt sees
 *   its context is full: nothing goes on (due, full) ──after a moment──▸ handoff, by gt
 *
 * None of these ends is a death. A person who types at its terminal keeps a handoff waiting for a while; not an end that was hurried, nor a kill.
 * Loads nothing: hooks ask it at the end of every turn.
 */
type Session = NonNullable<Holder['session']>;

/** Somebody has typed into its terminal: when last (ms), and whether what they typed still stands in its input or its queue. */
export type PersonFacts = { readonly typedAt: number; readonly unsent: boolean };

/**
 * What is known of a session's turn: since when it is over (absent: it is not known to be), whether its end would be seen at all, and of a person at its
 * terminal.
 */
export type TurnFacts = {
  readonly overSince?: number | undefined;
  readonly seen: boolean;
  readonly person?: PersonFacts | undefined;
};

/** Until when a person at the terminal is left alone (ms since 1970): nothing that they typed is to be lost, nor the turn that answers it. */
function leftAlone({ overSince, seen, person }: TurnFacts): number {
  if (!person) return 0;
  const waits = person.unsent || (seen && overSince === undefined);
  return person.typedAt + (waits ? PERSON_WAITS_MS : PERSON_QUIET_MS);
}

/** Whether the session of now is the one that is to make room for a fresh one. */
export const isCycling = ({ cycle, session }: Pick<Holder, 'cycle' | 'session'>): boolean =>
  cycle !== undefined && session !== undefined && cycle.session === session.id;

/** Whether a fresh session that was asked for has not begun: the one before it is over, and the one after it has not said hello, nor ended. */
export const lacksNext = ({ cycle, session }: Pick<Holder, 'cycle' | 'session'>): boolean => {
  if (cycle === undefined || session === undefined) return false;
  const isOver = session.exit !== undefined;
  return cycle.session === session.id ? isOver : !isOver && session.ackedAt === undefined;
};

/** Whether somebody asked that the session of now ends: its end is no death then. */
export const isAskedToEnd = (holder: Holder): boolean =>
  isCycling(holder) || holder.killed !== undefined || ('released' in holder && holder.released !== undefined);

/**
 * When the session of now is ended because that was asked for (ms since 1970), and why. Whoever asks for itself may still leave by itself for `graceMs`; for
 * a fresh session the end of the turn is waited for.
 * @returns undefined when nobody asks
 */
export function endAsked(
  holder: Holder,
  current: Session,
  turn: TurnFacts,
  graceMs: number,
): { readonly at: number; readonly why: string } | undefined {
  const released = 'released' in holder ? (holder.released as Holder['killed']) : undefined;
  const stop = released ?? holder.killed;
  if (stop) {
    const why = released ? 'its work was taken off its hook' : 'killed';
    return { at: stop.by === current.id ? leaves(stop.at, turn, graceMs) : stop.at, why };
  }
  const { cycle } = holder;
  if (!cycle || cycle.session !== current.id) return undefined;
  const why = `handed off (${cycle.why})`;
  if (cycle.hurry) return { at: cycle.at, why };
  const [at, person] = [whenCycled(cycle, current, turn, graceMs), leftAlone(turn)];
  return person > at ? { at: person, why: `${why}; a person is at its terminal` } : { at, why };
}

function whenCycled(cycle: NonNullable<Holder['cycle']>, { id }: Session, turn: TurnFacts, graceMs: number): number {
  if (cycle.by === 'gt') return cycle.at;
  if (cycle.by === id) return leaves(cycle.at, turn, graceMs);
  if (!turn.seen) return cycle.at;
  return turn.overSince === undefined ? cycle.at + CYCLE_TURN_MS : Math.max(cycle.at, turn.overSince);
}

/** It has said itself that it leaves: at the end of its turn, or after its grace. */
const leaves = (at: number, { overSince }: TurnFacts, graceMs: number): number =>
  overSince !== undefined && overSince >= at ? overSince : at + graceMs;

/** When a session that is due is handed off without a note of its own: when its turn is over, or it did not answer. Undefined: not yet known. */
export function handOffAt(session: Session, turn: TurnFacts): number | undefined {
  const at = whenDue(session, turn);
  return at === undefined ? undefined : Math.max(at, leftAlone(turn));
}

function whenDue({ due }: Session, { overSince }: TurnFacts): number | undefined {
  if (!due) return undefined;
  // No end of its turn will be seen, and no note.
  if (due.full) return due.at + CYCLE_REST_MS;
  if (overSince !== undefined && due.asked !== undefined && overSince >= due.asked) return overSince;
  if (due.asked !== undefined) return due.asked + NOTE_MS;
  return overSince === undefined ? undefined : Math.max(due.at, overSince) + CYCLE_REST_MS;
}

/** Whether a session is asked for its note at the end of this turn: once, and not when it leaves anyway. */
export const asksForNote = (holder: Holder): boolean => {
  const { session } = holder;
  const over = 'submitted' in holder && holder.submitted !== undefined;
  const isDue = session?.due !== undefined && session.due.asked === undefined && !session.due.full;
  return isDue && !session.leaving && !over && !holder.asleep && !isAskedToEnd(holder);
};

/** Whether its context was full, or so nearly that a fresh session was wanted. */
export const wasFull = ({ noted }: Session): boolean => noted?.['full'] !== undefined || noted?.['filled'] !== undefined;

/** Whether a session fills up as soon as the one did in whose place it came: then what it begins with is too much, and another one is no better off. */
export const isFullAgain = ({ before, at }: Session, now: number): boolean => before?.filled === true && now - at < FULL_AGAIN_MS;

/** What an agent is told that is to write its note. */
export const noteWanted = (why: string): string =>
  `[GAS TOWN] ${why}: a fresh session goes on from here, in the same place, and knows only what you write down now. Run this one command, then end your turn:
gt handoff -m "what is done; what is half done, and where; what was decided, and why; what to look out for; what to do next"
Do nothing else before it. What is not committed is kept as it is.`;

/**
 * How much of its context a program says it has used, in percent, by a row of its screen: `72% context used`, `Context left until auto-compact: 12%`.
 * Undefined for a row that names no share.
 */
export function contextUsed(row: string): number | undefined {
  const [, share] = /(\d{1,3})(?:\.\d+)?\s?%/.exec(row) ?? [];
  if (share === undefined) return undefined;
  const isLeft = /\b(?:left|remaining|until|free)\b/i.test(row);
  return isLeft ? 100 - Number(share) : Number(share);
}
