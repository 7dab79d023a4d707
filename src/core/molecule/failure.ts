import { type Change, type Put, unchanged } from '#core/change';
import type { ProtoStep } from '#core/formula/proto';
import { STEP_BACKOFF_MAX_MS, STEP_BACKOFF_MS } from '#core/limits';
import type { Escalation, Molecule, Step } from '#core/records';
import { escalate, escalationId } from '#core/work';
import { closeStep, handEmptied, laidDown, stepEvent, watchersOf } from './life.ts';

/**
 * What a failure does, whoever tells of it: a command, an agent, a polecat, a check.
 *
 * - `retry`: what passes by itself (class `transient`) is tried again after a pause, so often as the formula says; anything else is no use to repeat. When
 *   all attempts are spent the step has failed, or with `soft_fail` it closes as done and says so.
 * - `ralph`: worked once more, unless that is said to be no use (`hard`), until its attempts are spent.
 * - A member of a scope closes as failed, and the members that nobody has begun are skipped: the teardown can run, and the body fails.
 * - Else the step is `failed`: it holds back what needs it, and a person is asked.
 */
export type Failure = {
  readonly reason: string;
  /** `transient` passes by itself; any other word, and none, does not. */
  readonly class?: string | undefined;
};

/** What else was read in the change that fails a step: `question` by `failureQuestion`, the members of its scope. */
export type FailureGround = {
  readonly mol?: Molecule | undefined;
  readonly question?: Escalation | undefined;
  readonly fellows?: readonly Step[];
};

/** Id of what a person is asked about a failed step. */
export const failureQuestion = (step: string): string => escalationId(step, 'step_failed');

/** A step has failed. Once it has ended nothing changes. Callers that have a desk use `failing` (ops), which reads the ground. */
export function failStep(
  step: Step,
  plan: ProtoStep | undefined,
  ground: FailureGround,
  failure: Failure,
  now: number,
): Change<Step> {
  if (step.status === 'closed') return unchanged(step);
  const failures = (step.failures ?? 0) + 1;
  const { retry, ralph } = plan ?? {};
  const isTransient = failure.class === 'transient';
  const most = ralph && failure.class !== 'hard' ? ralph.max_attempts : isTransient ? (retry?.max_attempts ?? 0) : 0;
  const isLeft = failures < most;
  const reason = failure.reason.slice(0, REASON_CHARACTERS);
  const failed = { at: now, reason, ...(failure.class ? { class: failure.class } : {}) };
  const { worked: _worked, ...rest } = laidDown(step);
  const next: Step = { ...rest, failures, failed };
  const hand = handEmptied(step, ground.mol, now);
  if (isLeft) {
    const pause = Math.min(STEP_BACKOFF_MAX_MS, STEP_BACKOFF_MS * 2 ** (failures - 1));
    const doc: Step = { ...next, status: 'open', ...(ralph ? {} : { notBefore: now + pause }) };
    return {
      put: [{ noun: 'step', doc }, ...hand],
      events: [stepEvent(doc, 'step.again', { failures, reason: told(reason) })],
      answer: doc,
    };
  }
  if (retry?.on_exhausted === 'soft_fail' && isTransient) {
    const spent = `passed although ${failures === 1 ? 'its attempt' : `all ${failures} attempts`} failed: ${reason}`;
    return closeStep(next, ground.mol, { outcome: 'done', reason: spent, final: true }, now);
  }
  if (step.scope?.role === 'setup' || step.scope?.role === 'member') return failScope(next, ground, reason, now);
  const id = failureQuestion(step.id);
  const question = escalate(
    ground.question,
    { id, subject: step.id, cause: 'step_failed', why: reason, severity: 'medium' },
    now,
  );
  const doc: Step = { ...next, status: 'failed', failed: { ...failed, escalation: id } };
  return {
    put: [{ noun: 'step', doc }, ...hand, { noun: 'escalation', doc: question }],
    marks: watchersOf(step, ground.mol),
    events: [stepEvent(doc, 'step.failed', { reason: told(reason), ...(failure.class ? { class: failure.class } : {}) })],
    answer: doc,
  };
}

const REASON_CHARACTERS = 1000;
const told = (reason: string): string => reason.slice(0, 200);

/** The member closes as failed, and those that nobody has begun as skipped. */
function failScope(step: Step, { mol, fellows = [] }: FailureGround, reason: string, now: number): Change<Step> {
  const own = closeStep(step, mol, { outcome: 'failed', reason }, now);
  const skipped = fellows
    .filter((fellow) => fellow.id !== step.id && fellow.status === 'open')
    .map((fellow) => closeStep(fellow, undefined, { outcome: 'skipped', reason: `${step.key} failed` }, now));
  const all = [own, ...skipped];
  return {
    put: all.flatMap(({ put }): readonly Put[] => put),
    settle: all.flatMap(({ settle }) => settle ?? []),
    marks: all.flatMap(({ marks }) => marks ?? []),
    events: all.flatMap(({ events }) => events ?? []),
    answer: own.answer,
  };
}
