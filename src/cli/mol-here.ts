import { nearest, orList } from '#core/nearest';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { callerOf } from './caller.ts';
import type { Io } from './command.ts';
import { runAround } from './here.ts';
import type { OpenTown } from './wire.ts';

/** What a refusal of an unknown molecule is measured against. */
const MOST = 500;

/**
 * The molecule that a call is about: the one that was named (by its own id, by its work item's, or by one of its steps'), else the one on the hook of who calls, or of the agent in
 * whose worktree the call is made.
 * Undefined when none was named and the caller has none.
 */
export async function moleculeHere(town: OpenTown, named: string | undefined, io: Io): Promise<string | undefined | Refusal> {
  const { books } = town.desk;
  if (named === undefined) {
    const caller = callerOf(io);
    const run = isRefusal(caller) ? await runAround(books, io) : await books.read('run', caller.run);
    return run ? (await books.read('work', run.work))?.molecule : undefined;
  }
  if (await books.read('molecule', named)) return named;
  const mol =
    (await books.read('work', named))?.molecule ??
    (await books.read('step', named))?.mol ??
    (await books.read('gate', named))?.mol;
  if (mol) return mol;
  const all = (await Promise.all(['molecules.open', 'molecules.closed'].map((index) => books.indexFromEnd(index, MOST)))).flat();
  const meant = nearest(named, all);
  return refuse('MOLECULE_UNKNOWN', {
    id: named,
    hint: meant.length > 0 ? `Did you mean ${orList(meant)}?` : '`gt mol list` shows all.',
  });
}
