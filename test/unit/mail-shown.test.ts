import { expect, test } from 'vitest';
import { escalateList } from '#cli/cmd/escalate-list';
import { palette } from '#cli/colour';
import { lettersText, mailBegins, mailText } from '#cli/mail-text';
import { columns } from '#cli/table';
import { brokenWords } from '#core/agent-life';
import { protocolId, protocolSubject, protocolText } from '#core/protocol-mail';
import { standsMail } from '#ops/tell-mayor';
import type { EscalationLine } from '#views/escalations';
import type { LetterLine, Opened } from '#views/mail';
import { aLasting } from '../support/records.ts';

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

test('a call for help begins with the cause: on 80 columns that is seen, and into a pipe all of it goes', () => {
  const broken = { at: 9, why: 'exit code 3 (5 crashes in 15 minutes)' };
  const session = { id: 'hq-dog-rex.s5', token: 't', at: 2, lastWords: 'starting\r\nno key is set' };
  const rex = aLasting('hq-dog-rex', { role: 'dog', name: 'rex', broken, session });
  const asked = { id: 'hq-esc-hq-dog-rex-crash_loop', severity: 'high', why: brokenWords(rex) } as const;
  const { facts, more } = standsMail(asked, { address: 'dogs/rex', rig: '', session: session.id, more: asked.why });
  expect(protocolText(facts, more)).toContain(asked.why);
  const letter: LetterLine = {
    ...{ n: 12, message: protocolId(facts), box: 'mayor', from: 'dogs/rex', subject: protocolSubject(facts), type: 'HELP' },
    ...{ priority: 2, thread: 'ml-1', at: 400_000, bytes: 3, head: 'x', state: 'unread', told: 'told', why: null },
  };
  const [narrow, wide, piped] = [80, 120, Number.POSITIVE_INFINITY].map((width) => lettersText([letter], { ...SHOW, width }));
  expect(narrow).toContain('HELP  exit code 3 (5 crashes in 15 minutes): ');
  expect([narrow, wide].map((line = '') => line.endsWith('…') && columns(line) <= 120)).toEqual([true, true]);
  expect(columns(narrow ?? '')).toBeLessThanOrEqual(80);
  expect(piped).toMatch(
    /HELP {2}exit code 3 \(5 crashes in 15 minutes\): dogs\/rex is not started again\. The end of its output: starting no key is set \(hq-esc-hq-dog-rex-crash_loop\)$/,
  );
});

test('a list of questions is cut where the terminal ends, and into a pipe it is whole', () => {
  const why = `exit code 3: dogs/rex is not started again. The end of its output:\n${'x '.repeat(200)}end`;
  const line = { id: 'hq-esc-1', severity: 'high', state: 'open', ended: null, asker: null, subject: 'hq-dog-rex', why };
  const escalations = [{ ...line, openedAt: 400_000, count: 1, answer: null }] as unknown as EscalationLine[];
  const shown = (width: number) => escalateList.text?.({ escalations, open: 1 }, { ...SHOW, width })?.split('\n')[0] ?? '';
  expect(columns(shown(80))).toBeLessThanOrEqual(80);
  expect(shown(80)).toContain('  exit code 3: ');
  expect(shown(Number.POSITIVE_INFINITY)).toMatch(/x x end$/);
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
