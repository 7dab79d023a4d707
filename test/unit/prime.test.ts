import { describe, expect, test } from 'vitest';
import { bytesOf, cutText, fitParts } from '#core/fit-text';
import { CONTEXT_BYTES } from '#core/limits';
import { primeText } from '#core/prime-text';
import { toldOf } from '../support/told.ts';

const hook = {
  id: 'gp-a',
  title: 'Red buttons',
  branch: 'polecat/toast/gp-a',
  attempt: 2,
  handedIn: false,
  rework: null,
  text: { description: 'Make them red.', acceptance: 'Red ones.' },
};
const LONG = 'é'.repeat(20_000);

describe('the context of an agent', () => {
  test('says who it is, then what the session before left, role, assignment, mail, memories, and last the directives', () => {
    const text = primeText(
      toldOf(hook, {
        handoff: 'Tests are half done.',
        mail: '7 unread:\n- m1 from mayor: Hurry',
        memories: { lines: ['Redis is on 6380 (mem-1)'], more: 3 },
        directives: 'Speak French.',
      }),
      CONTEXT_BYTES,
    );
    const order = [
      '# Gas Town: you are gp/polecats/toast, a polecat\n',
      'read this first\nTests are half done.',
      'You are a polecat.',
      'On your hook: gp-a: Red buttons (attempt 2, branch polecat/toast/gp-a)',
      'Make them red.',
      'Red ones.',
      '## Mail\n7 unread',
      '- m1 from mayor: Hurry',
      '- Redis is on 6380 (mem-1)',
      '- and 3 more: `gt memories`',
      '## Directives: they win over all that is said above\nSpeak French.',
    ];
    const places = order.map((part) => text.indexOf(part));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
    expect(text.endsWith('Speak French.')).toBe(true);
  });

  test('has the line of its session, so that a conversation in which nobody has typed it is found by it', () => {
    const beacon = '[GAS TOWN] gp/polecats/toast <- gt • 2026-01-02T03:04 • start';
    expect(primeText(toldOf(hook, { beacon }), CONTEXT_BYTES)).toMatch(/^# Gas Town: .*\n\[GAS TOWN\] .* • start\n/);
  });

  test('what came back and what is handed in are told', () => {
    expect(primeText(toldOf({ ...hook, rework: { why: 'the checks failed' } }), CONTEXT_BYTES)).toMatch(
      /It came back: the checks failed\..*\$GT_EVIDENCE/,
    );
    const over = primeText(toldOf({ ...hook, handedIn: true }), CONTEXT_BYTES);
    expect(over).toContain('gp-a is handed in');
    expect(over).not.toContain('Make them red.');
  });

  test('fits into its bytes whatever is in it, says of each part what was cut and what shows it, and loses no part', () => {
    const text = primeText(
      toldOf(
        { ...hook, text: { description: LONG } },
        {
          prompt: `role ${LONG}`,
          handoff: LONG,
          mail: LONG,
          memories: { lines: [LONG], more: 0 },
          directives: `Last word. ${LONG}`,
        },
      ),
      CONTEXT_BYTES,
    );
    expect(bytesOf(text)).toBeLessThanOrEqual(CONTEXT_BYTES);
    expect(text).not.toContain('\uFFFD');
    expect(text.match(/… \(cut: \d+ of \d+ bytes; all of it: `gt [^`]+`\)/g)).toHaveLength(6);
    for (const whole of ['`gt hook`', '`gt mail inbox`', '`gt memories`', '`gt prime --whole`', 'Last word.', 'read this first'])
      expect(text).toContain(whole);
  });

  test('an item that is alone has all the room that nobody else wants', () => {
    const text = primeText(toldOf({ ...hook, text: { description: 'x'.repeat(7000) } }), CONTEXT_BYTES);
    expect(text).toContain('x'.repeat(7000));
  });

  test('a text of others does not look like a terminal’s: control bytes are left out', () => {
    const text = primeText(toldOf(hook, { handoff: 'a\x1b[2Jb\x07', mail: '\x9b1m' }), CONTEXT_BYTES);
    expect(text).not.toMatch(/[\x07\x1b\x9b]/);
  });
});

describe('parts that must fit', () => {
  test('a text is cut in whole characters, within its bytes with the note', () => {
    for (let most = 60; most < 120; most++) {
      const cut = cutText('é'.repeat(100), most, 'gt hook');
      expect(bytesOf(cut)).toBeLessThanOrEqual(most);
      expect(cut).toMatch(/^é*\n… \(cut: \d+ of 200 bytes; all of it: `gt hook`\)$/);
    }
    expect(cutText('short', 5, 'gt hook')).toBe('short');
  });
  test('what one leaves goes to the lowest rank first, and empty ones are not there', () => {
    const part = (text: string, least: number, rank: number) => ({ text, least, rank, whole: 'w' });
    const joined = fitParts([part('a'.repeat(300), 100, 2), part('', 50, 0), part('b'.repeat(300), 100, 1)], 500);
    expect(joined).toContain('b'.repeat(300));
    expect(joined).toMatch(/^a+\n… \(cut/);
    expect(bytesOf(joined)).toBeLessThanOrEqual(500);
  });
});
