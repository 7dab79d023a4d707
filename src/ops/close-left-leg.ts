import { leftBehind } from '#core/molecule/leg';
import type { Work } from '#core/records';
import type { Refusal } from '#core/refusals';
import type { Desk } from '#world/desk';

/** Closes the item of a leg whose step has ended without it, unless somebody has it. @returns the item as it is then */
export async function closeLeftLeg(desk: Desk, id: string): Promise<Work | undefined | Refusal> {
  return desk.change<Work | undefined>(async (reading) => {
    const work = await reading.get('work', id);
    if (!work?.leg) return { put: [], answer: work };
    const step = await reading.get('step', work.leg.step);
    const question = work.needsYou ? await reading.get('escalation', work.needsYou.escalation) : undefined;
    return leftBehind(work, step, question, desk.clock.now());
  });
}
