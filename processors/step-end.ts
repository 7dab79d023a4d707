import { unchanged } from '#core/change';
import { closeStep, type StepEnd } from '#core/molecule/life';
import type { Step } from '#core/records';
import { isRefusal, Refused } from '#core/refusals';
import type { Seen } from '#world/store/books';
import type { World } from '#world/world';

/**
 * Closes a step, once. `seen` is the reading that the activation began with. @returns the step as it is then @throws Refused when the books are busy, so that
 * the job's backoff tries again
 */
export async function end(step: Step, how: StepEnd, { desk }: World, seen?: Seen): Promise<Step | undefined> {
  const closed = await desk.change(async (reading) => {
    const now = await reading.get('step', step.id);
    if (!now || now.status === 'closed') return unchanged(now);
    const mol = now.watched ? await reading.get('molecule', now.mol) : undefined;
    return closeStep(now, mol, how, desk.clock.now());
  }, seen);
  if (isRefusal(closed)) throw new Refused(closed);
  return closed;
}
