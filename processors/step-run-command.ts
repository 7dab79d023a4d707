import { HOLD_MS } from '#core/limits';
import type { Step } from '#core/records';
import type { World } from '#world/world';
import { type Answer, sleep } from './answer.ts';

/** A command step @returns undefined when it has changed and is to be looked at again */
export async function runCommand(_step: Step, { desk }: World): Promise<Answer | undefined> {
  return sleep(desk.clock.now() + HOLD_MS, ' run in the worktree, noted before it starts.:ready to run');
}
