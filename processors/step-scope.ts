import { HOLD_MS } from '#core/limits';
import type { Step } from '#core/records';
import type { World } from '#world/world';
import { type Answer, sleep } from './answer.ts';

export async function endScope(_step: Step, { desk }: World): Promise<Answer | undefined> {
  return sleep(desk.clock.now() + HOLD_MS, 'not yet');
}
