import { beforeEach, expect, test } from 'vitest';
import { DialogDesk, REMOVE, screenOf } from '../support/dialog-desk.ts';
import type { Shown } from '../support/dialog-tui.ts';

let desk: DialogDesk;
beforeEach(() => {
  desk = new DialogDesk();
});

test.for([1, 2, 3])('choice %i of a list without numbers is made where the mark is seen to go', async (choice) => {
  desk.begin([REMOVE], { plain: true });
  expect(await desk.dialogs.read('s', screenOf())).toMatchObject({ choices: REMOVE.choices, chosen: 0, asks: REMOVE.asks });
  expect(await desk.answer(choice)).toMatchObject({ outcome: 'answered', pressed: true });
  expect(desk.tui.taken).toEqual([`${REMOVE.asks} ${REMOVE.choices[choice - 1]}`]);
  desk.begin([REMOVE], { plain: true, stuck: true });
  expect(await desk.answer(3)).toMatchObject({ outcome: 'stays', pressed: false });
});

test.for(['take', 'mark'] as const)(
  'yes and no are typed; Enter follows only where the letter is seen to wait for it (%s)',
  async (digits) => {
    const DROP: Shown = { asks: 'Do you want to drop it? [y/N]', choices: [] };
    const SURE: Shown = { asks: 'Do you want to go on, sure? (yes/no)', choices: [] };
    desk.begin([DROP], { digits });
    expect(await desk.dialogs.read('s', screenOf())).toMatchObject({ choices: ['Yes', 'No'], waits: true });
    expect(await desk.answer(2)).toMatchObject({ outcome: 'answered' });
    expect([desk.tui.taken, desk.tui.keys]).toEqual([[`${DROP.asks} n`], digits === 'take' ? ['n'] : ['n', '\r']]);
    desk.begin([SURE], { digits });
    expect(await desk.answer(1)).toMatchObject({ outcome: 'answered' });
    expect(desk.tui.taken).toEqual([`${SURE.asks} yes`]);
    desk.begin([DROP], { digits });
    desk.tui.row = 'y';
    expect(await desk.answer(2)).toMatchObject({ outcome: 'stays', pressed: false, why: expect.stringContaining('holds some') });
    expect(desk.tui.keys).toEqual([]);
  },
);

test('words go into a row that waits for them, and Enter follows when they are seen there', async () => {
  const NAME: Shown = { asks: 'What do you want to call it? Do you want to:', choices: [] };
  desk.begin([NAME]);
  expect(await desk.dialogs.read('s', screenOf())).toMatchObject({ choices: [], waits: true });
  expect(await desk.answer(0, { text: 'the blue one' })).toMatchObject({ outcome: 'answered' });
  expect([desk.tui.taken, desk.tui.keys]).toEqual([[`${NAME.asks} the blue one`], ['the blue one', '\r']]);
  desk.begin([NAME], { deaf: true });
  expect(await desk.answer(0, { text: 'x' })).toMatchObject({
    outcome: 'stays',
    pressed: true,
    why: 'its row does not show what was typed',
  });
  expect(desk.tui.keys).toEqual(['x']);
  desk.begin([REMOVE]);
  expect(await desk.answer(0, { text: 'x' })).toMatchObject({
    outcome: 'stays',
    pressed: false,
    why: expect.stringContaining('waits for words'),
  });
});

test.for([{ shown: { asks: 'Do you want to (y/n)', choices: [] } }, { shown: REMOVE, screen: screenOf('digit') }])(
  'a host that takes over between a word or a number and its Enter presses that Enter, once: %#',
  async ({ shown, screen = screenOf() }) => {
    desk.begin([shown], { digits: 'mark' });
    const dialog = await desk.open(screen);
    void desk.dialogs.answer({ answer: 'q1@1.0', session: 's', dialog, choice: 1, data: screen });
    await desk.time.pass(30_000, () => desk.tui.keys.length > 0);
    desk.dialogs.freeze();
    const state = structuredClone(desk.dialogs.state());
    desk.dialogs = desk.table();
    desk.dialogs.freeze();
    desk.dialogs.resume(state);
    desk.dialogs.thaw();
    expect(await desk.answer(1, { dialog, screen })).toMatchObject({ outcome: 'answered', pressed: true });
    expect([desk.tui.keys.length, desk.tui.keys.at(-1), desk.tui.taken.length]).toEqual([2, '\r', 1]);
  },
);
