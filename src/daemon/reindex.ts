import type { Put } from '#core/change';
import { molAgentOf } from '#core/molecule/place';
import { type Noun, schemas } from '#core/records';
import { isRefusal, Refused } from '#core/refusals';
import type { Desk } from '#world/desk';
import type { Reading } from '#world/store/books';
import type { Link } from '#world/store/link';
import { scanRecords } from '#world/store/scan';

/** Records of one commit. */
const PAGE = 100;

/**
 * Puts every record into the indexes in which this build looks for it: a build that knew others wrote it, and what stands in none is found by nobody. Once
 * for each build that serves the town, since a next one that takes it back may again write what lacks some. Done again it changes nothing.
 * @returns how many records there are
 */
export async function reindex(desk: Desk, link: Link): Promise<number> {
  let count = 0;
  let next = '0';
  do {
    const found = await scanRecords(link, desk.books.keys, next);
    next = found.next;
    const records = found.ids.filter((one): one is readonly [Noun, string] => Object.hasOwn(schemas, one[0]));
    for (let from = 0; from < records.length; from += PAGE) count += await stand(desk, records.slice(from, from + PAGE));
  } while (next !== '0');
  return count;
}

async function stand(desk: Desk, page: ReadonlyArray<readonly [Noun, string]>): Promise<number> {
  const answer = await desk.change(async (reading) => {
    const read = readable(reading, desk);
    const records = (await Promise.all(page.map(([noun, id]) => read(noun, id)))).filter((one) => one !== undefined);
    const put = (await Promise.all(records.map((one) => completed(one, read)))).filter((one) => one !== undefined);
    const same = records.filter((one) => !put.some(({ noun, doc }) => noun === one.noun && doc.id === one.doc.id));
    return { put, stand: [...same, ...put], answer: records.length };
  });
  if (isRefusal(answer)) throw new Refused(answer);
  return answer;
}

type Read = (noun: Noun, id: string) => Promise<Put | undefined>;

/** One record that cannot be read must not hold up the town: whoever needs it will say so. */
const readable =
  (reading: Reading, desk: Desk): Read =>
  async (noun, id) => {
    try {
      const doc = await reading.get(noun, id);
      return doc && ({ noun, doc } as Put);
    } catch (fault) {
      if (!(fault instanceof Error && fault.name === 'ZodError')) throw fault;
      desk.log.fault('a record that cannot be read', fault, { noun, id });
      return undefined;
    }
  };

/** An item of a build that looked into its molecule for the program that it asks for. */
async function completed({ noun, doc }: Put, read: Read): Promise<Put | undefined> {
  if (noun !== 'work' || doc.status === 'closed' || doc.molecule === undefined || doc.molAgent !== undefined) return undefined;
  const mol = await read('molecule', doc.molecule);
  return mol?.noun === 'molecule' && mol.doc.agent !== undefined ? { noun, doc: { ...doc, ...molAgentOf(mol.doc) } } : undefined;
}
