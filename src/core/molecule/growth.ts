import type { Change, Put } from '#core/change';
import { MAX_ITERATIONS, MAX_STEPS } from '#core/formula/kitchen';
import type { Proto, ProtoStep } from '#core/formula/proto';
import { isOfRound, nextRound } from '#core/formula/rounds';
import type { Molecule, Step } from '#core/records';
import { stepEvent } from './life.ts';
import { type Planned, plannedSteps, pouredId } from './pour.ts';
import { waiting, withWatchers } from './waits.ts';

/** A molecule that grows: another round of a loop with `until` is written in the commit that finds that there must be one. */

/** Where a round step stands: its loop as the plan has it, and which round has just ended. */
export type RoundAt = {
  readonly loop: ProtoStep;
  readonly number: number;
  /** How the ids (in the formula) of this round's steps begin. */
  readonly prefix: string;
  /** The ends of this round. */
  readonly sinks: readonly string[];
  readonly mayGoOn: boolean;
};

/** Reads where a round step stands; undefined when its plan has no such loop. */
export function roundAt(plan: Proto, round: Step): RoundAt | undefined {
  const loop = plan.steps[round.at];
  if (!loop?.repeat) return undefined;
  const number = round.round ?? 1;
  const { sinks } = nextRound(plan, loop, number);
  const outer = renaming(loop.step, round.key);
  return {
    loop,
    number,
    prefix: `${round.key}.iter${number}.`,
    sinks: sinks.map((id) => pouredId(round.mol, plan.root, outer(id))),
    mayGoOn: number < Math.min(loop.repeat.max, MAX_ITERATIONS),
  };
}

/** The steps of the next round, as they are to be written; their texts stay those of the first. */
export function plannedRound(
  plan: Proto,
  mol: Molecule,
  round: Step,
  { loop, number }: RoundAt,
): { all: Planned[]; sinks: string[] } {
  const outer = renaming(loop.step, round.key);
  const next = nextRound(plan, loop, number + 1);
  const first = loop.repeat?.round ?? '';
  const places = plan.steps.flatMap((step, at) => (isOfRound(step, first) ? [at] : []));
  const steps = next.steps.map((step) => renamed(step, outer));
  const at = (index: number) => places[index] ?? 0;
  const all = plannedSteps({ ...plan, steps }, mol, mol.updatedAt, { from: mol.next, at, watched: round.watched ?? false });
  return { all, sinks: next.sinks.map((id) => pouredId(mol.id, plan.root, outer(id))) };
}

/**
 * The children of a `ralph` for another iteration, as they are to be written: `ID.iteration.N.CHILD`, N from 2. Its attempts are counted anew when a person
 * wants it tried again, its iterations are not.
 */
export function plannedIteration(plan: Proto, mol: Molecule, step: Step): { all: Planned[]; sinks: string[]; number: number } {
  const number = iterationOf(step) + 1;
  const own = plan.steps[step.at];
  if (!own) return { all: [], sinks: [], number };
  const outer = renaming(own.step, step.key);
  const places = plan.steps.flatMap(({ id }, at) => (id.startsWith(`${own.id}.`) ? [at] : []));
  const children = places.flatMap((at) => plan.steps[at] ?? []);
  const inside = new Set(children.map(({ id }) => id));
  const within = (id: string) => (inside.has(id) ? `${own.id}.iteration.${number}${id.slice(own.id.length)}` : id);
  const steps = children.map((child) => ({
    ...renamed({ ...child, needs: child.needs.filter((need) => inside.has(need)) }, (id) => outer(within(id))),
    step: `${step.key}.iteration.${number}.${outer(child.step)}`,
  }));
  const at = (index: number) => places[index] ?? 0;
  const all = plannedSteps({ ...plan, steps }, mol, mol.updatedAt, { from: mol.next, at, watched: step.watched ?? false });
  return {
    all,
    number,
    sinks: steps
      .filter(({ parent, kind }) => kind !== 'gate' && parent === outer(own.id))
      .map(({ id }) => pouredId(mol.id, plan.root, id)),
  };
}

/** Which iteration of a step with children there is, from 1. */
export const iterationOf = ({ round = 1 }: Step): number => round;

/** Writes another iteration of a step with children: it waits for them. @param again what its failure has made of the step */
export function growIteration(
  again: Change<Step>,
  mol: Molecule,
  { all, sinks, number }: ReturnType<typeof plannedIteration>,
  now: number,
): Change<Step> {
  const doc: Step = { ...again.answer, round: number };
  return {
    ...again,
    ...grown(mol, all, now, [{ noun: 'step', doc }]),
    needs: [...edgesOf(all), { id: doc.id, job: `steps/${doc.id}@1`, on: sinks }],
    answer: doc,
  };
}

/** Whether so many more steps are too many for a molecule. */
export const isTooMany = (mol: Molecule, more: number): boolean => mol.next + more > MAX_STEPS;

/** Writes the next round: its steps begin when this is written, and the round step waits for their ends. */
export function growRound(
  round: Step,
  at: RoundAt,
  mol: Molecule,
  { all, sinks }: ReturnType<typeof plannedRound>,
  now: number,
): Change<Step> {
  const before = new Set(at.sinks);
  const doc: Step = {
    ...round,
    round: at.number + 1,
    needs: [...round.needs.filter((need) => !before.has(need)), ...sinks],
  };
  const job = `steps/${round.id}@1` as const;
  return {
    ...grown(mol, all, now, [{ noun: 'step', doc }]),
    needs: [...edgesOf(all), { id: round.id, job, on: sinks }],
    events: [stepEvent(doc, 'step.round', { round: at.number + 1, steps: all.length })],
    answer: doc,
  };
}

const edgesOf = (all: readonly Planned[]) =>
  all.filter(({ on }) => on.length > 0).map(({ put, job, on }) => ({ id: put.doc.id, job, on }));

/** The records of new steps, and what the molecule knows of them. */
function grown(mol: Molecule, all: readonly Planned[], now: number, more: readonly Put[]): Pick<Change, 'put' | 'marks'> {
  const count = all.length;
  const doc: Molecule = {
    ...withWatchers(mol, all),
    next: mol.next + count,
    planned: mol.planned + count,
    poured: mol.poured + count,
    updatedAt: now,
  };
  return {
    put: [{ noun: 'molecule', doc }, ...more, ...all.map(({ put }) => put)],
    marks: [...all.filter(({ on }) => on.length === 0).map(({ job }) => job), ...waiting(all)],
  };
}

/** Loops in loops: the plan knows the steps of first rounds only, whose ids differ from those of later ones in the numbers of the rounds around them. */
function renaming(planned: string, actual: string): (id: string) => string {
  const [from, to] = [planned.split('.'), actual.split('.')];
  const pairs = from.flatMap((part, at) =>
    part === to[at] ? [] : [[`${[...to.slice(0, at), part].join('.')}.`, `${to.slice(0, at + 1).join('.')}.`] as const],
  );
  return (id) => pairs.reduce((text, [one, other]) => text.replaceAll(one, other), id);
}

function renamed(step: ProtoStep, rename: (id: string) => string): ProtoStep {
  return {
    ...step,
    id: rename(step.id),
    parent: rename(step.parent),
    step: rename(step.step),
    needs: step.needs.map(rename),
    ...(step.waits ? { waits: { ...step.waits, spawner: rename(step.waits.spawner) } } : {}),
  };
}
