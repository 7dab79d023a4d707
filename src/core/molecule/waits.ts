import { type Change, unchanged } from '#core/change';
import type { Member } from '#core/ids';
import type { Molecule, Step } from '#core/records';
import type { Planned } from './pour.ts';

/**
 * `waits_for`: a step waits for the children that its spawner makes while the molecule lives: molecules under it, and steps whose container it is.
 *
 * - `all-children`, `children-of(ID)`: the spawner has closed, and all of its children.
 * - `any-children`: one of its children has closed; or the spawner has, and has none.
 *
 * Until then the step needs one thing more, that no record is: `childrenOf`. Its job looks again with every close of a watched step, and with each close of a
 * child that it has found; when it finds what it waits for, that one thing is settled.
 */

/** What a waiting step needs besides its needs. */
export const childrenOf = ({ kind, spawner }: NonNullable<Step['waits']>): string => `${kind}(${spawner})`;

/** The jobs of those among new steps that wait for children. */
export const waiting = (all: readonly Planned[]): Member[] =>
  all.filter(({ put }) => put.noun === 'step' && put.doc.waits).map(({ job }) => job);

/** A child that a spawner has made. */
export type Child = { readonly id: string; readonly isOpen: boolean };

export type Wait = { readonly is: 'met' } | { readonly is: 'open'; readonly on: readonly string[] };

/** Whether the wait is over; else the open children that it is for. @param spawner undefined when it is gone */
export function judgeWait(kind: NonNullable<Step['waits']>['kind'], spawner: Step | undefined, children: readonly Child[]): Wait {
  const isOver = !spawner || spawner.status === 'closed';
  const open = children.filter(({ isOpen }) => isOpen).map(({ id }) => id);
  const isMet =
    kind === 'any-children' ? children.length > open.length || (isOver && children.length === 0) : isOver && open.length === 0;
  return isMet ? { is: 'met' } : { is: 'open', on: open };
}

/** The wait is over: what else it needs, it still waits for. */
export function endWait(step: Step): Change<Step> {
  if (!step.waits || step.waits.met) return unchanged(step);
  const doc: Step = { ...step, waits: { ...step.waits, met: true } };
  return { put: [{ noun: 'step', doc }], settle: [childrenOf(step.waits)], answer: doc };
}

/** Children of whose close the step's job hears. */
export const hearOf = (step: Step, children: readonly string[]): NonNullable<Change['needs']> =>
  children.map((child) => ({ id: `${step.id}.hears.${child}`, job: `steps/${step.id}@1` as const, on: [child] }));

/** The molecule with those who wait for children among its watchers. */
export const withWatchers = (mol: Molecule, all: readonly Planned[]): Molecule => ({
  ...mol,
  watchers: [...new Set([...mol.watchers, ...waiting(all)])],
});
