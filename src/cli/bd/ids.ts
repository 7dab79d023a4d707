import { idsOf } from '#cli/ids';
import type { OpenTown } from '#cli/wire';
import { nearest, orList } from '#core/nearest';
import { type Refusal, refuse } from '#core/refusals';
import { type Bead, beads } from '#views/beads';

/** What a refusal of an unknown id is measured against. */
const MOST = 500;

/** Records by the ids that were typed, in their order, and the refusals of those that nobody has. */
export async function named(town: OpenTown, words: readonly string[]): Promise<{ found: Bead[]; unknown: Refusal[] }> {
  const ids = idsOf(words);
  const known = await beads(town.desk, ids);
  const unknown = ids.filter((id) => !known.has(id));
  return {
    found: ids.flatMap((id) => known.get(id) ?? []),
    unknown: unknown.length > 0 ? await notFound(town, unknown) : [],
  };
}

/** Programs that call bd look for these very words. */
async function notFound({ desk: { books } }: OpenTown, ids: readonly string[]): Promise<Refusal[]> {
  const indexes = ['work.open', 'work.closed', 'molecules.open', 'molecules.closed', 'gates.open'];
  const all = (await Promise.all(indexes.map((index) => books.indexFromEnd(index, MOST)))).flat();
  return ids.map((id) => {
    const meant = nearest(id, all);
    return refuse('BEAD_UNKNOWN', {
      id,
      hint: meant.length > 0 ? `Did you mean ${orList(meant)}?` : '`bd list --all` shows all.',
    });
  });
}
