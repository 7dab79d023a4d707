import type { Molecule, Work } from '#core/records';
import type { Refusal } from '#core/refusals';
import type { Desk } from '#world/desk';
import { cancelMolecule } from './cancel-molecule.ts';

/** An item has closed: what is still open of its molecule is asked to end as cancelled. Nothing happens when only its own end is left to be written. */
export async function endMoleculeOf(desk: Desk, { id: work, molecule: id }: Work): Promise<Molecule | undefined | Refusal> {
  const mol = id === undefined ? undefined : await desk.books.read('molecule', id);
  if (!mol || mol.state === 'closed' || mol.cancel || mol.work !== work) return undefined;
  return (await desk.steps.isComplete(mol)) ? undefined : cancelMolecule(desk, { id: mol.id, reason: `${work} is closed` });
}
