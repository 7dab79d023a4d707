import { describe, expect, test } from 'vitest';
import type { Letter } from '#core/records';
import { judgeMail, type Logged, type MailRun } from '../../src/trials/soak-mail-proof.ts';

const letter = (message: string, more: Partial<Letter> = {}): Letter => ({
  id: `${message}@sh-a`,
  message,
  box: 'shop/polecats/toast',
  line: 'sh-a',
  from: 'overseer',
  subject: 'hello',
  type: 'note',
  priority: 2,
  thread: 'ml-1',
  at: 1,
  bytes: 5,
  head: 'hello',
  state: 'unread',
  told: 'told',
  session: 'sh-a.r1.s1',
  toldAt: 1000,
  ...more,
});
const head = (id: string) => `[GAS TOWN] Mail ${id} from overseer, 1970-01-01T00:00Z: hello\nhello`;
const typed = (...ids: string[]): Logged => ({
  kind: 'submit',
  text: ids.map(head).join('\n\n'),
  glued: false,
  busy: false,
  at: 1,
});
const hooked = (id: string): Logged => ({ kind: 'hook', moment: 'prompt', context: head(id), at: 1 });

/** Two mails of one thread to one agent, another who hears nothing. */
const run = (notes: readonly Logged[], more: Partial<Letter> = {}, others: readonly Logged[] = []): MailRun => ({
  mails: ['ml-1', 'ml-2'].map((id) => ({ id, thread: 'ml-1', letters: [letter(id, id === 'ml-2' ? more : {})] })),
  notes: new Map([
    ['sh-a', notes],
    ['sh-b', others],
  ]),
  killed: [{ session: 'sh-a.r1.s2', at: 5000 }],
});

describe('the proof of the soak of mail', () => {
  test('is content with each mail once, in order, by whichever way', () => {
    expect(judgeMail(run([hooked('ml-1'), typed('ml-2')]))).toMatchObject({ faults: [], told: 2, byHook: 1, byTerminal: 1 });
    expect(judgeMail(run([typed('ml-1', 'ml-2')]))).toMatchObject({ faults: [], told: 2 });
  });

  test('counts what is unknown, and what was told to a program as it was killed', () => {
    expect(judgeMail(run([typed('ml-1')], { told: 'unknown' }))).toMatchObject({ faults: [], unknown: 1 });
    expect(judgeMail(run([typed('ml-1')], { session: 'sh-a.r1.s2', toldAt: 5100 }))).toMatchObject({ faults: [], lost: 1 });
  });

  test.each<[string, MailRun, string]>([
    ['told twice', run([typed('ml-1', 'ml-2'), hooked('ml-2')]), 'ml-2 reached sh-a 2 times'],
    ['unknown, and told twice', run([typed('ml-1', 'ml-2', 'ml-2')], { told: 'unknown' }), 'ml-2 reached sh-a 2 times'],
    ['out of order', run([typed('ml-2'), typed('ml-1')]), 'ml-1 reached sh-a out of order in thread ml-1'],
    ['told to another', run([typed('ml-1', 'ml-2')], {}, [hooked('ml-2')]), 'ml-2 reached sh-b, for which it was not meant'],
    ['never told', run([typed('ml-1')], { told: 'waiting' }), 'ml-2 for sh-a is waiting'],
    ['told only in the books', run([typed('ml-1')]), 'ml-2 is told to sh-a, whose stand-in knows nothing of it'],
  ])('finds what was %s', (_, told, fault) => {
    expect(judgeMail(told).faults).toEqual([fault]);
  });
});
