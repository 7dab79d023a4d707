import { HOLD_MS } from '#core/limits';
import type { Step } from '#core/records';
import type { World } from '#world/world';
import { type Answer, sleep } from './answer.ts';

/** The end of a loop with `until` @returns undefined when it has changed and is to be looked at again */
export async function decideRound(_step: Step, { desk }: World): Promise<Answer | undefined> {
  return sleep(desk.clock.now() + HOLD_MS, ' another round, or on.:ready to decide');
}
