import { unchanged } from '#core/change';
import { THE_TOWN } from '#core/derive';
import type { ProtoStep } from '#core/formula/proto';
import { HOLD_MS } from '#core/limits';
import { makeLeg, nextForLeg } from '#core/molecule/leg';
import type { Step } from '#core/records';
import { isRefusal, Refused } from '#core/refusals';
import { freeId } from '#ops/create-work';
import { failpoint } from '#world/failpoint';
import type { World } from '#world/world';
import { type Answer, awaitChildren, sleep } from './answer.ts';
import { end, fail } from './step-end.ts';

/** A polecat's step: made a work item of its own, and ended as that ends. @returns undefined when it has changed and is to be looked at again */
export async function slingLeg(step: Step, world: World): Promise<Answer | undefined> {
  const { desk } = world;
  const plan = await desk.plans.step(step.mol, step.at);
  const work = step.work === undefined ? undefined : await desk.books.read('work', step.work);
  const move = nextForLeg(step, work);
  switch (move.do) {
    case 'make':
      return make(step, plan, world);
    case 'await':
      return awaitChildren([{ noun: 'work', doc: move.work }], `${move.work.id} does it`);
    case 'end':
      await end(step, move.end, world);
      return undefined;
    case 'fail':
      return fail(step, plan, { reason: move.reason, class: 'hard' }, world);
  }
}

async function make(step: Step, plan: ProtoStep | undefined, world: World): Promise<Answer | undefined> {
  const { desk } = world;
  if (!plan) return fail(step, plan, { reason: 'it is not in the plan', class: 'hard' }, world);
  if (step.rig === '') {
    const reason = 'it is work of its own, and its molecule belongs to no rig';
    return fail(step, plan, { reason, class: 'hard' }, world);
  }
  const { prefix } = world.rig(step.rig).file.beads;
  const made = await desk.change(async (reading) => {
    const [now, mol, slots] = await Promise.all([
      reading.get('step', step.id),
      reading.get('molecule', step.mol),
      reading.get('dispatch', THE_TOWN),
    ]);
    if (now?.status !== 'open') return unchanged('made' as const);
    if (mol?.state !== 'open' || mol.cancel) return unchanged('ending' as const);
    const change = makeLeg(now, mol, plan, { id: await freeId(desk, reading, prefix), actor: desk.actor }, desk.clock.now());
    // The record of the town's slots is made by whoever needs it first.
    const put = slots ? change.put : [...change.put, { noun: 'dispatch' as const, doc: { id: THE_TOWN, generation: 1 } }];
    return { ...change, put, answer: 'made' as const };
  });
  if (isRefusal(made)) throw new Refused(made);
  failpoint('leg');
  return made === 'ending' ? sleep(desk.clock.now() + HOLD_MS, 'its molecule ends') : undefined;
}
