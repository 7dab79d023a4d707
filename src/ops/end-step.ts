import { type Change, type Put, unchanged } from '#core/change';
import { NOTE_BYTES } from '#core/limits';
import { type Failure, failureQuestion } from '#core/molecule/failure';
import { finish, followedBy } from '#core/molecule/hand';
import { filled, type StepEnd } from '#core/molecule/life';
import { closedQuestion } from '#core/molecule/retry';
import type { Molecule, Run, Step } from '#core/records';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import type { Desk } from '#world/desk';
import type { Reading } from '#world/store/books';
import type { Caller } from './ack.ts';
import { tooLong } from './create-work.ts';
import { failing } from './fail-step.ts';
import { takerOf } from './take-step.ts';
import { type Meant, type Which, whichStep } from './which-step.ts';

/** How a step ended, and what its agent does now. */
export type EndedStep = {
  readonly step: Step;
  /** The molecule that the item has, as it is now. */
  readonly root: Molecule;
  /** It had ended before: nothing was written. */
  readonly again: boolean;
  /** The session is to leave: the next step has one of its own. */
  readonly leave: boolean;
};

/** What is said of a step that ends well. */
export type Closing = Pick<StepEnd, 'evidence' | 'output'> & {
  readonly outcome: 'done' | 'skipped';
  readonly reason: string;
  /** The head of the worktree: what the next step's commits are counted from. */
  readonly head?: string | undefined;
};

/**
 * Closes a step, as done or as skipped. An agent closes the step in its hands, and has the next one in its hands in the same commit. A person closes a step
 * that no live agent has, and skips any.
 */
export const closeStep = (desk: Desk, which: Which, closing: Closing): Promise<EndedStep | Refusal> =>
  end(
    desk,
    which,
    async (at, reading) => {
      const long = tooMuch(closing.evidence?.note ?? '', closing.reason, closing.output);
      if (long) return long;
      const { step, root, own } = at;
      const refusal = which.caller ? undefined : await notForPeople(desk, at, closing.outcome);
      if (refusal) return refusal;
      const { outcome, reason, evidence, output } = closing;
      const how = {
        outcome,
        reason,
        by: byWhom(desk, at),
        ...(evidence ? { evidence } : {}),
        ...(output === undefined ? {} : { output }),
      };
      // Where something follows the work (a check, a fan-out) the step is not closed yet, and nothing that needs it goes on.
      const isFollowed = step.after !== undefined && outcome === 'done' && step.status !== 'failed';
      const closes = isFollowed ? undefined : step.id;
      const found = await desk.steps.next(root, closes);
      const over = (await desk.steps.openBeside(root.id, closes)).length === 0;
      const after = over && which.caller ? knows(at) : leaves(at, which.caller, desk.clock.now());
      const next = found && filled((await reading.get('step', found.id)) ?? found);
      const following = { root, next: next?.status === 'open' ? next : undefined, taker: taker(after ?? at.run, closing.head) };
      const change = finish(step, step.watched ? own : undefined, how, following, desk.clock.now());
      const asked = step.failed ? await reading.get('escalation', failureQuestion(step.id)) : undefined;
      return { change: { ...change, put: [...change.put, ...closedQuestion(asked, desk.clock.now())] }, after };
    },
    mayEndWorked(which, closing.outcome),
  );

/** What is said of a step that cannot be done. */
export type Failing = Failure & { readonly output?: unknown; readonly head?: string | undefined };

/** A step has failed: its formula says what that does (core/molecule/failure.ts). What does not need it goes on. */
export const failedStep = (desk: Desk, which: Which, { output, head, ...failure }: Failing): Promise<EndedStep | Refusal> =>
  end(desk, which, async (at, reading) => {
    const long = tooMuch('', failure.reason, output);
    if (long) return long;
    const { root } = at;
    const step: Step = { ...at.step, ...(output === undefined ? {} : { output }) };
    const refusal = which.caller ? undefined : await notForPeople(desk, at, 'done');
    if (refusal) return refusal;
    const now = desk.clock.now();
    const plan = await desk.plans.step(step.mol, step.at);
    const change = await failing(reading, step, plan, failure, now);
    const found = await desk.steps.next(root);
    const after = leaves(at, which.caller, now);
    const next = found && found.id !== step.id ? filled((await reading.get('step', found.id)) ?? found) : undefined;
    const following = { root, next: next?.status === 'open' ? next : undefined, taker: taker(after ?? at.run, head) };
    return { change: followedBy(change, step, following, now), after };
  });

/** What is said of a step stands in its record, what it gives out in a text. */
const tooMuch = (note: string, reason: string, output: unknown): Refusal | undefined =>
  tooLong('note', note, NOTE_BYTES) ??
  tooLong('reason', reason, NOTE_BYTES) ??
  (output === undefined ? undefined : tooLong('output', JSON.stringify(output)));

/** A person skips also what follows the work of a step: a check that never ends, items that nobody wants. */
const mayEndWorked = ({ caller }: Which, outcome: Closing['outcome']): boolean => !caller && outcome === 'skipped';

type Decided = { readonly change: Change<Step>; readonly after: Run | undefined };

async function end(
  desk: Desk,
  which: Which,
  decide: (at: Meant, reading: Reading) => Promise<Decided | Refusal>,
  alsoWorked = false,
): Promise<EndedStep | Refusal> {
  return desk.change<EndedStep>(async (reading) => {
    const at = await whichStep(desk, reading, which);
    if (isRefusal(at)) return at;
    const { step, root, run } = at;
    const leave = run?.session?.leaving !== undefined && !run.session.exit;
    // What follows its work (a check, a fan-out) is not its agent's.
    if (step.status === 'closed' || (step.worked && !alsoWorked)) return unchanged({ step, root, again: true, leave });
    if (which.caller && root.hand !== step.id)
      return refuse('STEP_NOT_IN_HAND', { id: step.id, hand: root.hand === undefined ? '' : `: that is ${root.hand}` });
    const decided = await decide(at, reading);
    if (isRefusal(decided)) return decided;
    const { change, after } = decided;
    const mol = change.put.find(
      (one): one is Extract<Put, { noun: 'molecule' }> => one.noun === 'molecule' && one.doc.id === root.id,
    );
    const put = after ? [...change.put, { noun: 'run' as const, doc: after }] : change.put;
    return {
      ...change,
      put,
      answer: { step: change.answer, root: mol?.doc ?? root, again: false, leave: after?.session?.leaving !== undefined },
    };
  });
}

/** Why a person may not end a step as done; anybody's may be skipped. */
async function notForPeople(desk: Desk, { step, root }: Meant, outcome: 'done' | 'skipped'): Promise<Refusal | undefined> {
  if (outcome === 'skipped' || step.status === 'failed') return undefined;
  if (step.exec !== 'agent') return refuse('STEP_NOT_YOURS', { id: step.id, exec: step.exec });
  const holder = step.holder?.run ? await desk.books.read('run', step.holder.run) : undefined;
  if (root.hand === step.id && holder && holder.state !== 'ended')
    return refuse('STEP_HELD', { id: step.id, holder: holder.session?.id ?? holder.id });
  const [unmet = []] = await desk.books.unmet(step.id);
  return unmet.length > 0 ? refuse('STEP_NOT_READY', { id: step.id, needs: unmet.slice(0, 5).join(', ') }) : undefined;
}

/** The run, when its session has done the one step that it was for. */
function leaves({ root, run }: Meant, caller: Caller | undefined, now: number): Run | undefined {
  if (!root.fresh || !caller || !run?.session) return undefined;
  return { ...run, session: { ...run.session, leaving: run.session.leaving ?? now } };
}

/** The run whose agent has closed the last step, and is told so by the answer. */
const knows = ({ root, run }: Meant): Run | undefined => run && { ...run, stepsTold: root.id };

const taker = (run: Run | undefined, head: string | undefined) => (run ? takerOf(run, head) : undefined);
const byWhom = (desk: Desk, { run }: Meant): string => run?.session?.id ?? desk.actor;
