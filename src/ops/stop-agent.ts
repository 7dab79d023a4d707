import { gtFor } from '#core/agent-words';
import type { NewEvent } from '#core/change';
import { addressOf } from '#core/holder';
import { member } from '#core/ids';
import type { Agent } from '#core/records';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import type { Desk } from '#world/desk';
import { vacate } from './vacate.ts';

const about = ({ id, rig }: Agent, type: NewEvent['type'], data: NewEvent['data'] = {}): NewEvent => ({
  type,
  subject: id,
  ...(rig === '' ? {} : { rig }),
  data,
});

const notMade = (agent: string): Refusal => refuse('AGENT_NOT_MADE', { agent, hint: '`gt agents list` shows who there is.' });

/** Nobody wants a lasting agent any more: its session is ended with grace, and it holds nothing. Asking again changes nothing. */
export async function stopAgent(desk: Desk, id: string): Promise<Agent | Refusal> {
  return desk.change(async (reading) => {
    const known = await reading.get('agent', id);
    if (!known || known.removed) return notMade(id);
    if (!known.wanted) return { put: [], answer: known };
    const { wanted: _wanted, waits: _waits, goOn: _goOn, first: _first, ...doc } = known;
    return { put: [{ noun: 'agent', doc }], events: [about(doc, 'agent.stopped')], answer: doc };
  });
}

/** Its session is ended and followed by another: a fresh one, or with `goOn` one that goes on with the conversation. */
export async function restartAgent(
  desk: Desk,
  id: string,
  { goOn = false, agent }: { goOn?: boolean; agent?: string | undefined } = {},
): Promise<Agent | Refusal> {
  return desk.change(async (reading) => {
    const known = await reading.get('agent', id);
    if (!known || known.removed) return notMade(id);
    const { session } = known;
    if (!known.wanted || !session || session.exit)
      return refuse('AGENT_AWAY', { agent: addressOf(known), start: gtFor(known, 'start') });
    const at = desk.clock.now();
    const doc: Agent = {
      ...known,
      ...(agent === undefined ? {} : { agent }),
      cycle: { at, by: desk.actor, why: 'restart', session: session.id, hurry: true },
      ...(goOn ? { goOn } : {}),
    };
    return { put: [{ noun: 'agent', doc }], events: [about(doc, 'session.cycled', { session: session.id })], answer: doc };
  });
}

/** A crew member or dog is no more: it is in no list; whoever gets its name begins anew. Refused while it is wanted or has a session. */
export async function removeAgent(desk: Desk, id: string): Promise<Agent | Refusal> {
  const gone = await desk.change<Agent>(async (reading) => {
    const known = await reading.get('agent', id);
    if (!known || known.removed) return notMade(id);
    if (known.wanted || (known.session && !known.session.exit))
      return refuse('AGENT_AT_WORK', { agent: addressOf(known), stop: gtFor(known, 'stop') });
    const { agent: _agent, using: _using, branch: _branch, ...rest } = known;
    const doc: Agent = { ...rest, removed: { at: desk.clock.now(), by: desk.actor } };
    // What waits to be said to it finds that nobody will come.
    const line = (await reading.get('recipient', id))?.line ?? [];
    const marks = line.map((entry) => member('deliveries', entry.id));
    return { put: [{ noun: 'agent', doc }], marks, events: [about(doc, 'agent.removed')], answer: doc };
  });
  if (!isRefusal(gone)) await vacate(desk, gone);
  return gone;
}
