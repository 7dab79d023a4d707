import type { Proto } from '#core/formula/proto';
import type { Records } from '#core/records';
import type { Desk } from '#world/desk';

/** A stored protomolecule in a list. */
export type ProtoLine = Records['proto'];

/** Stored protomolecules, the newest first, and how many there are in all. */
export async function protoList(
  { books }: Pick<Desk, 'books'>,
  limit: number,
): Promise<{ protos: readonly ProtoLine[]; total: number }> {
  const [ids, total] = await Promise.all([books.indexFromEnd('protos', limit), books.count('protos')]);
  return { protos: await books.readMany('proto', ids), total };
}

/** One with its frozen form; undefined when there is none of this id. */
export async function protoShow(
  { books, plans }: Pick<Desk, 'books' | 'plans'>,
  id: string,
): Promise<(ProtoLine & { plan: Proto }) | undefined> {
  const [proto, plan] = await Promise.all([books.read('proto', id), plans.read(id)]);
  return proto && plan && { ...proto, plan };
}
