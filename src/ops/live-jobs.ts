import type { Member } from '#core/ids';
import { member } from '#core/ids';
import { PAGE } from '#core/limits';
import type { Books } from '#world/store/books';

/**
 * Every job that should live, in pages: index `jobs`, and the open steps of molecules. A step stands in no index of jobs, since thousands of them are held at
 * once and its molecule lists it already. Steps of a pour that is under way are left out: their jobs are added with it, and none may run before it is whole.
 */
export async function* liveJobs(books: Pick<Books, 'index' | 'readMany'>): AsyncGenerator<Member[]> {
  yield* pages((from, to) => books.index('jobs', from, to)) as AsyncGenerator<Member[]>;
  for await (const ids of pages((from, to) => books.index('molecules.open', from, to)))
    for (const { id, state } of await books.readMany('molecule', ids)) {
      if (state === 'pouring') continue;
      const steps = pages((from, to) => books.index(`steps.open:${id}`, from, to));
      for await (const some of steps) yield some.map((one) => member('steps', `${one}@1`));
    }
}

async function* pages(read: (from: number, to: number) => Promise<string[]>): AsyncGenerator<string[]> {
  for (let from = 0; ; from += PAGE) {
    const page = await read(from, from + PAGE - 1);
    if (page.length > 0) yield page;
    if (page.length < PAGE) return;
  }
}
