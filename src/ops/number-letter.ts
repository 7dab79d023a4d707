import type { Draft } from './draft.ts';

/** The next number of a mailbox, noted in the draft: no letter that comes there gets it again. */
export async function nextNumber(draft: Draft, mailbox: string): Promise<number> {
  const n = ((await draft.get('mailbox', mailbox))?.last ?? 0) + 1;
  draft.put({ noun: 'mailbox', doc: { id: mailbox, last: n } });
  return n;
}
