import type { NewEvent, Put } from '#core/change';
import type { Agent } from '#core/records';
import { isRefusal, Refused } from '#core/refusals';
import type { Reading } from '#world/store/books';
import type { World } from '#world/world';
import { sessionLogged } from './session-changes.ts';

/**
 * Changes a lasting agent's record; a change that changes nothing is not written, and its event is not told. `put` adds another record to the same commit.
 * @returns the record as it is after; undefined when there is none
 * @throws Refused when the books refuse, so that the job's backoff tries again
 */
export async function changeAgent(
  id: string,
  world: World,
  change: (now: Agent, reading: Reading, put: (one: Put) => void) => Agent | Promise<Agent>,
  event?: (after: Agent) => Omit<NewEvent, 'subject'> | undefined,
): Promise<Agent | undefined> {
  const answer = await world.desk.change<Agent | undefined>(async (reading) => {
    const now = await reading.get('agent', id);
    if (!now) return { put: [], answer: undefined };
    const more: Put[] = [];
    const doc = await change(now, reading, (one) => more.push(one));
    if (doc === now) return { put: [], answer: now };
    more.push(...(await sessionLogged(reading, now, doc)));
    const told = event?.(doc);
    const rig = now.rig === '' ? {} : { rig: now.rig };
    return {
      put: [{ noun: 'agent', doc }, ...more],
      events: told ? [{ ...told, subject: id, ...rig }] : [],
      answer: doc,
    };
  });
  if (isRefusal(answer)) throw new Refused(answer);
  return answer;
}
