import type { Member } from '#core/ids';
import type { Noun, Records } from '#core/records';
import { type Books, type Seen, StaleEpoch } from './books.ts';
import type { Link } from './link.ts';
import type { Reply } from './resp.ts';
import { script } from './script.ts';

const takeScript = script(new URL('./take.lua', import.meta.url));
const epochScript = script(new URL('./epoch.lua', import.meta.url));

/**
 * Takes a job out of the unseen set, then reads its record and how many needs are unmet. `seen` is that reading, for a change that begins from it. @throws StaleEpoch when another
 * worker has taken over
 */
export async function take<N extends Noun>(
  link: Link,
  books: Books,
  epoch: number,
  job: Member,
  noun: N,
  id: string,
): Promise<{ doc: Records[N] | undefined; unmet: number; seen: Seen }> {
  const reply = await takeScript(link, [books.keys.books], [epoch, job, `${noun}:${id}`, id]);
  if (!Array.isArray(reply)) throw new StaleEpoch(`epoch ${epoch} is over, now it is ${String(reply)}`);
  const doc = books.parse(noun, reply[0] as Reply);
  return { doc, unmet: Number(reply[2]), seen: { noun, id, version: Number(reply[1] ?? 0), doc } };
}

/** Whether a commit has concerned the job since it was last taken. */
export async function isUnseen(link: Link, books: Books, job: Member): Promise<boolean> {
  return (await link.call('ZSCORE', books.keys.unseen, job)) !== null;
}

/** Jobs that were marked before `until` (ms) and have not looked since, oldest first. */
export async function unseenSince(link: Link, books: Books, until: number, count: number): Promise<Member[]> {
  return (await link.call('ZRANGEBYSCORE', books.keys.unseen, 0, until, 'LIMIT', 0, count)) as Member[];
}

/** Drops members whose jobs have ended: their ids are never used again. */
export async function dropUnseen(link: Link, books: Books, members: readonly Member[]): Promise<void> {
  if (members.length > 0) await link.call('ZREM', books.keys.unseen, ...members);
}

/** Makes the caller the worker of now: every older one can neither commit nor take jobs from here on. @returns its epoch */
export async function raiseEpoch(link: Link, books: Books, now: number): Promise<number> {
  return Number(await epochScript(link, [books.keys.books], [now]));
}
