import type { Run } from '#core/records';
import type { Books } from '#world/store/books';
import type { Rig } from '#world/world';
import { runNamed } from './why.ts';

/** The run that is meant by a polecat's address (`rig/name`, or its name), a work item (its live run, else its last), a run, or one of its sessions. */
export async function runOf(books: Books, rigs: readonly Rig[], about: string): Promise<Run | undefined> {
  const named = await runNamed(books, { rigs }, about);
  if (named) return named;
  const id = about.replace(/\.s\d+$/, '');
  if (/\.r\d+$/.test(id)) return books.read('run', id);
  const work = await books.read('work', id.replace(/\.m\d+$/, ''));
  const last = work && (work.run ?? (work.runs > 0 ? `${work.id}.r${work.runs}` : undefined));
  return last ? books.read('run', last) : undefined;
}
