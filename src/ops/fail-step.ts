import type { Change } from '#core/change';
import type { ProtoStep } from '#core/formula/proto';
import { type Failure, failStep, failureQuestion } from '#core/molecule/failure';
import type { Step } from '#core/records';
import type { Reading } from '#world/store/books';

/**
 * What a failure does to a step, for a change that has read it: again, closed or failed (core/molecule/failure.ts). Reads the molecule, what a person is asked
 * of the step, and the members of its scope. @param plan the step of the molecule's plan (`desk.plans.step(step.mol, step.at)`)
 */
export async function failing(
  reading: Reading,
  step: Step,
  plan: ProtoStep | undefined,
  failure: Failure,
  now: number,
): Promise<Change<Step>> {
  const [mol, question, body] = await Promise.all([
    reading.get('molecule', step.mol),
    reading.get('escalation', failureQuestion(step.id)),
    step.scope && step.scope.role !== 'body' ? reading.get('step', step.scope.of) : undefined,
  ]);
  const fellows = await Promise.all((body?.scope?.members ?? []).map((id) => reading.get('step', id)));
  return failStep(step, plan, { mol, question, fellows: fellows.filter((one) => one !== undefined) }, failure, now);
}
