import type { NewEvent, Put } from '#core/change';
import { type Holder, holderNoun, isAgent, isOver, lineOf } from '#core/holder';
import { isRefusal, Refused } from '#core/refusals';
import { sessionPut, sessionTouched } from '#core/session-log';
import type { Reading } from '#world/store/books';
import type { World } from '#world/world';

type Session = NonNullable<Holder['session']>;

/**
 * Changes one session of a run or a lasting agent, unless it is over, or is not its holder's session any more: what is known of one must not be written of
 * the next. `also` adds records to the same commit. @throws Refused when the books refuse, so that the job's backoff tries again
 */
export async function changeSession(
  { id: whose }: Holder,
  world: World,
  id: string,
  change: (session: Session) => Session,
  event?: Pick<NewEvent, 'type' | 'data'>,
  also: (reading: Reading, now: Holder) => Promise<Put[]> = async () => [],
): Promise<undefined> {
  const answer = await world.desk.change(async (reading) => {
    const now: Holder | undefined = await reading.get(holderNoun(whose), whose);
    if (!now || isOver(now) || now.session?.id !== id || now.session.exit) return { put: [], answer: undefined };
    const session = change(now.session);
    if (session === now.session) return { put: [], answer: undefined };
    const put: Put = isAgent(now) ? { noun: 'agent', doc: { ...now, session } } : { noun: 'run', doc: { ...now, session } };
    const rig = now.rig === '' ? {} : { rig: now.rig };
    const more = await also(reading, now);
    return { put: [put, ...more], events: event ? [{ ...event, subject: whose, ...rig }] : [], answer: undefined };
  });
  if (isRefusal(answer)) throw new Refused(answer);
}

/** Writes down which process a session is, and tells that it started: once, whoever finds out first and whoever asks again. */
export function noteProcess(
  holder: Holder,
  world: World,
  id: string,
  { pid, born }: { pid: number; born: string },
): Promise<undefined> {
  const noted = (session: Session) => (session.pid === pid && session.born === born ? session : { ...session, pid, born });
  return changeSession(holder, world, id, noted, { type: 'session.started', data: { pid } }, looksAgain);
}

/**
 * What waits to be said to a lasting agent looks again when its session has started: its program may have no hook that says hello. A polecat is spoken to when
 * it has.
 */
async function looksAgain(reading: Reading, now: Holder): Promise<Put[]> {
  const line = isAgent(now) ? await reading.get('recipient', lineOf(now)) : undefined;
  return line && line.line.length > 0 ? [{ noun: 'recipient', doc: { ...line, session: now.session?.id } }] : [];
}

/** What is kept of a session that a change of its holder's record begins or ends: written in the same commit by all who write `session`. */
export async function sessionLogged(reading: Reading, before: Holder | undefined, after: Holder): Promise<Put[]> {
  const touched = sessionTouched(before, after);
  return touched === undefined ? [] : sessionPut(before, after, await reading.get('session', touched));
}
