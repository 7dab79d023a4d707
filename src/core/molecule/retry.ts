import { type Change, type Put, unchanged } from '#core/change';
import type { Escalation, Step } from '#core/records';
import { answered } from '#core/work';
import { laidDown, stepEvent } from './life.ts';

/** A failed step is tried again, with all its attempts before it: whoever does it takes it anew. @param question what a person was asked about it */
export function retryStep(step: Step, question: Escalation | undefined, by: string, now: number): Change<Step> {
  if (step.status !== 'failed') return unchanged(step);
  const { failures: _failures, ...rest } = laidDown(step);
  const doc: Step = { ...rest, status: 'open' };
  return {
    put: [{ noun: 'step', doc }, ...closedQuestion(question, now)],
    events: [stepEvent(doc, 'step.retried', { by })],
    answer: doc,
  };
}

/** What the end of a step writes of the question that it had asked. */
export const closedQuestion = (known: Escalation | undefined, now: number): Put[] =>
  known && known.state !== 'closed' ? [{ noun: 'escalation', doc: answered(known, now) }] : [];
