import { type Change, unchanged } from '#core/change';
import type { Molecule, Step } from '#core/records';
import { type Planned, poured } from './pour.ts';

/**
 * A molecule that was bonded after others is held until those have ended. Bonded while it is poured, it does not open; bonded later, its open steps wait for
 * `<id>.go` besides. Then it goes on, or, when it was to run only if another failed and that one did not, it is skipped.
 */
export const goOf = (mol: string): string => `${mol}.go`;

/** The pour is whole, and what it waits for has ended. @param judged the molecule whose failure lets it run; absent when it was burned */
export function open(mol: Molecule, all: readonly Planned[], judged: Molecule | undefined, now: number): Change<Molecule> {
  if (mol.cancel) return poured(mol, [], now);
  const skip = skipped(mol, judged, now);
  return skip ? poured(skip, [], now) : poured(mol, all, now);
}

/** A held molecule goes on. */
export function release(mol: Molecule, judged: Molecule | undefined, now: number): Change<Molecule> {
  if (!mol.held) return unchanged(mol);
  const { held: _, ...rest } = skipped(mol, judged, now) ?? mol;
  const doc: Molecule = { ...rest, updatedAt: now };
  // Of one that is skipped no step may begin before it is closed.
  return { put: [{ noun: 'molecule', doc }], settle: doc.cancel ? [] : [goOf(mol.id)], answer: doc };
}

/** The molecule asked to end as skipped, when it is to run only if another one failed and that one did not. */
function skipped(mol: Molecule, judged: Molecule | undefined, now: number): Molecule | undefined {
  if (mol.onlyIf === undefined || mol.cancel) return undefined;
  const outcome = judged?.closed?.outcome;
  if (outcome === 'failed' || outcome === 'cancelled') return undefined;
  const reason = judged ? `${judged.id} did not fail` : `${mol.onlyIf} is gone`;
  return { ...mol, cancel: { by: 'gt', reason, at: now, outcome: 'skipped' } };
}

/** Whether a step that runs only if another failed is to be skipped. @param failed ids of the molecule's steps that ended as failed */
export const isSkipped = ({ onlyIf }: Step, failed: readonly string[]): boolean =>
  onlyIf !== undefined && !failed.some((id) => id === onlyIf || id.startsWith(`${onlyIf}.`));
