import type { Change, Put } from '#core/change';
import type { Escalation, Step } from '#core/records';
import { answered, escalate, escalationId } from '#core/work';
import { stepEvent } from './life.ts';

/** How a step failed. `transient` may go away by itself, `hard` does not. */
export type Failure = {
  readonly reason: string;
  readonly class?: 'transient' | 'hard' | undefined;
  readonly output?: unknown;
  readonly by: string;
};

/** The question that a failed step asks. */
export const failureQuestion = (step: string): string => escalationId(step, 'step_failed');

/**
 * A step has failed, and nothing that needs it goes on: it waits for a person, with one escalation. What its formula says of a failure (to try it again, to
 * let it pass) is decided before this is asked. @param known the escalation of `failureQuestion`, if there is one
 */
export function failStep(
  step: Step,
  known: Escalation | undefined,
  { reason, class: kind, output, by }: Failure,
  now: number,
): Change<Step> {
  if (step.status === 'closed' || step.status === 'failed') return { put: [], answer: step };
  const id = failureQuestion(step.id);
  const { holder: _holder, command: _command, notBefore: _notBefore, ...rest } = step;
  const doc: Step = {
    ...rest,
    status: 'failed',
    attempts: (step.attempts ?? 0) + 1,
    failed: { at: now, reason, ...(kind ? { class: kind } : {}), escalation: id },
    ...(output === undefined ? {} : { output }),
  };
  const why = `step ${step.key} of ${step.mol} failed: ${reason}`;
  const question = escalate(known, { id, subject: step.id, cause: 'step_failed', why, severity: 'high' }, now);
  return {
    put: [
      { noun: 'step', doc },
      { noun: 'escalation', doc: question },
    ],
    events: [
      stepEvent(doc, 'step.failed', { reason: reason.slice(0, 200), by, ...(kind ? { class: kind } : {}) }),
      { type: 'escalation.opened', subject: step.id, rig: step.rig, data: { escalation: id, why: why.slice(0, 300) } },
    ],
    answer: doc,
  };
}

/** A failed step is tried again: whoever does it takes it anew. */
export function retryStep(step: Step, known: Escalation | undefined, by: string, now: number): Change<Step> {
  if (step.status !== 'failed') return { put: [], answer: step };
  const { failed: _failed, holder: _holder, offeredAt: _offered, ...rest } = step;
  const doc: Step = { ...rest, status: 'open' };
  return {
    put: [{ noun: 'step', doc }, ...closedQuestion(known, now)],
    events: [stepEvent(doc, 'step.retried', { by })],
    answer: doc,
  };
}

/** What a step's end writes of the question that it had asked. */
export const closedQuestion = (known: Escalation | undefined, now: number): Put[] =>
  known && known.state !== 'closed' ? [{ noun: 'escalation', doc: answered(known, now) }] : [];
