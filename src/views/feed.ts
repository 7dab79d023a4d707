import type { Books } from '#world/store/books';
import type { StoredEvent } from '#world/store/tail';

/** Which events are wanted: of a rig, of a type (`work`, or `work.slung`), about a subject and its children, since a time (ms). */
export type FeedFilter = { readonly rig?: string; readonly type?: string; readonly about?: string; readonly since?: number };

const PAGE = 500;
/** Events that are looked through for those that match, at most: history further back is read with a narrower question. */
const FURTHEST = 20_000;

/** The last `count` events that match, oldest first. */
export async function feed(books: Books, filter: FeedFilter, count: number): Promise<StoredEvent[]> {
  const found: StoredEvent[] = [];
  let before: string | undefined;
  const page = Object.keys(filter).length === 0 ? Math.min(PAGE, count) : PAGE;
  for (let looked = 0; looked < FURTHEST && found.length < count; looked += page) {
    const events = await books.eventsBefore(before, page);
    found.push(...events.filter((event) => matches(event, filter)));
    const last = events.at(-1);
    if (!last || events.length < page || (filter.since !== undefined && last.at < filter.since)) break;
    before = last.id;
  }
  return found.slice(0, count).reverse();
}

/** What has happened after an event, oldest first, and the event to ask from next. */
export async function feedAfter(
  books: Books,
  filter: FeedFilter,
  after: string,
): Promise<{ events: StoredEvent[]; last: string }> {
  const events = await books.eventsAfter(after, PAGE);
  return { events: events.filter((event) => matches(event, filter)), last: events.at(-1)?.id ?? after };
}

function matches(event: StoredEvent, { rig, type, about, since }: FeedFilter): boolean {
  if (rig !== undefined && event.rig !== rig) return false;
  if (type !== undefined && event.type !== type && !event.type.startsWith(`${type}.`)) return false;
  if (about !== undefined && event.subject !== about && !event.subject.startsWith(`${about}.`) && event.data['work'] !== about)
    return false;
  return since === undefined || event.at >= since;
}
