import { beforeEach, expect, test } from 'vitest';
import { readDialog } from '#core/dialog';
import type { DialogResult } from '#world/pty/dialog/asked';
import { Dialogs } from '#world/pty/dialog/dialogs';
import { HostRefused } from '#world/pty/host';
import { type DialogTemper, DialogTui, type Shown } from '../support/dialog-tui.ts';
import { VirtualTime } from '../support/virtual-time.ts';

const REMOVE: Shown = { asks: 'Do you want to remove it?', choices: ['Yes', 'Yes, and all others', 'No'] };
const PUSH: Shown = { asks: 'Do you want to push it?', choices: ['Yes', 'Never', 'No'] };
const screenOf = (answers?: string) => ({
  ready: [{ where: 'footer', match: '\\? for shortcuts' }],
  dialogs: [{ name: 'permission', signs: [{ where: 'screen', match: 'Do you want to' }], ...(answers && { answers }) }],
  draft: { mark: '❯ ' },
});

let time: VirtualTime;
let tui: DialogTui;
let dialogs: Dialogs;
let told: string[];
beforeEach(() => {
  time = new VirtualTime();
  told = [];
});

function table(): Dialogs {
  return new Dialogs({
    seat: (id) => {
      if (id !== 's') throw new HostRefused('SESSION_UNKNOWN', id);
      return tui;
    },
    free: (_, text) => text.replaceAll('hunter2', '*******'),
    times: time,
    tell: (session, answer, outcome) => told.push(`${session} ${answer} ${outcome}`),
    warn: (line) => told.push(line),
  });
}

function begin(shown: readonly Shown[], temper: DialogTemper = {}): void {
  tui = new DialogTui(time, shown, temper);
  dialogs = table();
}

/** The words of what is open now. */
const open = async (screen: object = screenOf()): Promise<string> => (await dialogs.read('s', screen)).id;

async function answer(choice: number, more: { dialog?: string; answer?: string; screen?: object } = {}): Promise<DialogResult> {
  const { screen = screenOf(), answer: id = 'q1@1.0' } = more;
  const dialog = more.dialog ?? (await open(screen));
  let result: DialogResult | undefined;
  let fault: unknown;
  dialogs.answer({ answer: id, session: 's', dialog, choice, data: screen }).then(
    (done) => {
      result = done;
    },
    (why: unknown) => {
      fault = why;
    },
  );
  await time.pass(120_000, () => result !== undefined || fault !== undefined);
  if (!result) throw fault;
  return result;
}

test.for([1, 2, 3])('choice %i is made by the arrows and Enter, with the mark seen at it first', async (choice) => {
  begin([REMOVE]);
  expect(await answer(choice)).toMatchObject({ outcome: 'answered', pressed: true });
  expect(tui.taken).toEqual([`${REMOVE.asks} ${REMOVE.choices[choice - 1]}`]);
  expect(tui.keys).toEqual([...Array.from({ length: choice - 1 }, () => '\x1b[B'), '\r']);
});

test('where a number is taken at once no Enter follows it; where it only moves the mark, one does', async () => {
  const screen = screenOf('digit');
  begin([REMOVE, PUSH], { digits: 'take' });
  expect(await answer(2, { screen })).toMatchObject({ outcome: 'answered' });
  expect(tui.keys).toEqual(['2']);
  expect(tui.taken).toHaveLength(1);
  begin([REMOVE], { digits: 'mark' });
  expect(await answer(2, { screen })).toMatchObject({ outcome: 'answered' });
  expect([tui.keys, tui.taken]).toEqual([['2', '\r'], [`${REMOVE.asks} ${REMOVE.choices[1]}`]]);
});

test('a choice beyond 9 is made by the arrows, also where numbers are taken at once', async () => {
  const LONG: Shown = { asks: 'Do you want to take one?', choices: Array.from({ length: 11 }, (_, n) => `Thing ${n + 1}`) };
  begin([LONG, REMOVE], { digits: 'take' });
  expect(await answer(11, { screen: screenOf('digit') })).toMatchObject({ outcome: 'answered' });
  expect(tui.taken).toEqual([`${LONG.asks} Thing 11`]);
});

test('an answer that is asked for again is told the outcome, and nothing is pressed twice', async () => {
  begin([REMOVE, REMOVE]);
  const dialog = await open();
  const first = await answer(1, { dialog });
  expect(await answer(1, { dialog })).toEqual(first);
  expect(tui.taken).toHaveLength(1);
  expect(told).toEqual([`s q1@1.0 ${first.outcome}`]);
});

test('another dialog in its place is not touched, and is told with its words', async () => {
  begin([REMOVE, PUSH]);
  const dialog = await open();
  tui.answered();
  const { outcome, pressed, seen } = await answer(1, { dialog });
  expect([outcome, pressed, seen?.asks, seen?.choices, tui.keys]).toEqual(['other', false, PUSH.asks, PUSH.choices, []]);
});

test('a dialog that a person has answered meanwhile is gone: nothing is pressed', async () => {
  begin([REMOVE]);
  const dialog = await open();
  tui.answered();
  expect(await answer(1, { dialog })).toMatchObject({ outcome: 'gone', pressed: false });
  expect(tui.keys).toEqual([]);
});

test('a dialog that changes between two keys gets no Enter', async () => {
  begin([REMOVE, PUSH]);
  tui.goesAt = 2;
  expect(await answer(3)).toMatchObject({ outcome: 'other', pressed: false });
  expect([tui.taken, tui.keys]).toEqual([[], ['\x1b[B', '\x1b[B']]);
});

test('a mark that does not go, or a program that does not hear, keeps its dialog: no Enter is risked at another choice', async () => {
  begin([REMOVE], { stuck: true });
  expect(await answer(3)).toMatchObject({ outcome: 'stays', pressed: false });
  expect(tui.taken).toEqual([]);
  begin([REMOVE], { deaf: true });
  expect(await answer(1)).toMatchObject({ outcome: 'stays', pressed: true, why: expect.stringContaining('still') });
  expect(tui.keys).toEqual(['\r']);
});

test('a person who types is not typed over', async () => {
  begin([REMOVE]);
  const person = setTyping();
  expect(await answer(1)).toMatchObject({ outcome: 'stays', pressed: false, why: 'somebody types at its terminal' });
  expect([tui.keys, person]).toEqual([[], true]);
});

/** Somebody types every second. */
function setTyping(): true {
  const type = () => {
    tui.typed = time.now();
    time.after(1000, type);
  };
  type();
  return true;
}

test('what a preset forbids, what has no such choice and what has no choices are left to the terminal', async () => {
  begin([REMOVE]);
  expect(await answer(1, { screen: screenOf('none') })).toMatchObject({ outcome: 'stays', pressed: false });
  expect(await answer(9, { answer: 'q2@1.0' })).toMatchObject({ outcome: 'stays', why: 'it has 3 choices' });
  begin([{ asks: 'Do you want to (y/n)', choices: [] }]);
  expect(await answer(1)).toMatchObject({ outcome: 'stays', why: 'it has 0 choices' });
  await expect(dialogs.answer({ answer: 'q', session: 'x', dialog: 'a', choice: 1, data: screenOf() })).rejects.toMatchObject({
    code: 'SESSION_UNKNOWN',
  });
});

test('a host that takes over between the key and its sight presses nothing more', async () => {
  begin([REMOVE], { latency: 400 });
  const dialog = await open();
  let lost = true;
  void dialogs.answer({ answer: 'q1@1.0', session: 's', dialog, choice: 1, data: screenOf() }).then(() => {
    lost = false;
  });
  await time.pass(5_000, () => tui.keys.length > 0);
  dialogs.freeze();
  const state = structuredClone(dialogs.state());
  expect([lost, state]).toMatchObject([true, [{ answer: 'q1@1.0', pressed: true }]]);
  const next = table();
  next.freeze();
  next.resume(state);
  next.thaw();
  dialogs = next;
  expect(await answer(1, { dialog })).toMatchObject({ outcome: 'answered', pressed: true });
  expect(tui.keys).toEqual(['\r']);
});

test('what is told of a dialog holds no secret of its session', async () => {
  begin([{ asks: 'Do you want to send hunter2?', choices: ['Yes, hunter2', 'No'] }]);
  const seen = await dialogs.read('s', screenOf());
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
