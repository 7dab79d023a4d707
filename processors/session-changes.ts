import type { NewEvent, Put } from '#core/change';
import { type Holder, holderNoun, isAgent, isOver, lineOf } from '#core/holder';
import { type Member, member } from '#core/ids';
import { isRefusal, Refused } from '#core/refusals';
import { sessionPut, sessionTouched } from '#core/session-log';
import type { Reading } from '#world/store/books';
import type { World } from '#world/world';

type Session = NonNullable<Holder['session']>;

/**
 * Changes one session of a run or a lasting agent, unless it is over, or is not its holder's session any more: what is known of one must not be written of
 * the next. @throws Refused when the books refuse, so that the job's backoff tries again
 */
export async function changeSession(
  { id: whose }: Holder,
  world: World,
  id: string,
  change: (session: Session) => Session,
  event?: Pick<NewEvent, 'type' | 'data'>,
  marks: (now: Holder, reading: Reading) => Promise<Member[]> = async () => [],
): Promise<undefined> {
  const answer = await world.desk.change(async (reading) => {
    const now: Holder | undefined = await reading.get(holderNoun(whose), whose);
    if (!now || isOver(now) || now.session?.id !== id || now.session.exit) return { put: [], answer: undefined };
    const session = change(now.session);
    if (session === now.session) return { put: [], answer: undefined };
    const put: Put = isAgent(now) ? { noun: 'agent', doc: { ...now, session } } : { noun: 'run', doc: { ...now, session } };
    const rig = now.rig === '' ? {} : { rig: now.rig };
    const events = event ? [{ ...event, subject: whose, ...rig }] : [];
    return { put: [put], marks: await marks(now, reading), events, answer: undefined };
  });
  if (isRefusal(answer)) throw new Refused(answer);
}

/**
 * Writes down which process a session is, and tells that it started: once, whoever finds out first and whoever asks again. What waits to be said to it looks
 * again: programs without hooks never say hello.
 */
export function noteProcess(
  holder: Holder,
  world: World,
  id: string,
  { pid, born }: { pid: number; born: string },
): Promise<undefined> {
  const noted = (session: Session) => (session.pid === pid && session.born === born ? session : { ...session, pid, born });
  return changeSession(holder, world, id, noted, { type: 'session.started', data: { pid } }, async (now, reading) => {
    const next = (await reading.get('recipient', lineOf(now)))?.line[0];
    return next ? [member('deliveries', next.id)] : [];
  });
}

/** What is kept of a session that a change of its holder's record begins or ends: written in the same commit by all who write `session`. */
export async function sessionLogged(reading: Reading, before: Holder | undefined, after: Holder): Promise<Put[]> {
  const touched = sessionTouched(before, after);
  return touched === undefined ? [] : sessionPut(before, after, await reading.get('session', touched));
}
