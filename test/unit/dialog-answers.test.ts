import { beforeEach, expect, test } from 'vitest';
import { readDialog } from '#core/dialog';
import { DialogDesk, REMOVE, screenOf } from '../support/dialog-desk.ts';
import type { Shown } from '../support/dialog-tui.ts';

const PUSH: Shown = { asks: 'Do you want to push it?', choices: ['Yes', 'Never', 'No'] };

let desk: DialogDesk;
beforeEach(() => {
  desk = new DialogDesk();
});

test.for([1, 2, 3])('choice %i is made by the arrows and Enter, with the mark seen at it first', async (choice) => {
  desk.begin([REMOVE]);
  expect(await desk.answer(choice)).toMatchObject({ outcome: 'answered', pressed: true });
  expect(desk.tui.taken).toEqual([`${REMOVE.asks} ${REMOVE.choices[choice - 1]}`]);
  expect(desk.tui.keys).toEqual([...Array.from({ length: choice - 1 }, () => '\x1b[B'), '\r']);
});

test('where a number is taken at once no Enter follows it; where it only moves the mark, one does', async () => {
  const screen = screenOf('digit');
  desk.begin([REMOVE, PUSH], { digits: 'take' });
  expect(await desk.answer(2, { screen })).toMatchObject({ outcome: 'answered' });
  expect(desk.tui.keys).toEqual(['2']);
  expect(desk.tui.taken).toHaveLength(1);
  desk.begin([REMOVE], { digits: 'mark' });
  expect(await desk.answer(2, { screen })).toMatchObject({ outcome: 'answered' });
  expect([desk.tui.keys, desk.tui.taken]).toEqual([['2', '\r'], [`${REMOVE.asks} ${REMOVE.choices[1]}`]]);
});

test('a choice beyond 9 is made by the arrows, also where numbers are taken at once', async () => {
  const LONG: Shown = { asks: 'Do you want to take one?', choices: Array.from({ length: 11 }, (_, n) => `Thing ${n + 1}`) };
  desk.begin([LONG, REMOVE], { digits: 'take' });
  expect(await desk.answer(11, { screen: screenOf('digit') })).toMatchObject({ outcome: 'answered' });
  expect(desk.tui.taken).toEqual([`${LONG.asks} Thing 11`]);
});

test('an answer that is asked for again is told the outcome, and nothing is pressed twice', async () => {
  desk.begin([REMOVE, REMOVE]);
  const dialog = await desk.open();
  const first = await desk.answer(1, { dialog });
  expect(await desk.answer(1, { dialog })).toEqual(first);
  expect(desk.tui.taken).toHaveLength(1);
  expect(desk.told).toEqual([`s q1@1.0 ${first.outcome}`]);
});

test('another dialog in its place is not touched, and is told with its words', async () => {
  desk.begin([REMOVE, PUSH]);
  const dialog = await desk.open();
  desk.tui.answered();
  const { outcome, pressed, seen } = await desk.answer(1, { dialog });
  expect([outcome, pressed, seen?.asks, seen?.choices, desk.tui.keys]).toEqual(['other', false, PUSH.asks, PUSH.choices, []]);
});

test('a dialog that a person has answered meanwhile is gone: nothing is pressed', async () => {
  desk.begin([REMOVE]);
  const dialog = await desk.open();
  desk.tui.answered();
  expect(await desk.answer(1, { dialog })).toMatchObject({ outcome: 'gone', pressed: false });
  expect(desk.tui.keys).toEqual([]);
});

test('a dialog that changes between two keys gets no Enter', async () => {
  desk.begin([REMOVE, PUSH]);
  desk.tui.goesAt = 2;
  expect(await desk.answer(3)).toMatchObject({ outcome: 'other', pressed: false });
  expect([desk.tui.taken, desk.tui.keys]).toEqual([[], ['\x1b[B', '\x1b[B']]);
});

test('a mark that does not go, or a program that does not hear, keeps its dialog: no Enter is risked at another choice', async () => {
  desk.begin([REMOVE], { stuck: true });
  expect(await desk.answer(3)).toMatchObject({ outcome: 'stays', pressed: false });
  expect(desk.tui.taken).toEqual([]);
  desk.begin([REMOVE], { deaf: true });
  expect(await desk.answer(1)).toMatchObject({ outcome: 'stays', pressed: true, why: expect.stringContaining('still') });
  expect(desk.tui.keys).toEqual(['\r']);
});

test('a person who types is not typed over', async () => {
  desk.begin([REMOVE]);
  const person = setTyping();
  expect(await desk.answer(1)).toMatchObject({ outcome: 'stays', pressed: false, why: 'somebody types at its terminal' });
  expect([desk.tui.keys, person]).toEqual([[], true]);
});

/** Somebody types every second. */
function setTyping(): true {
  const type = () => {
    desk.tui.typed = desk.time.now();
    desk.time.after(1000, type);
  };
  type();
  return true;
}

test('what a preset forbids, what has no such choice and what has no choices are left to the terminal', async () => {
  desk.begin([REMOVE]);
  expect(await desk.answer(1, { screen: screenOf('none') })).toMatchObject({ outcome: 'stays', pressed: false });
  expect(await desk.answer(9, { answer: 'q2@1.0' })).toMatchObject({ outcome: 'stays', why: 'it has 3 choices' });
  desk.begin([{ asks: 'Do you want to press any key', choices: [] }]);
  expect(await desk.answer(1)).toMatchObject({ outcome: 'stays', why: 'it has 0 choices' });
  expect(await desk.answer(0, { answer: 'q3@1.0', text: 'a key' })).toMatchObject({ outcome: 'stays', pressed: false });
  expect(desk.tui.keys).toEqual([]);
  await expect(
    desk.dialogs.answer({ answer: 'q', session: 'x', dialog: 'a', choice: 1, data: screenOf() }),
  ).rejects.toMatchObject({
    code: 'SESSION_UNKNOWN',
  });
});

test('a host that takes over between the key and its sight presses nothing more', async () => {
  desk.begin([REMOVE], { latency: 400 });
  const dialog = await desk.open();
  let lost = true;
  void desk.dialogs.answer({ answer: 'q1@1.0', session: 's', dialog, choice: 1, data: screenOf() }).then(() => {
    lost = false;
  });
  await desk.time.pass(5_000, () => desk.tui.keys.length > 0);
  desk.dialogs.freeze();
  const state = structuredClone(desk.dialogs.state());
  expect([lost, state]).toMatchObject([true, [{ answer: 'q1@1.0', pressed: true }]]);
  const next = desk.table();
  next.freeze();
  next.resume(state);
  next.thaw();
  desk.dialogs = next;
  expect(await desk.answer(1, { dialog })).toMatchObject({ outcome: 'answered', pressed: true });
  expect(desk.tui.keys).toEqual(['\r']);
});

test('what is told of a dialog holds no secret of its session', async () => {
  desk.begin([{ asks: 'Do you want to send hunter2?', choices: ['Yes, hunter2', 'No'] }]);
  const seen = await desk.dialogs.read('s', screenOf());
  expect(JSON.stringify(seen)).not.toContain('hunter2');
  expect(seen).toMatchObject({ asks: 'Do you want to send *******?', choices: ['Yes, *******', 'No'], chosen: 0 });
});

test('a dialog is known by its words: not by its mark, its frame or its place, and another command is another dialog', () => {
  const rows = (command: string, mark: number) => [
    '╭──────────────╮',
    `│ ${command}        │`,
    '│ Do you want to proceed?   │',
    ...['Yes', 'No'].map((text, at) => `│ ${at === mark ? '❯' : ' '} ${at + 1}. ${text}  │`),
    '╰──────────────╯',
  ];
  const read = (text: readonly string[]) => readDialog(text, { why: 'a dialog', dialog: { name: 'p', kind: 'k', enter: 'e' } });
  const first = read(rows('rm made.txt', 0));
  expect(first).toMatchObject({ asks: 'Do you want to proceed?', choices: ['Yes', 'No'], chosen: 0 });
  expect(read(['', '', ...rows('rm   made.txt', 1)])).toEqual({ ...first, chosen: 1 });
  expect(read(rows('rm other.txt', 0)).id).not.toBe(first.id);
  // An older list above it is history.
  expect(read(['1. Look', '2. Mend', 'Plan:', ...rows('rm made.txt', 0)]).id).toBe(first.id);
  expect(read(['Press any key to go on (9 s)'])).toMatchObject({ choices: [], chosen: undefined });
});
