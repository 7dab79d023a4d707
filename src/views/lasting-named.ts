import { agentIdOf } from '#core/holder';
import type { Agent } from '#core/records';
import type { Books } from '#world/store/books';
import type { Rig } from '#world/world';

/** The lasting agent that an address, an id or a session of its means; undefined for everything else. */
export async function lastingNamed(books: Books, rigs: readonly Rig[], about: string): Promise<Agent | undefined> {
  const prefixes = rigs.map(({ name, file }) => ({ name, prefix: file.beads.prefix }));
  const id = agentIdOf(about.replace(/\.s\d+$/, ''), prefixes);
  return id === undefined ? undefined : books.read('agent', id);
}
