import { expect, test } from 'vitest';
import { palette } from '#cli/colour';
import { mailBegins, mailText } from '#cli/mail-text';
import type { Opened } from '#views/mail';

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
