import { orThrow } from '#core/refusals';
import { untilEvent as heard } from '#world/store/until-event';
import { type OpenTown, redisOf } from './wire.ts';

/** Looks now, and again at each event of the town about `subject`, until `look` answers something; undefined when `signal` was aborted before. */
export async function untilEvent<T>(
  town: OpenTown,
  subject: string,
  look: () => Promise<T | undefined>,
  signal: AbortSignal,
): Promise<T | undefined> {
  return heard({ where: orThrow(redisOf(town)), books: town.desk.books }, subject, look, signal);
}
