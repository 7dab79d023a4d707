import { gtFor } from '#core/agent-words';
import type { NewEvent, Put } from '#core/change';
import { addressOf, type Holder, holderNoun, isAgent, isOver } from '#core/holder';
import { type Refusal, refuse } from '#core/refusals';
import type { Desk } from '#world/desk';

/** What was asked of a session; it happens when its holder's job looks, which is at once. */
export type SessionAsked = { readonly agent: string; readonly session: string; readonly asked: 'restart' | 'stop' };

/**
 * Asks for the end of an agent's session of now: what it left uncommitted is kept. `restart`: a fresh one follows at once. `stop`: none does before somebody
 * wakes, slings or starts it; a polecat's item stays on its hook. Where there is none: AGENT_AWAY with what brings one, or SESSION_OVER.
 */
export async function endSession(desk: Desk, id: string, asked: SessionAsked['asked']): Promise<SessionAsked | Refusal> {
  return desk.change<SessionAsked>(async (reading) => {
    const holder: Holder | undefined = await reading.get(holderNoun(id), id);
    if (!holder) return refuse('AGENT_UNKNOWN', { agent: id, hint: '`gt session list` shows who has one.' });
    const agent = addressOf(holder);
    const { session } = holder;
    if (!session || session.exit || isOver(holder)) {
      const killed = !isOver(holder) && holder.killed !== undefined;
      const start = isAgent(holder) ? !holder.wanted && gtFor(holder, 'start') : killed && `gt wake ${agent}`;
      return start ? refuse('AGENT_AWAY', { agent, start }) : refuse('SESSION_OVER', { agent, how: 'its session is over' });
    }
    // It leaves by itself, and nothing of it is parked: what comes back is worked again.
    if (!isAgent(holder) && holder.submitted)
      return refuse('WORK_TAKEN', { id: holder.work, holder: 'the refinery: it is handed in' });
    const how = { at: desk.clock.now(), by: desk.actor };
    const work = isAgent(holder) ? undefined : await reading.get('work', holder.work);
    const answer = { agent, session: session.id, asked };
    const told = (type: NewEvent['type']): NewEvent => ({
      type,
      subject: id,
      ...(holder.rig === '' ? {} : { rig: holder.rig }),
      data: { session: session.id, by: how.by },
    });
    if (asked === 'restart') {
      // by gt: the end of its turn is not waited for
      const cycle = { at: how.at, by: 'gt', why: `restarted by ${how.by}`, session: session.id, hurry: true };
      return { put: [put({ ...holder, cycle })], events: [told('session.restarted')], answer };
    }
    if (isAgent(holder)) {
      const { wanted: _, ...rest } = holder;
      return { put: [put(rest)], events: [told('agent.stopped')], answer };
    }
    const parked = work && { ...work, parked: { as: 'killed' as const, ...how }, updatedAt: how.at };
    const item: Put[] = parked ? [{ noun: 'work', doc: parked }] : [];
    return { put: [put({ ...holder, killed: how }), ...item], events: [told('run.killed')], answer };
  });
}

const put = (holder: Holder): Put => (isAgent(holder) ? { noun: 'agent', doc: holder } : { noun: 'run', doc: holder });
