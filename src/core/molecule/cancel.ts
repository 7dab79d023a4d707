import { type Change, unchanged } from '#core/change';
import type { Gate, Molecule, Step } from '#core/records';
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

/** Closes some steps and gates of a molecule that was asked to end. */
export function endOpen(mol: Molecule, steps: readonly Step[], gates: readonly Gate[], now: number): Change {
  const { outcome = 'cancelled', reason = '', by = '' } = mol.cancel ?? {};
  const closed = steps.map((step) => closeStep(step, undefined, { outcome, reason, by }, now));
  const waits = gates.filter(({ ended }) => !ended);
  const inHand = steps.some(({ id }) => id === mol.hand);
  return {
    put: [
      ...closed.flatMap(({ put }) => put),
      ...waits.map((gate) => ({
        noun: 'gate' as const,
        doc: { ...gate, state: 'cancelled' as const, ended: { at: now, by, reason } },
      })),
      ...(inHand ? [{ noun: 'molecule' as const, doc: emptyHand(mol, now) }] : []),
    ],
    settle: [...closed.flatMap(({ settle }) => settle ?? []), ...waits.map(({ id }) => id)],
    events: closed.flatMap(({ events }) => events ?? []),
    answer: undefined,
  };
}
