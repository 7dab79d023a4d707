import { unchanged } from '#core/change';
import type { Molecule, Work } from '#core/records';
import type { Refusal } from '#core/refusals';
import type { Desk } from '#world/desk';

/** An item has closed: what is still open of its molecule is asked to end as cancelled. Nothing happens when only its own end is left to be written. */
export async function endMoleculeOf(desk: Desk, work: Work): Promise<Molecule | undefined | Refusal> {
  const { molecule: id } = work;
  if (id === undefined || (await desk.steps.openBeside(id, undefined)).length === 0) return undefined;
  return desk.change(async (reading) => {
    const mol = await reading.get('molecule', id);
    if (!mol || mol.state === 'closed' || mol.cancel || mol.work !== work.id) return unchanged(mol);
    const now = desk.clock.now();
    const doc: Molecule = { ...mol, cancel: { by: desk.actor, reason: `${work.id} is closed`, at: now }, updatedAt: now };
    return {
      put: [{ noun: 'molecule', doc }],
      events: [{ type: 'molecule.cancelled', subject: id, rig: mol.rig, data: { work: work.id } }],
      answer: doc,
    };
  });
}
