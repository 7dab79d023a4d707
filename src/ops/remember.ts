import { shortHash } from '#core/ids';
import { MEMORIES_KEPT, MEMORY_BYTES } from '#core/limits';
import { type MemoryScope, scopeInWords } from '#core/memory';
import type { Memory } from '#core/records';
import { type Refusal, refuse } from '#core/refusals';
import type { Desk } from '#world/desk';

const KEY = /^[A-Za-z0-9][\w.-]{0,63}$/;

/**
 * Keeps a fact for the agents whom it concerns. With a key it takes the place of the one that has that key there; the same words are kept once.
 * @returns USAGE for words that are none, TEXT_TOO_LONG over 500 bytes, MEMORY_FULL where a hundred are kept already
 */
export async function remember(
  desk: Desk,
  { text: said, scope, key, by }: { text: string; scope: MemoryScope; key?: string | undefined; by: string },
): Promise<Memory | Refusal> {
  const text = said.replace(/\s+/g, ' ').trim();
  const bytes = new TextEncoder().encode(text).length;
  if (text === '' || /\p{Cc}/u.test(text))
    return refuse('USAGE', { what: 'A fact has words, without control characters.', hint: 'gt remember "the tests need Redis"' });
  if (bytes > MEMORY_BYTES) return refuse('TEXT_TOO_LONG', { field: 'A fact', bytes, limit: MEMORY_BYTES });
  if (key !== undefined && !KEY.test(key))
    return refuse('USAGE', { what: `\`${key}\` is no key.`, hint: 'Take letters, digits, `.`, `-` and `_`, at most 64.' });
  return desk.change(async (reading) => {
    const kept = await desk.books.readMany('memory', await desk.books.index(`memories:${scope}`));
    const same = kept.find((one) => (key === undefined ? one.text === text : one.key === key));
    // Of those that are kept the id is what counts; a new one is free by its length.
    const id = same?.id ?? `mem-${shortHash(desk.random(8), 8)}`;
    const before = await reading.get('memory', id);
    if (!same && kept.length >= MEMORIES_KEPT) return refuse('MEMORY_FULL', { scope: scopeInWords(scope), count: kept.length });
    const doc: Memory = {
      ...before,
      id,
      for: scope,
      text,
      ...(key === undefined ? {} : { key }),
      at: desk.clock.now(),
      by,
    };
    return {
      put: [{ noun: 'memory', doc }],
      events: [{ type: 'memory.kept', subject: id, data: { for: scope, ...(key === undefined ? {} : { key }) } }],
      answer: doc,
    };
  });
}

/** Keeps it no longer. MEMORY_UNKNOWN for an id that is none. */
export async function forget(desk: Desk, id: string): Promise<Memory | Refusal> {
  return desk.change(async (reading) => {
    const memory = await reading.get('memory', id);
    if (!memory) return refuse('MEMORY_UNKNOWN', { id, hint: '`gt memories` shows them with their ids.' });
    return {
      put: [],
      drop: [{ noun: 'memory', id }],
      events: [{ type: 'memory.forgotten', subject: id, data: { for: memory.for } }],
      answer: memory,
    };
  });
}
