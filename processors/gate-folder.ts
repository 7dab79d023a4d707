import type { Gate } from '#core/records';
import type { World } from '#world/world';

/** Where a gate looks: the worktree of the work that waits for it, else the rig's folder, else the town's. */
export async function gateFolder(gate: Gate, { desk: { books }, rig, town }: World): Promise<string> {
  const mol = gate.mol === undefined ? undefined : await books.read('molecule', gate.mol);
  const work = mol?.work ?? gate.blocks[0];
  const hold = work === undefined ? undefined : (await books.read('work', work))?.hold;
  if (hold) return hold.dir;
  return gate.rig === '' ? town.layout.root : rig(gate.rig).layout.rig;
}
