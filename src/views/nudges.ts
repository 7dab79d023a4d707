import type { Delivery } from '#core/records';
import type { Books } from '#world/store/books';
import { type Reason, reason } from './reason.ts';

/** A nudge as lists show it. */
export type NudgeLine = Pick<
  Delivery,
  'id' | 'to' | 'work' | 'rig' | 'from' | 'head' | 'mode' | 'state' | 'createdAt' | 'expiresAt'
> & {
  readonly key: string | null;
  /** Who has it, or had it last. */
  readonly path: 'hook' | 'terminal' | null;
  readonly why: string | null;
  readonly endedAt: number | null;
};

/** `mail`: how many of those on their way tell of a mail. */
export type Nudges = {
  readonly nudges: readonly NudgeLine[];
  readonly waiting: number;
  readonly mail: number;
  readonly undelivered: number;
};

/** Lines shown at most of each kind; the counts tell of more. */
const SHOWN = 100;

/** Nudges and mail on their way, oldest first, and those that were not delivered; with `all` also the last that have ended otherwise. */
export async function nudgeList(books: Books, { all }: { all: boolean }): Promise<Nudges> {
  const [open, mail, missed, ended, mails, counts] = await Promise.all([
    books.index('deliveries.open', 0, SHOWN - 1),
    books.index('deliveries.mail', 0, SHOWN - 1),
    books.indexFromEnd('deliveries.undelivered', SHOWN),
    all ? books.indexFromEnd('deliveries.ended', SHOWN) : [],
    books.count('deliveries.mail'),
    nudgeCounts(books),
  ]);
  const docs = await books.readMany('delivery', [...new Set([...open, ...mail, ...missed, ...ended])]);
  return { nudges: docs.sort((a, b) => a.createdAt - b.createdAt).map(nudgeLine), mail: mails, ...counts };
}

/** How many nudges are on their way, and how many were not delivered. */
export async function nudgeCounts(books: Books): Promise<{ waiting: number; undelivered: number }> {
  const [waiting, undelivered] = await Promise.all([books.count('deliveries.open'), books.count('deliveries.undelivered')]);
  return { waiting, undelivered };
}

/** What was said to an item's agent in vain. */
export async function whyNotNudged(books: Books, work: string): Promise<Reason[]> {
  const docs = await books.readMany('delivery', await books.indexFromEnd(`deliveries.undelivered:${work}`, 3));
  return docs.map(({ id, state, head, why }) =>
    reason(
      'nudge-undelivered',
      state === 'unknown' ? `Nobody saw whether ${id} reached its agent.` : `${id} did not reach its agent: ${state}.`,
      [head, why].filter(Boolean).join('; '),
      `gt nudge list, then gt nudge withdraw ${id}`,
    ),
  );
}

function nudgeLine(doc: Delivery): NudgeLine {
  const { id, to, work, rig, from, head, mode, state, createdAt, expiresAt, key, why, endedAt, history, claim } = doc;
  const path = claim?.path ?? history.findLast((one) => one.path !== undefined)?.path ?? null;
  const told = { key: key ?? null, path, why: why ?? null, endedAt: endedAt ?? null };
  return { id, to, work, rig, from, head, mode, state, createdAt, expiresAt, ...told };
}

/** One nudge; undefined when there is none. */
export async function nudgeShow(books: Books, id: string): Promise<NudgeLine | undefined> {
  const doc = await books.read('delivery', id);
  return doc && nudgeLine(doc);
}
