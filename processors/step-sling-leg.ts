import { THE_TOWN } from '#core/derive';
import { shortHash } from '#core/ids';
import { legDone, slungLeg } from '#core/molecule/leg';
import type { Step } from '#core/records';
import { isRefusal, Refused } from '#core/refusals';
import { failpoint } from '#world/failpoint';
import type { World } from '#world/world';
import { type Answer, awaitChildren } from './answer.ts';
import { end, fail } from './step-end.ts';

/** A polecat's step: a work item of its own, whose end closes it. @returns undefined when it has changed and is to be looked at again */
export async function slingLeg(step: Step, world: World): Promise<Answer | undefined> {
  const { desk } = world;
  // Open with an item already: that one failed, and somebody wants it tried again.
  if (step.work === undefined || step.status === 'open') {
    await slingIt(step, world);
    failpoint('leg');
    return undefined;
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
async function slingIt(step: Step, world: World): Promise<void> {
  const { desk } = world;
  const texts = await desk.plans.step(step.mol, step.at);
  const made = await desk.change(async (reading) => {
    const [now, mol] = [await reading.get('step', step.id), await reading.get('molecule', step.mol)];
    if (!now || !mol || now.status !== 'open') return { put: [], answer: undefined };
    const prefix = world.rig(mol.rig).file.beads.prefix;
    const slots = await reading.get('dispatch', THE_TOWN);
    for (let length = 3; ; length++) {
      const id = `${prefix}-${shortHash(desk.random(length), length)}`;
      if (await reading.get('work', id)) continue;
      const change = slungLeg(now, texts, mol, id, desk.clock.now());
      const put = slots ? change.put : [...change.put, { noun: 'dispatch' as const, doc: { id: THE_TOWN, generation: 1 } }];
      return { ...change, put, answer: undefined };
    }
  });
  if (isRefusal(made)) throw new Refused(made);
}
