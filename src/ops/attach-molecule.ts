import { attach, detach } from '#core/molecule/place';
import type { Molecule } from '#core/records';
import { type Refusal, refuse } from '#core/refusals';
import type { Desk } from '#world/desk';

const noWork = (id: string): Refusal => refuse('WORK_UNKNOWN', { id, hint: '`gt work list` shows all.' });

/** Pins an open molecule that hangs under nothing to an item, whose agent is to work it. */
export async function attachMolecule(
  desk: Desk,
  { work: workId, mol: id }: { work: string; mol: string },
): Promise<Molecule | Refusal> {
  return desk.change(async (reading) => {
    const [work, mol] = await Promise.all([reading.get('work', workId), reading.get('molecule', id)]);
    if (!work) return noWork(workId);
    if (!mol) return refuse('MOLECULE_UNKNOWN', { id, hint: '`gt mol list` shows all.' });
    const other = work.molecule ? await reading.get('molecule', work.molecule) : undefined;
    return attach(mol, work, other, desk.clock.now());
  });
}

/** Takes an item's molecule off it, and keeps both. */
export async function detachMolecule(desk: Desk, id: string): Promise<{ work: string; mol: string | null } | Refusal> {
  return desk.change(async (reading) => {
    const work = await reading.get('work', id);
    if (!work) return noWork(id);
    const mol = work.molecule ? await reading.get('molecule', work.molecule) : undefined;
    return detach(mol, work, mol?.hand ? await reading.get('step', mol.hand) : undefined, desk.clock.now());
  });
}
