import { cancel } from '#core/molecule/cancel';
import type { Molecule } from '#core/records';
import { type Refusal, refuse } from '#core/refusals';
import type { Desk } from '#world/desk';

/** Ends a molecule before its time: its open steps, gates and nested molecules are closed as cancelled by the worker, then it is. */
export async function cancelMolecule(desk: Desk, { id, reason }: { id: string; reason: string }): Promise<Molecule | Refusal> {
  return desk.change(async (reading) => {
    const mol = await reading.get('molecule', id);
    if (!mol) return refuse('MOLECULE_UNKNOWN', { id, hint: '`gt mol list` shows all.' });
    return cancel(mol, desk.actor, reason, desk.clock.now());
  });
}
