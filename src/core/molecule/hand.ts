import type { Change, NewEvent, Put } from '#core/change';
import type { Molecule, Step } from '#core/records';
import { closeStep, type StepEnd, stepEvent } from './life.ts';

/**
 * The hand of a molecule: the one agent's step that is being worked. It belongs to the molecule that the work item has; a step of a molecule nested under it
 * goes into the same hand, so that an agent has one step at a time.
 *
 * - It is handed out to a *run*, and to that run's session of now. A later session, or a later run of the item, takes over what is in hand, with the head that
 *   the worktree had when the step was first taken: a commit that a dead session made counts as made for this step.
 * - It leaves the hand when it ends: in the commit that closes it the next one that is ready is handed out, so no crash comes between.
 */
export type Taker = {
  /** Who, for people: `shop/polecats/toast`, `overseer`. */
  readonly by: string;
  readonly run?: string | undefined;
  /** Absent: the run's next session. */
  readonly session?: string | undefined;
  /** What the worktree's branch points to. */
  readonly head?: string | undefined;
};

type Holder = NonNullable<Step['holder']>;

/** Whether an agent could take a step. @param unmet how many of its needs are unmet */
export const isReady = (step: Step, unmet: number, now: number): boolean =>
  step.exec === 'agent' &&
  step.status === 'open' &&
  unmet === 0 &&
  !(step.waits && !step.waits.met) &&
  step.scope?.role !== 'body' &&
  (step.notBefore === undefined || step.notBefore <= now);

/** Puts a step into the hand. @param root the molecule that the work item has */
export function handOut(root: Molecule, step: Step, taker: Taker, now: number): Change<Step> {
  const doc = inHands(step, taker, now);
  return {
    put: [
      { noun: 'step', doc },
      { noun: 'molecule', doc: { ...root, hand: step.id, updatedAt: now } },
    ],
    events: [handed(doc)],
    answer: doc,
  };
}

/** The step in hand goes on with another session: nothing is written when it is that session's already. */
export function takeOver(step: Step, taker: Taker): Change<Step> {
  const { holder } = step;
  const same = holder?.run === taker.run && holder?.session === taker.session;
  if (step.status !== 'in_progress' || !holder || same || (holder.run === taker.run && taker.session === undefined))
    return { put: [], answer: step };
  const { session: _, ...kept } = holder;
  const doc: Step = { ...step, holder: { ...kept, ...whose(taker), head: holder.head ?? taker.head } };
  return { put: [{ noun: 'step', doc }], events: [handed(doc)], answer: doc };
}

/** What a step's end does to the hand. */
export type Following = {
  readonly root: Molecule;
  /** The next that is ready, and who gets it; without a taker it is left for whoever comes. */
  readonly next?: Step | undefined;
  readonly taker?: Taker | undefined;
};

/** The parts of a change that hand out what comes after a step that leaves the hand in the same commit. */
export function followedBy(change: Change<Step>, step: Step, { root, next, taker }: Following, now: number): Change<Step> {
  const inHand = root.hand === step.id || root.hand === undefined;
  if (!inHand) return change;
  // What the end itself writes of the molecule is kept; the hand is decided here.
  const own = change.put.find(
    (one): one is Extract<Put, { noun: 'molecule' }> => one.noun === 'molecule' && one.doc.id === root.id,
  );
  const rest = change.put.filter((one) => one !== own);
  const { hand: _, ...free } = own?.doc ?? root;
  // What the end of one ends with it (a scope) is handed to nobody.
  const ended = change.put.some((one) => one.noun === 'step' && one.doc.id === next?.id);
  const given = next && taker && !ended ? inHands(next, taker, now) : undefined;
  const molecule = { ...free, ...(given ? { hand: given.id } : {}), updatedAt: now } as Molecule;
  return {
    ...change,
    put: [...rest, { noun: 'molecule', doc: molecule }, ...(given ? [{ noun: 'step' as const, doc: given }] : [])],
    // Nobody has it yet: its job looks for who does.
    marks: [...(change.marks ?? []), ...(next && !given && !ended ? [`steps/${next.id}@1` as const] : [])],
    events: [...(change.events ?? []), ...(given ? [handed(given)] : [])],
  };
}

/** Closes a step, and hands out what follows it. @param own its own molecule, where that watches its steps */
export function finish(step: Step, own: Molecule | undefined, end: StepEnd, following: Following, now: number): Change<Step> {
  const change = closeStep(step, own, end, now);
  return change.put.length === 0 ? change : followedBy(change, step, following, now);
}

function inHands({ offeredAt: _, ...step }: Step, taker: Taker, now: number): Step {
  return { ...step, status: 'in_progress', holder: holderOf(taker, now) } as Step;
}

const whose = ({ by, run, session }: Taker): Pick<Holder, 'by' | 'run' | 'session'> => ({
  by,
  ...(run === undefined ? {} : { run }),
  ...(session === undefined ? {} : { session }),
});

const holderOf = (taker: Taker, now: number): Holder => ({
  ...whose(taker),
  at: now,
  ...(taker.head === undefined ? {} : { head: taker.head }),
});

/** Told under the run that has it, so that whoever watches over the run hears of it. */
const handed = (step: Step): NewEvent => {
  const event = stepEvent(step, 'step.handed', { step: step.id, key: step.key, session: step.holder?.session });
  return { ...event, subject: step.holder?.run ?? step.id };
};
