import { unchanged } from '#core/change';
import { THE_TOWN } from '#core/derive';
import { HOLD_MS } from '#core/limits';
import { legDone, slungLeg } from '#core/molecule/leg';
import type { Step } from '#core/records';
import { isRefusal, Refused } from '#core/refusals';
import { freeId } from '#ops/create-work';
import { failpoint } from '#world/failpoint';
import type { World } from '#world/world';
import { type Answer, awaitChildren, sleep } from './answer.ts';
import { end, fail } from './step-end.ts';

/** A polecat's step: a work item of its own, whose end closes it. @returns undefined when it has changed and is to be looked at again */
export async function slingLeg(step: Step, world: World): Promise<Answer | undefined> {
  const { desk } = world;
  // Open with an item already: that one failed, and somebody wants it tried again.
  if (step.work === undefined || step.status === 'open') {
    if (step.rig === '') {
      const plan = await desk.plans.step(step.mol, step.at);
      return fail(step, plan, { reason: 'it is work of its own, and its molecule belongs to no rig', class: 'hard' }, world);
    }
    const made = await slingIt(step, world);
    failpoint('leg');
    return made === 'ending' ? sleep(desk.clock.now() + HOLD_MS, 'its molecule ends') : undefined;
  }
  const work = await desk.books.read('work', step.work);
  if (work && work.status !== 'closed')
    return awaitChildren(
      [{ noun: 'work', doc: work }],
      work.needsYou ? `${work.id} needs you: ${work.needsYou.why}` : `${work.id} does it`,
    );
  if (work && legDone(work)) {
    const { commit, reason = 'closed' } = work.closed ?? {};
    await end(
      step,
      {
        outcome: 'done',
        reason: `${work.id}: ${reason}`,
        by: work.id,
        evidence: { work: work.id, ...(commit ? { commit } : {}) },
      },
      world,
    );
    return undefined;
  }
  const reason = work ? `${work.id} was closed: ${work.closed?.reason ?? ''}` : `${step.work} is gone`;
  return fail(step, await desk.plans.step(step.mol, step.at), { reason }, world);
}

/** Makes the item and puts it on the hook, once. */
async function slingIt(step: Step, world: World): Promise<'made' | 'ending'> {
  const { desk } = world;
  const texts = await desk.plans.step(step.mol, step.at);
  const made = await desk.change(async (reading) => {
    const [now, mol] = [await reading.get('step', step.id), await reading.get('molecule', step.mol)];
    if (now?.status !== 'open') return unchanged('made' as const);
    if (mol?.state !== 'open' || mol.cancel) return unchanged('ending' as const);
    const prefix = world.rig(mol.rig).file.beads.prefix;
    const slots = await reading.get('dispatch', THE_TOWN);
    const change = slungLeg(now, texts, mol, await freeId(desk, reading, prefix), desk.clock.now());
    const put = slots ? change.put : [...change.put, { noun: 'dispatch' as const, doc: { id: THE_TOWN, generation: 1 } }];
    return { ...change, put, answer: 'made' as const };
  });
  if (isRefusal(made)) throw new Refused(made);
  return made;
}
