import { HOLD_MS } from '#core/limits';
import type { Step } from '#core/records';
import type { World } from '#world/world';
import { type Answer, sleep } from './answer.ts';

/** A polecat's step @returns undefined when it has changed and is to be looked at again */
export async function slingLeg(_step: Step, { desk }: World): Promise<Answer | undefined> {
  return sleep(desk.clock.now() + HOLD_MS, ' a work item of its own, whose end closes it.:ready to be slung');
}
