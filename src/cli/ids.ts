import { nearest, orList } from '#core/nearest';
import { type Refusal, refuse } from '#core/refusals';
import type { OpenTown } from './wire.ts';

/** What a refusal of an unknown id is measured against: open items, and this many that were closed last. */
const RECENT = 100;
const MOST = 2000;

/** The refusal of an item that does not exist, with the ids that may have been meant. */
export async function unknownWork(id: string, { desk: { books } }: OpenTown): Promise<Refusal> {
  const [open, closed] = await Promise.all([books.indexFromEnd('work.open', MOST), books.indexFromEnd('work.closed', RECENT)]);
  const meant = nearest(id, [...open, ...closed]);
  return refuse('WORK_UNKNOWN', {
    id,
    hint: meant.length > 0 ? `Did you mean ${orList(meant)}? \`gt work list\` shows all.` : 'Make one: `gt work create "title"`.',
  });
}

/** A refusal with its hint, where it is about an item that does not exist. */
export async function withNearest(refusal: Refusal, town: OpenTown): Promise<Refusal> {
  return refusal.refused === 'WORK_UNKNOWN' ? unknownWork(String(refusal.facts['id'] ?? ''), town) : refusal;
}

/** Ids as people write them: several words, or joined by commas. */
export const idsOf = (words: readonly string[]): string[] =>
  words
    .flatMap((word) => word.split(','))
    .map((word) => word.trim())
    .filter((word) => word !== '');
