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

/** The crew member or dog of this name (`ann`, `shop/ann`, `rex`); undefined where nobody has it, or several do. */
export async function lastingCalled(books: Books, about: string): Promise<Agent | undefined> {
  const [rig, name = rig] = about.split('/');
  const agents = await books.readMany('agent', await books.index('agents'));
  const named = agents.filter((one) => one.name === name && (about.includes('/') ? one.rig === rig : true));
  return named.length === 1 ? named[0] : undefined;
}
