import { expect, test } from 'vitest';
import { UNKNOWN_DIALOG } from '../../src/trials/stand-in/conformance.ts';
import { Play } from '../support/stand-in.ts';

test('a dialog takes every key: a paste is not heard, and an Enter answers it', async () => {
  const play = new Play('claude', { turns: [{ tools: [{ asks: true }] }] });
  await play.pass(10);
  await play.submit('go #1');
  await play.pass(500);
  expect(play.text).toContain('Do you want to proceed?');
  await play.submit('nudge #2');
  expect(play.of('unheard')).toMatchObject([{ dialog: 'permission', text: 'nudge #2' }]);
  expect(play.of('answered')).toMatchObject([{ name: 'permission', by: 'enter', does: 'accepts' }]);
  await play.pass(1000);
  expect(play.taken).toEqual(['go #1']);
  expect(play.of('turn')).toMatchObject([{ ended: 'answered' }]);
});

test('a scenario with a dialog that nobody drew is refused before it begins', () => {
  for (const scenario of [
    { start: { dialogs: ['nothing'] } },
    { dialogs: { at: [{ dialog: 'nothing' }] } },
    { dialogs: { random: { of: ['nothing'] } } },
  ])
    expect(() => new Play('claude', scenario)).toThrow('has not: `nothing`.\nIt has: theme');
  expect(() => new Play('pi', { turns: [{ tools: [{ asks: true }] }] })).toThrow('It has: none.');
});

test('a dialog that is refused ends the turn', async () => {
  const play = new Play('claude', { turns: [{ tools: [{ asks: true }] }] });
  await play.pass(10);
  await play.submit('go #1');
  await play.pass(500);
  play.send('3');
  await play.pass(100);
  expect(play.of('turn')).toMatchObject([{ ended: 'interrupted' }]);
});

test('a dialog that rises in the moment of an Enter hides the emptied row of a text that was taken', async () => {
  const play = new Play('claude', { dialogs: { at: [{ dialog: UNKNOWN_DIALOG, enter: 1 }] } });
  await play.pass(10);
  await play.submit('go #1');
  expect(play.taken).toEqual(['go #1']);
  expect(play.text).toContain('How is it going so far?');
  expect(play.of('answered')).toEqual([]);
});

test('dialogs rise by chance in the moment of an Enter, never instead of it', async () => {
  const random = { of: [UNKNOWN_DIALOG], on_enter: 0.5, person_ms: 100 };
  const play = new Play('claude', { turns: [{ ms: 0 }], dialogs: { random } });
  await play.pass(10);
  const texts = Array.from({ length: 40 }, (_, at) => `text #${at}`);
  for (const text of texts) {
    await play.submit(text);
    await play.pass(1000);
  }
  expect(play.taken).toEqual(texts);
  const rose = play.of('dialog').length;
  expect(rose).toBeGreaterThan(10);
  expect(rose).toBeLessThan(30);
});

test('dialogs come from the seed: the same again, others from another, and a person answers them', async () => {
  const rise = async (seed: number) => {
    const of = ['permission', UNKNOWN_DIALOG];
    const play = new Play('claude', { seed, dialogs: { random: { of, every_ms: [100, 2000], person_ms: 300 } } });
    await play.pass(60_000);
    expect(play.of('answered').length).toBeGreaterThan(20);
    expect(play.of('answered').every(({ by, does, after_ms }) => by === 'person' && does === 'accepts' && after_ms === 300)).toBe(
      true,
    );
    return play.notes;
  };
  const first = await rise(1);
  expect(await rise(1)).toEqual(first);
  expect(await rise(2)).not.toEqual(first);
});

test('a dialog that is deaf for a while does not hear an Enter that was on its way', async () => {
  const play = new Play('claude', { start: { dialogs: ['trust'] }, dialogs: { deaf_ms: 200 } });
  await play.pass(100);
  play.send('\r');
  expect(play.of('answered')).toEqual([]);
  await play.pass(200);
  play.send('\r');
  expect(play.of('answered')).toMatchObject([{ by: 'enter' }]);
});
