import { HOLD_MS } from '#core/limits';
import type { Step } from '#core/records';
import type { World } from '#world/world';
import { type Answer, sleep } from './answer.ts';

/** An agent's step whose needs are met @returns undefined when it has changed and is to be looked at again */
export async function offer(_step: Step, { desk }: World): Promise<Answer | undefined> {
  return sleep(desk.clock.now() + HOLD_MS, ' parked until the agent that works the molecule takes it.:ready for its agent');
}
