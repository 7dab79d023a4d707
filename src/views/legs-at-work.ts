import type { Books } from '#world/store/books';

/** Items of a molecule's open legs that an agent or the refinery has: they go on when the molecule is cancelled, though nobody waits for them. */
export async function legsAtWork(books: Pick<Books, 'index' | 'readMany'>, mol: string): Promise<string[]> {
  const steps = await books.readMany('step', await books.index(`steps.open:${mol}`));
  const works = await books.readMany(
    'work',
    steps.flatMap(({ work }) => (work ? [work] : [])),
  );
  return works.filter(({ status, run, merge }) => status !== 'closed' && (run ?? merge) !== undefined).map(({ id }) => id);
}
