import { PAGE, WISP_OLD_MS } from '#core/limits';
import { touchedAt } from '#core/molecule/retention';
import type { Molecule } from '#core/records';
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
    const indexes = state === 'closed' ? [] : [`steps.open:${id}`, `steps.closed:${id}`];
    const steps = (await Promise.all(indexes.map((index) => books.index(index)))).flat();
    const touched = touchedAt(mol, await books.readMany('step', steps));
    wisps.push({ id, title, state, createdAt, touchedAt: touched, old: state !== 'closed' && now - touched >= WISP_OLD_MS });
  }
  return { wisps, old: wisps.filter(({ old }) => old).length };
}
