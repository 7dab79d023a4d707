import { heldBack } from '#core/agent-life';
import type { NewEvent } from '#core/change';
import { lacksNext } from '#core/cycle';
import { addressOf } from '#core/holder';
import { UNFIT_TRY_MS } from '#core/limits';
import type { Agent } from '#core/records';
import { explain, Refused } from '#core/refusals';
import { escalate } from '#ops/escalate';
import { tellMayor } from '#ops/tell-mayor';
import type { World } from '#world/world';
import { changeAgent } from './agent-changes.ts';
import { type Answer, sleep } from './answer.ts';
import { noNextWords } from './hand-off.ts';
import { PASSING } from './suspend.ts';

/** A lasting agent that is wanted and has no session. */

/** Its program cannot be started: that is said where people look, and tried again by and by. */
export async function unfit(fault: unknown, agent: Agent, world: World): Promise<Answer> {
  if (!(fault instanceof Refused) || PASSING.includes(fault.refusal.refused)) throw fault;
  const { says, try: todo } = explain(fault.refusal);
  // Told before it is noted: a worker that dies between tells it again, under the same ids.
  if (!isNoted(agent, says)) await tellNoNext(agent, `${says} ${todo}`, world);
  await changeAgent(agent.id, world, (now) => (heldBack(now) ? now : waiting(now, says, world, { todo })), held);
  return sleep(world.desk.clock.now() + UNFIT_TRY_MS, says);
}

/** It was handed off, and nothing follows: the mayor has to know, too. Of its own end a mayor can be told nothing. */
async function tellNoNext(agent: Agent, why: string, { desk }: World): Promise<void> {
  const { id, role, rig, session } = agent;
  const isLive = session?.pid !== undefined && !session.exit;
  if (role === 'mayor' || isLive || heldBack(agent) || !lacksNext(agent)) return;
  const said = noNextWords(agent, why);
  const about = { subject: id, cause: 'cycle', why: said, severity: 'high', ...(rig ? { rig } : {}) } as const;
  await tellMayor(desk, await escalate(desk, about), { address: addressOf(agent), rig, session: session?.id ?? '', more: said });
}

/** That it does not come, and why. */
export const held = ({ waits }: Agent): Omit<NewEvent, 'subject'> | undefined =>
  waits && { type: 'agent.held', data: { why: waits.why.slice(0, 300) } };

const isNoted = ({ waits, session }: Agent, why: string): boolean => waits?.why === why && waits.at >= (session?.at ?? 0);

/** The record with why it waits, and since when. */
export const waiting = (agent: Agent, why: string, { desk }: World, more: { place?: true; todo?: string }): Agent =>
  isNoted(agent, why) ? agent : { ...agent, waits: { at: desk.clock.now(), why, ...more } };
