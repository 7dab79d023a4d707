import { addressOf, type Holder, isAgent, lineOf } from '#core/holder';
import { HEADS_TOLD } from '#core/limits';
import { relativeTime } from '#core/relative-time';
import type { Books } from '#world/store/books';

/** What an agent is told of its unread mail as it starts: how much, and who wrote what last. Empty when there is none. @param now ms since 1970 */
export async function mailForPrime(
  books: Pick<Books, 'count' | 'indexFromEnd' | 'readMany'>,
  holder: Holder,
  now: number,
): Promise<string> {
  const index = `letters.unread:${isAgent(holder) ? addressOf(holder) : lineOf(holder)}`;
  const unread = await books.count(index);
  if (unread === 0) return '';
  const letters = await books.readMany('letter', await books.indexFromEnd(index, HEADS_TOLD));
  const lines = letters.map(
    ({ message, from, subject, at }) => `- ${message} from ${from}, ${relativeTime(at, now)}: ${subject}`,
  );
  const more = unread - letters.length;
  return [`${unread} unread (\`gt mail inbox\`):`, ...lines, ...(more > 0 ? [`- and ${more} more`] : [])].join('\n');
}
