import type { Put } from '#core/change';
import { standingOf } from '#core/derive';
import { molAgentOf } from '#core/molecule/place';
import { type Noun, schemas } from '#core/records';
import { isRefusal, Refused } from '#core/refusals';
import { WANT_KINDS, wishIn } from '#core/standing-work';
import type { Desk } from '#world/desk';
import type { Log } from '#world/log';
import { serveLines } from '#world/processes/line-socket';
import type { Reading } from '#world/store/books';
import type { Link } from '#world/store/link';
import { scanRecords } from '#world/store/scan';
import { noteOfWorker } from './worker-record.ts';

/** Records of one commit. */
const PAGE = 100;

/** `indexes` names those of this build, `socket` is where the worker is asked whether it serves. */
export type Indexing = { readonly indexes: string; readonly socket: string; readonly build: string; readonly log: Log };

/**
 * Books whose records were last put into other indexes are indexed anew. That takes as long as there are records: whoever asks meanwhile hears that the worker
 * is at work. @param indexed the indexes that the books have
 */
export async function keepIndexed(
  { desk, link }: { readonly desk: Desk; readonly link: Link },
  indexed: string | undefined,
  { indexes, socket, build, log }: Indexing,
): Promise<void> {
  if (indexed === indexes) return;
  const door = await serveLines(socket, () => ({ ok: false, loading: true, pid: process.pid, build }));
  try {
    log.info('indexed', { before: indexed ?? null, records: await reindex(desk, link) });
    await noteOfWorker(desk, { indexed: indexes });
  } finally {
    await door.close();
  }
}

/**
 * Puts every record into the indexes in which this build looks for it: a build that knew others wrote it, and what stands in none is found by nobody. What is
 * noted of who waits and is not so is taken away, since slots are given by it; entries too many of other indexes stay. Done again it changes nothing.
 * @returns how many records there are
 */
export async function reindex(desk: Desk, link: Link): Promise<number> {
  await sweepWishes(desk);
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

/** Takes away what is noted of who waits by an item that does not stand there: another build spelled it so, or did not know of it when the item's turn came. */
async function sweepWishes(desk: Desk): Promise<void> {
  for (let after = ''; ; ) {
    const entries = await desk.books.membersAfter(WANT_KINDS, after, PAGE);
    const last = entries.at(-1);
    if (last === undefined) return;
    after = last;
    const answer = await desk.change(async (reading) => {
      const read = readable(reading, desk);
      const unstand: Array<readonly [string, string]> = [];
      for (const entry of entries) {
        const { id, index } = wishIn(entry);
        const one = await read('work', id);
        const stands = one ? standingOf(one.noun, one.doc as never) : [];
        if (!stands.some(([name, , member]) => name === WANT_KINDS && member === entry)) unstand.push([WANT_KINDS, entry]);
        if (!stands.some(([name]) => name === index)) unstand.push([index, id]);
      }
      return { put: [], unstand, answer: undefined };
    });
    if (isRefusal(answer)) throw new Refused(answer);
  }
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
