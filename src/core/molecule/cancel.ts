import { type Change, unchanged } from '#core/change';
import type { Molecule, Records, Step } from '#core/records';
import { answered } from '#core/work';
import { closeStep, emptyHand } from './life.ts';

/** Asks a molecule to end: its processor closes what is open, then the molecule. One that has ended, or was asked before, stays as it is. */
export function cancel(mol: Molecule, by: string, reason: string, now: number): Change<Molecule> {
  if (mol.state === 'closed' || mol.cancel) return unchanged(mol);
  const doc: Molecule = { ...mol, cancel: { by, reason, at: now }, updatedAt: now };
  return {
    put: [{ noun: 'molecule', doc }],
    events: [{ type: 'molecule.cancelled', subject: mol.id, rig: mol.rig, data: { by, reason: reason.slice(0, 200) } }],
    answer: doc,
  };
}

/**
 * Closes some steps of a molecule that was asked to end; nobody is asked about them any more. Its gates end when nothing needs them.
 * @param root the molecule at the top, in whose hand one of them may be
 */
export function endOpen(
  mol: Molecule,
  root: Molecule,
  steps: readonly Step[],
  questions: readonly Records['escalation'][],
  now: number,
): Change {
  const { outcome = 'cancelled', reason = '', by = '' } = mol.cancel ?? {};
  const closed = steps.map((step) => closeStep(step, undefined, { outcome, reason, by }, now));
  const inHand = steps.some(({ id }) => id === root.hand);
  return {
    put: [
      ...closed.flatMap(({ put }) => put),
      ...questions
        .filter(({ state }) => state !== 'closed')
        .map((doc) => ({ noun: 'escalation' as const, doc: answered(doc, now) })),
      ...(inHand ? [{ noun: 'molecule' as const, doc: emptyHand(root, now) }] : []),
    ],
    settle: closed.flatMap(({ settle }) => settle ?? []),
    marks: closed.flatMap(({ marks }) => marks ?? []),
    events: closed.flatMap(({ events }) => events ?? []),
    answer: undefined,
  };
}
