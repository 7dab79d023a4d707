import { HEADS_TOLD } from '#core/limits';
import type { MailTold } from '#core/prime-text';
import type { Books } from '#world/store/books';

/** The unread mail of a mailbox as a context tells of it: how much, and who wrote what last. */
export async function mailForPrime(books: Pick<Books, 'count' | 'indexFromEnd' | 'readMany'>, box: string): Promise<MailTold> {
  const unread = await books.count(`letters.unread:${box}`);
  if (unread === 0) return { unread, heads: [] };
  const letters = await books.readMany('letter', await books.indexFromEnd(`letters.unread:${box}`, HEADS_TOLD));
  return { unread, heads: letters.map(({ id, from, subject }) => `${id} from ${from}: ${subject}`) };
}
