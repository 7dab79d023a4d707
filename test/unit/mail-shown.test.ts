import { expect, test } from 'vitest';
import { palette } from '#cli/colour';
import { lettersText, mailBegins, mailText } from '#cli/mail-text';
import { columns } from '#cli/table';
import type { LetterLine, Opened } from '#views/mail';

const SHOW = { paint: palette(false), now: 1_000_000, width: 80, quiet: false };
const mail = (body: string): Opened => ({
  id: 'ml-1',
  from: 'shop/toast',
  to: ['overseer'],
  cc: [],
  subject: 'news',
  type: 'note',
  priority: 2,
  thread: 'ml-1',
  at: 1_000_000,
  bytes: body.length,
  replyTo: null,
  body,
  state: 'unread',
});

test('what an agent wrote moves, paints and titles nothing on the terminal of who reads it', () => {
  const shown = mailText(mail('a\x1b[31mred\x1b[0m\x1b]0;title\x07b\x00\r\nnext\x1b[2J\tline\r'), SHOW);
  expect(shown.split('\n\n')[1]).toBe('aredb\nnext\tline');
});

test('among others of its thread a long mail is begun, and alone it is whole', () => {
  const long = mail('x'.repeat(5000));
  expect(mailText(long, SHOW)).toContain('x'.repeat(5000));
  const begun = mailBegins(long, SHOW);
  expect([begun.length < 2300, begun.endsWith('x …\n(the beginning of 5000 bytes)')]).toEqual([true, true]);
  expect(mailBegins(mail('short'), SHOW)).toBe(mailText(mail('short'), SHOW));
});

test('on 80 columns each letter of a mailbox is one line, with its number; on wide ones its id stands beside that', () => {
  const letter: LetterLine = {
    ...{ n: 12, message: 'ml-4kx2a9q', box: 'mayor', from: 'shop/polecats/furiosa', subject: 's'.repeat(120), type: 'note' },
    ...{ priority: 2, thread: 'ml-4kx2a9q', at: 400_000, bytes: 3, head: 'x', state: 'unread', told: 'waiting', why: null },
  };
  const [narrow, wide] = [80, 200].map((width) => lettersText([letter], { ...SHOW, width }));
  expect(columns(narrow ?? '')).toBe(80);
  expect(narrow).toMatch(/^12 {2}● {2}shop\/polecats\/furiosa {2}10 min ago {4}s+… {2}not told yet$/);
  expect(wide).toMatch(/^12 {2}ml-4kx2a9q {2}.*s{120} {2}not told yet$/);
  expect(lettersText([{ ...letter, n: null }], SHOW)).toContain('ml-4kx2a9q');
});
