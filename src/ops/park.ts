import { type Change, type NewEvent, type Put, unchanged } from '#core/change';
import { addressOf, type Holder, holderNoun, isAgent, isCurrent, isOver, lineOf, stale } from '#core/holder';
import { member } from '#core/ids';
import type { Recipient, Work } from '#core/records';
import { type Refusal, refuse } from '#core/refusals';
import type { Desk } from '#world/desk';
import type { Reading } from '#world/store/books';
import type { Caller } from './ack.ts';

/** What became of an agent, or of an item whose polecat has given up its slot; `again`: it was so already. */
export type Parked = {
  readonly agent: string;
  readonly work: string | null;
  readonly is: 'asleep' | 'killed' | 'awake';
  readonly again: boolean;
  /** A person works there: gt ends no process. */
  readonly byHand?: boolean;
};

type As = Exclude<Parked['is'], 'awake'>;

/**
 * Puts an agent to sleep: it gets no new work, no nudges and no next session; its session of now goes on. Or kills it: its session is ended, what it left is
 * kept, and nothing is started again. A polecat's item stays on its hook in both cases. @param caller the session, if it asks for itself
 */
export async function park(desk: Desk, id: string, as: As, caller?: Caller): Promise<Parked | Refusal> {
  return desk.change<Parked>(async (reading) => {
    const holder: Holder | undefined = await reading.get(holderNoun(id), id);
    if (!holder) return refuse('AGENT_UNKNOWN', { agent: id, hint: '`gt agents list` shows all.' });
    if (caller && !isCurrent(holder, caller.token)) return stale(holder, caller.session);
    const work = isAgent(holder) ? undefined : await reading.get('work', holder.work);
    const agent = addressOf(holder);
    if (isOver(holder) || (!isAgent(holder) && holder.submitted))
      return refuse('WORK_TAKEN', { id: work?.id ?? agent, holder: 'the refinery: it is handed in' });
    const byHand = !isAgent(holder) && holder.manual === true;
    const answer = { agent, work: work?.id ?? null, is: as, ...(byHand && { byHand }) };
    if (holder[as]) return unchanged({ ...answer, again: true });
    const now = desk.clock.now();
    const how = { at: now, by: caller ? caller.session : desk.actor };
    const put: Put[] = [putOf({ ...holder, [as]: how })];
    if (work) put.push({ noun: 'work', doc: { ...work, parked: { as, ...how }, updatedAt: now } });
    return { put, events: [event(holder, as === 'asleep' ? 'slept' : 'killed', how.by)], answer: { ...answer, again: false } };
  });
}

/** Takes sleep and death back: the session that lives is spoken to again, and one that is over gets a next one. */
export async function wake(desk: Desk, id: string): Promise<Parked | Refusal> {
  return desk.change<Parked>(async (reading) => {
    const holder: Holder | undefined = await reading.get(holderNoun(id), id);
    if (!holder) return refuse('AGENT_UNKNOWN', { agent: id, hint: '`gt agents list` shows all.' });
    const work = isAgent(holder) ? undefined : await reading.get('work', holder.work);
    const answer: Parked = { agent: addressOf(holder), work: work?.id ?? null, is: 'awake', again: false };
    const change = awake(isOver(holder) ? undefined : holder, work, await lineOfHolder(reading, holder), desk);
    return change ? { ...change, answer } : unchanged({ ...answer, again: true });
  });
}

const lineOfHolder = (reading: Reading, holder: Holder) => reading.get('recipient', lineOf(holder));

/** The change that wakes a live holder and its item, or the item alone. Undefined when neither sleeps. */
export function awake(
  holder: Holder | undefined,
  work: Work | undefined,
  line: Recipient | undefined,
  { clock, actor }: Pick<Desk, 'clock' | 'actor'>,
): Change | undefined {
  const parked = holder && (holder.asleep || holder.killed);
  if (!parked && !work?.parked) return undefined;
  const put: Put[] = [];
  if (holder && parked) {
    const { asleep: _asleep, killed, ...rest } = holder;
    const { session } = holder;
    // A session that is just being ended stays ended, and is no death: a fresh one follows.
    const ending = killed && session && !session.exit && rest.cycle?.session !== session.id;
    const cycle = ending && { at: clock.now(), by: actor, why: 'woken', session: session.id, hurry: true };
    put.push(putOf({ ...rest, ...(cycle ? { cycle } : {}) } as Holder));
  }
  if (work?.parked) {
    const { parked: _, ...rest } = work;
    put.push({ noun: 'work', doc: { ...rest, updatedAt: clock.now() } as Work });
  }
  const next = line?.line[0]?.id;
  const about = holder ?? work;
  const events = about ? [eventOf(about.id, about.rig, holder && isAgent(holder) ? 'agent' : 'run', 'woken', actor)] : [];
  return { put, events, ...(next ? { marks: [member('deliveries', next)] } : {}), answer: undefined };
}

const putOf = (holder: Holder): Put => (isAgent(holder) ? { noun: 'agent', doc: holder } : { noun: 'run', doc: holder });

const event = (holder: Holder, what: string, by: string) =>
  eventOf(holder.id, holder.rig, isAgent(holder) ? 'agent' : 'run', what, by);

const eventOf = (subject: string, rig: string, noun: 'agent' | 'run', what: string, by: string): NewEvent => ({
  type: `${noun}.${what}`,
  subject,
  ...(rig === '' ? {} : { rig }),
  data: { by },
});
