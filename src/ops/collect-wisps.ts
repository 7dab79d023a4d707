import { PAGE, WISP_ABANDONED_MS } from '#core/limits';
import { touchedAt } from '#core/molecule/retention';
import type { Molecule } from '#core/records';
import { isRefusal, type Refusal } from '#core/refusals';
import type { Desk } from '#world/desk';
import { burn } from './burn.ts';

type Wish = {
  /** Open ones that nobody touched for so long (ms; default an hour). */
  readonly age?: number;
  /** All that have ended instead. */
  readonly closed?: boolean;
  readonly exclude?: readonly string[];
  /** Nothing is burned, only told. */
  readonly dry?: boolean;
};

/** Burns wisps that nobody needs, at most a page of each call. What hangs under an item, a step or another molecule goes with that. @returns their ids */
export async function collectWisps(
  desk: Desk,
  { age = WISP_ABANDONED_MS, closed = false, exclude = [], dry = false }: Wish,
): Promise<string[] | Refusal> {
  const before = desk.clock.now() - age;
  const ids = await desk.books.indexUntil(closed ? 'wisps.closed' : 'wisps.open', closed ? desk.clock.now() : before, PAGE);
  const old: Molecule[] = [];
  for (const mol of await desk.books.readMany('molecule', ids))
    if (isFree(mol) && !exclude.includes(mol.wispType ?? '') && (closed || (await isIdle(desk, mol, before)))) old.push(mol);
  if (dry) return old.map(({ id }) => id);
  const gone: string[] = [];
  for (const { id } of old) {
    const burned = await burn(desk, id);
    if (!isRefusal(burned)) gone.push(id);
    else if (burned.refused !== 'MOLECULE_UNKNOWN') return burned;
  }
  return gone;
}

const isFree = ({ work, step, under }: Molecule): boolean => !work && !step && !under;

async function isIdle({ books }: Desk, mol: Molecule, before: number): Promise<boolean> {
  const [open, closed] = await Promise.all([books.index(`steps.open:${mol.id}`), books.index(`steps.closed:${mol.id}`)]);
  return touchedAt(mol, await books.readMany('step', [...open, ...closed])) <= before;
}
