import type { Refusal } from '#core/refusals';
import type { Desk } from '#world/desk';
import { type CookWish, cookWith, type Dish, fillWith } from '#world/formulas/cook-with';
import type { FormulaFiles } from '#world/formulas/formula-files';

/**
 * What is poured for a name: a formula as its files say it now, or, for the id of a stored protomolecule, what was frozen then. `stored` is that id. A formula
 * of the search path goes before a proto of the same name.
 */
export async function planFor(
  { books, plans }: Pick<Desk, 'books' | 'plans'>,
  files: FormulaFiles,
  wish: CookWish,
): Promise<(Dish & { readonly stored?: string }) | Refusal> {
  const id = wish.name;
  const stored = id.startsWith('proto-') && !files.find(id) ? await books.read('proto', id) : undefined;
  const proto = stored && (await plans.read(id));
  if (!stored || !proto) return cookWith(files, wish);
  const source = stored.source || id;
  const filled = fillWith(proto, wish.vars ?? {}, source);
  return 'refused' in filled ? filled : { ...filled, proto, source, stored: id };
}
