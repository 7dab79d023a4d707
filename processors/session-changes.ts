import type { NewEvent, Put } from '#core/change';
import { type Holder, holderNoun, isAgent, isOver } from '#core/holder';
import { isRefusal, Refused } from '#core/refusals';
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
): Promise<undefined> {
  const answer = await world.desk.change(async (reading) => {
    const now: Holder | undefined = await reading.get(holderNoun(whose), whose);
    if (!now || isOver(now) || now.session?.id !== id || now.session.exit) return { put: [], answer: undefined };
    const session = change(now.session);
    if (session === now.session) return { put: [], answer: undefined };
    const put: Put = isAgent(now) ? { noun: 'agent', doc: { ...now, session } } : { noun: 'run', doc: { ...now, session } };
    const rig = now.rig === '' ? {} : { rig: now.rig };
    return { put: [put], events: event ? [{ ...event, subject: whose, ...rig }] : [], answer: undefined };
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
  return changeSession(holder, world, id, noted, { type: 'session.started', data: { pid } });
}
