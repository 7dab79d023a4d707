import { agentIdOf, type Holder } from '#core/holder';
import type { Books } from '#world/store/books';
import type { Rig } from '#world/world';
import { runOf } from './run-of.ts';

/**
 * Who is meant: a lasting agent by its address, id or session, or the name of a crew member or dog where nobody else has it; or a run, as `runOf` finds it.
 */
export async function holderNamed(books: Books, rigs: readonly Rig[], about: string): Promise<Holder | undefined> {
  const prefixes = rigs.map(({ name, file }) => ({ name, prefix: file.beads.prefix }));
  const id = agentIdOf(about.replace(/\.s\d+$/, ''), prefixes);
  if (id !== undefined) return books.read('agent', id);
  const run = await runOf(books, rigs, about);
  if (run) return run;
  const [rig, name = rig] = about.split('/');
  const agents = await books.readMany('agent', await books.index('agents'));
  const named = agents.filter((one) => one.name === name && (about.includes('/') ? one.rig === rig : true));
  return named.length === 1 ? named[0] : undefined;
}
