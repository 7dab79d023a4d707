import type { Keys } from './keys.ts';
import type { Link } from './link.ts';

/**
 * Keys of the books below `<noun>:<id>`, some at a time, in no order: one that is written meanwhile may be missing or come twice. Texts and sets have such keys
 * too: the nouns tell. Looks at all keys of Redis. @param from `next` of the answer before, '0' to begin; it is '0' again when all were seen
 */
export async function scanRecords(
  link: Link,
  { books }: Keys,
  from: string,
): Promise<{ ids: ReadonlyArray<readonly [noun: string, id: string]>; next: string }> {
  const [next, found] = (await link.call('SCAN', from, 'MATCH', `${books}*:*`, 'COUNT', 1000)) as [string, string[]];
  const ids = found.map((key) => {
    const [noun = '', ...id] = key.slice(books.length).split(':');
    return [noun, id.join(':')] as const;
  });
  return { ids, next };
}
