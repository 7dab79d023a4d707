import { type Holder, holderNoun, isAgentId } from '#core/holder';
import type { Books } from '#world/store/books';

/** The run or lasting agent of an id. */
export const holderOf = (books: Pick<Books, 'read'>, id: string): Promise<Holder | undefined> => books.read(holderNoun(id), id);

/**
 * Who is at the end of a line (the id of a recipient): the lasting agent, or the live run of the work item. `over`: nobody will come any more.
 */
export async function holderOfLine(
  books: Pick<Books, 'read'>,
  line: string,
): Promise<{ readonly holder?: Holder; readonly over: boolean }> {
  if (isAgentId(line)) {
    const agent = await books.read('agent', line);
    return agent ? { holder: agent, over: false } : { over: true };
  }
  const work = await books.read('work', line);
  if (!work?.run) return { over: !work || work.status === 'closed' };
  const run = await books.read('run', work.run);
  return run ? { holder: run, over: false } : { over: false };
}
