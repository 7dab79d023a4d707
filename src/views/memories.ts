import { MEMORIES_TOLD } from '#core/limits';
import { type MemoryScope, scopesOf } from '#core/memory';
import type { MemoriesTold } from '#core/prime-text';
import type { Memory } from '#core/records';
import type { Identity } from '#core/roles';
import type { Books } from '#world/store/books';

type Read = Pick<Books, 'count' | 'index' | 'indexFromEnd' | 'readMany'>;

/** What is kept for these scopes, or for anybody, newest first. */
export async function memoriesOf(books: Read, scopes?: readonly MemoryScope[]): Promise<Memory[]> {
  const indexes = scopes ? scopes.map((scope) => `memories:${scope}`) : ['memories'];
  const ids = await Promise.all(indexes.map((index) => books.index(index)));
  return (await books.readMany('memory', ids.flat())).sort(newest);
}

/** What an agent is told at its start: the newest that concern it, and how many more there are. */
export async function memoriesForPrime(books: Read, who: Identity): Promise<MemoriesTold> {
  const scopes = scopesOf(who);
  const counts = await Promise.all(scopes.map((scope) => books.count(`memories:${scope}`)));
  const ids = await Promise.all(scopes.map((scope) => books.indexFromEnd(`memories:${scope}`, MEMORIES_TOLD)));
  const lines = (await books.readMany('memory', ids.flat())).sort(newest).slice(0, MEMORIES_TOLD);
  return {
    lines: lines.map(({ id, text }) => `${text} (${id})`),
    more: counts.reduce((sum, one) => sum + one, 0) - lines.length,
  };
}

const newest = (a: Memory, b: Memory): number => b.at - a.at || (a.id < b.id ? -1 : 1);
