import { PAGE, WISP_OLD_MS } from '#core/limits';
import type { Molecule } from '#core/records';
import { touchedAt } from '#ops/collect-wisps';
import type { Books } from '#world/store/books';

/** A wisp in a list; `old`: open, and nobody touched it for a day. Times are ms. */
export type WispLine = {
  readonly id: string;
  readonly title: string;
  readonly state: Molecule['state'];
  readonly createdAt: number;
  readonly touchedAt: number;
  readonly old: boolean;
};

/** Wisps, the open ones first; at most a page of each. */
export async function wispList(
  books: Books,
  { all, now }: { all: boolean; now: number },
): Promise<{ wisps: readonly WispLine[]; old: number }> {
  const open = await books.indexFromEnd('wisps.open', PAGE);
  const closed = all ? await books.indexFromEnd('wisps.closed', PAGE) : [];
  const wisps: WispLine[] = [];
  for (const mol of await books.readMany('molecule', [...open, ...closed])) {
    const { id, title, state, createdAt } = mol;
    const touched = state === 'closed' ? mol.updatedAt : await touchedAt({ books }, mol);
    wisps.push({ id, title, state, createdAt, touchedAt: touched, old: state !== 'closed' && now - touched >= WISP_OLD_MS });
  }
  return { wisps, old: wisps.filter(({ old }) => old).length };
}
