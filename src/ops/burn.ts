import { type Burned, burn as burned } from '#core/molecule/burn';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import type { Desk } from '#world/desk';
import { cancelMolecule } from './cancel-molecule.ts';
import { aboveTree, treeOf } from './molecule-tree.ts';

/**
 * Burns a molecule with all that lies in it, in one change. When its steps are so busy that the change never gets through, it is cancelled first: then
 * nothing of it moves any more.
 */
export async function burn(desk: Desk, id: string): Promise<Burned | Refusal> {
  const first = await once(desk, id);
  if (!isRefusal(first) || first.refused !== 'BOOKS_BUSY') return first;
  const ending = await cancelMolecule(desk, { id, reason: 'burned' });
  return isRefusal(ending) ? ending : once(desk, id);
}

const once = (desk: Desk, id: string): Promise<Burned | Refusal> =>
  desk.change(async (reading) => {
    const tree = await treeOf(desk, reading, id);
    if (!tree) return refuse('MOLECULE_UNKNOWN', { id, hint: '`gt mol list` shows all.' });
    return burned(tree, await aboveTree(desk, reading, tree), desk.clock.now());
  });
