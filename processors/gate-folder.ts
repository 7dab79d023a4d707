import type { Gate } from '#core/records';
import type { World } from '#world/world';
import { workOf } from './step-place.ts';

/** Where a gate looks: the worktree of the work that waits for it, else the rig's folder, else the town's. */
export async function gateFolder(gate: Gate, world: World): Promise<string> {
  const { books } = world.desk;
  const mol = gate.mol === undefined ? undefined : await books.read('molecule', gate.mol);
  const work = mol ? await workOf(mol, world) : gate.blocks[0];
  const hold = work === undefined ? undefined : (await books.read('work', work))?.hold;
  if (hold) return hold.dir;
  return gate.rig === '' ? world.town.layout.root : world.rig(gate.rig).layout.rig;
}
