import { unchanged } from '#core/change';
import type { ProtoStep } from '#core/formula/proto';
import type { Failure } from '#core/molecule/failure';
import { closeStep, type StepEnd } from '#core/molecule/life';
import type { Step } from '#core/records';
import { isRefusal, orThrow, Refused } from '#core/refusals';
import { cancelMolecule } from '#ops/cancel-molecule';
import { failing } from '#ops/fail-step';
import type { Seen } from '#world/store/books';
import type { World } from '#world/world';

/** Closes a step, once. @throws Refused when the books are busy, so that the job's backoff tries again */
export async function end(step: Step, how: StepEnd, world: World): Promise<void> {
  await endSeen(undefined, step, how, world);
}

/**
 * The same, from the reading that the activation began with. One that has come to need more since then stays open: it is to be looked at again. @returns the
 * step as it is then
 */
export async function endSeen(
  seen: Seen | undefined,
  { id, needs }: Step,
  how: StepEnd,
  { desk }: World,
): Promise<Step | undefined> {
  const closed = await desk.change(async (reading) => {
    const now = await reading.get('step', id);
    if (!now || now.status === 'closed' || (seen && now.needs.length > needs.length)) return unchanged(now);
    const mol = now.watched ? await reading.get('molecule', now.mol) : undefined;
    return closeStep(now, mol, how, desk.clock.now());
  }, seen);
  if (isRefusal(closed)) throw new Refused(closed);
  return closed;
}

/** Its work has failed: what the formula says then. A step that somebody has ended or failed meanwhile stays as it is. @throws Refused as `end` */
export async function fail(step: Step, plan: ProtoStep | undefined, failure: Failure, { desk }: World): Promise<undefined> {
  const failed = await desk.change(async (reading) => {
    const now = await reading.get('step', step.id);
    if (!now || now.status === 'closed' || now.status === 'failed') return unchanged(now);
    return failing(reading, now, plan, failure, desk.clock.now());
  });
  if (isRefusal(failed)) throw new Refused(failed);
}

/** Molecules that are open under a step that has ended are asked to end too: nobody would work them, and its job waits for theirs. */
export async function endNested({ id, molecules = [], closed }: Step, { desk }: World): Promise<void> {
  for (const mol of await desk.books.readMany('molecule', molecules))
    if (mol.state !== 'closed') orThrow(await cancelMolecule(desk, { id: mol.id, reason: closed?.reason || `${id} has ended` }));
}
