import type { Change } from '#core/change';
import { type Above, dropWhole, handFreed, idsInside, type Tree, unpinned } from './tree.ts';

/** What was burned: ids of all records that are gone, the molecule's own first. */
export type Burned = { readonly id: string; readonly deleted: readonly string[] };

/** Burns a molecule: nothing of it is left, no digest either. What waited for it goes on; its item keeps its own life. */
export function burn(tree: Tree, { work, root }: Above, now: number): Change<Burned> {
  const { mol } = tree;
  const deleted = [mol.id, ...idsInside(tree)];
  return {
    put: [...unpinned(work && { doc: work }, mol.id, now), ...handFreed(root, tree, now)],
    ...dropWhole(tree),
    events: [{ type: 'molecule.burned', subject: mol.id, rig: mol.rig, data: { formula: mol.formula, deleted: deleted.length } }],
    answer: { id: mol.id, deleted },
  };
}
