import { failureQuestion } from '#core/molecule/failure';
import { retryStep as again } from '#core/molecule/retry';
import type { Step } from '#core/records';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import type { Desk } from '#world/desk';
import { type Which, whichStep } from './which-step.ts';

/** A failed step is tried again, on a person's word, who was asked about it. STEP_NOT_FAILED for any other, STEP_PERSONS for an agent. */
export async function retryStep(desk: Desk, which: Which): Promise<Step | Refusal> {
  return desk.change(async (reading) => {
    const at = await whichStep(desk, reading, which);
    if (isRefusal(at)) return at;
    const { step } = at;
    if (step.status !== 'failed')
      return refuse('STEP_NOT_FAILED', { id: step.id, status: step.closed?.outcome ?? step.status.replace('_', ' ') });
    if (which.caller) return refuse('STEP_PERSONS', { id: step.id });
    const known = await reading.get('escalation', failureQuestion(step.id));
    return again(step, known, desk.actor, desk.clock.now());
  });
}
