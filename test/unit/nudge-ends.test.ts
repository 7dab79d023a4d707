import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { NudgeDesk } from '../support/nudge-desk.ts';

let desk: NudgeDesk;
beforeEach(() => {
  desk = new NudgeDesk();
});
afterEach(() => desk.clear());

const texts = (tui: { submits: Array<{ text: string }> }) => tui.submits.map((one) => one.text);

test('one whose time is over, that was taken back, or that a newer one replaces is never typed', async () => {
  const tui = desk.tui();
  tui.work(20_000);
  const expires = desk.ask('n1', 'a', { expiresIn: 5_000 });
  const old = desk.ask('n2', 'b', { key: 'inbox' });
  const fresh = desk.ask('n3', 'c', { key: 'inbox' });
  const back = desk.ask('n4', 'd');
  await desk.time.pass(1_000);
  expect(desk.nudges.withdraw('n4')).toEqual({ withdrawn: true, outcome: 'withdrawn' });
  expect(desk.nudges.withdraw('nobody')).toEqual({ withdrawn: false });
  await desk.time.pass(60_000);
  expect([expires, old, fresh, back].map((one) => one.result?.outcome)).toEqual(['expired', 'superseded', 'taken', 'withdrawn']);
  expect(desk.nudges.withdraw('n3')).toEqual({ withdrawn: false, outcome: 'taken' });
  expect(texts(tui)).toEqual(['c']);
});

test('what the program itself tells of is taken, whatever its screen shows', async () => {
  const tui = desk.tui('s', { afterSubmit: (one) => one.ask('permission', 900_000) });
  const answer = desk.ask('n1', 'told');
  await desk.time.pass(10_000, () => tui.submits.length > 0);
  expect(desk.nudges.ack('n1')).toEqual({ acked: true });
  await desk.time.settle();
  expect(answer.result).toEqual({ outcome: 'taken', why: 'the program told it' });
  expect(desk.nudges.ack('nobody')).toEqual({ acked: false });
});

test('control characters are not typed, and what is too long, or has lines where a line is an Enter, goes by a file', async () => {
  const tui = desk.tui();
  await desk.send('n1', 'a\x1b[201~b\x03c\x1b]0;t\x07\r\nd\te\x9b\x7f\n\n');
  expect(texts(tui)).toEqual(['abc]0;t\nd\te']);
  const plain = desk.tui('plain', { bracketed: false });
  await desk.send('n2', 'one line', { session: 'plain' });
  await desk.send('n3', 'one\ntwo', { session: 'plain' });
  await desk.send('n4', 'x'.repeat(150_000));
  const [line, short] = texts(plain);
  const path = (text = '') => /Read it in this file: (\S+)$/.exec(text)?.[1] ?? '';
  expect(line).toBe('one line');
  expect(readFileSync(path(short), 'utf8')).toBe('one\ntwo\n');
  expect(readFileSync(path(texts(tui)[1]), 'utf8')).toHaveLength(150_001);
  await expect(desk.send('n5', ' \x07\n')).rejects.toMatchObject({ code: 'BAD_REQUEST' });
});

test('a long text is known by its label', async () => {
  const tui = desk.tui('s', { folds: 5 });
  const text = Array.from({ length: 60 }, (_, i) => `line ${i}`).join('\n');
  expect(await desk.send('n1', text)).toMatchObject({ outcome: 'taken' });
  expect(texts(tui)).toEqual([text]);
});

test('a long text that is shown whole, so that the mark before it is out of sight, is known by its end', async () => {
  const tui = desk.tui('s', { debounce: 250 });
  const text = Array.from({ length: 60 }, (_, i) => `line number ${i} of a long text`).join('\n');
  expect(await desk.send('n1', text)).toMatchObject({ outcome: 'taken' });
  expect(texts(tui)).toEqual([text]);
  expect(tui.pastes).toBe(1);
});

test('where the text should stand and something else does, a dialog perhaps that looks like an input, no Enter is pressed', async () => {
  const tui = desk.tui();
  const early = desk.ask('n1', 'the first');
  await desk.time.pass(60_000, () => tui.pastes > 0);
  tui.draft = 'What is your name?';
  await desk.time.pass(60_000, () => early.result !== undefined);
  expect(early.result).toMatchObject({ outcome: 'draft-left', why: 'its input shows something else' });
  tui.draft = '';
  const late = desk.ask('n2', 'the second');
  await desk.time.pass(60_000, () => tui.draft !== '');
  await desk.time.pass(90);
  tui.draft = 'What is your name?';
  tui.draw();
  await desk.time.pass(60_000, () => late.result !== undefined);
  expect(late.result).toMatchObject({ outcome: 'draft-left', why: 'its input shows something else' });
  expect(tui).toMatchObject({ enters: 0, submits: [] });
});

test('with its session a nudge ends, by what is known of it', async () => {
  const tui = desk.tui('s', { afterSubmit: (one) => one.ask('permission', 900_000) });
  const entered = desk.ask('n1', 'entered');
  const waiting = desk.ask('n2', 'waiting');
  await desk.time.pass(10_000, () => tui.submits.length > 0);
  tui.end();
  await desk.time.pass(1_000);
  expect(entered.result).toMatchObject({ outcome: 'unknown' });
  expect(waiting.result).toMatchObject({ outcome: 'not-sent', why: 'the session has ended' });
  desk.nudges.forget('s');
  expect(desk.nudges.list()).toEqual([]);
});

test('after a crash of the host it is known what may have been sent', async () => {
  const tui = desk.tui('s', { afterSubmit: (one) => one.ask('permission', 900_000) });
  desk.ask('n1', 'entered');
  await desk.time.pass(10_000, () => tui.submits.length > 0);
  desk.tui('t');
  await desk.send('n2', 'sent', { session: 't' });
  const pasted = desk.ask('n3', 'pasted', { session: 't' });
  await desk.time.pass(10_000, () => desk.tuis.get('t')?.draft !== '');
  expect(pasted.result).toBeUndefined();
  desk.nudges.freeze();
  desk.nudges = desk.open();
  expect(await desk.send('n1', 'entered')).toMatchObject({ outcome: 'unknown' });
  expect(await desk.send('n2', 'sent', { session: 't' })).toMatchObject({ outcome: 'taken' });
  expect(await desk.send('n3', 'pasted', { session: 't' })).toMatchObject({ outcome: 'not-sent' });
});

test('another process goes on with each nudge where the first has stopped', async () => {
  const tui = desk.tui('s', { debounce: 250 });
  const names = Array.from({ length: 8 }, (_, i) => `n${i}`);
  for (const name of names) desk.ask(name, `text of ${name}`);
  for (let hops = 0; hops < 25; hops++) {
    await desk.time.pass(90 + hops * 17);
    desk.nudges.freeze();
    await desk.time.pass(40);
    const state = JSON.parse(JSON.stringify(desk.nudges.state()));
    desk.nudges = desk.open();
    desk.nudges.resume(state);
  }
  const answers = names.map((name) => desk.ask(name, `text of ${name}`));
  await desk.time.pass(120_000, () => answers.every((one) => one.result));
  expect(answers.map((one) => one.result?.outcome)).toEqual(names.map(() => 'taken'));
  expect(texts(tui)).toEqual(names.map((name) => `text of ${name}`));
});

test('a process that did not hand over after all goes on itself', async () => {
  const tui = desk.tui();
  const answer = desk.ask('n1', 'one');
  await desk.time.pass(150);
  desk.nudges.freeze();
  await desk.time.pass(10_000);
  expect(tui.submits).toEqual([]);
  desk.nudges.thaw();
  await desk.time.pass(10_000, () => answer.result !== undefined);
  expect(answer.result).toMatchObject({ outcome: 'taken' });
  expect(texts(tui)).toEqual(['one']);
});

test('a session takes so many nudges and no more', async () => {
  desk.tui().work(60_000);
  for (let i = 0; i < 200; i++) desk.ask(`n${i}`, 'x');
  await expect(desk.send('more', 'x')).rejects.toMatchObject({ code: 'NUDGES_FULL' });
});

test.for([300, 2_000, 20_000])('a program whose title tells %i ms before its rows that it works gets one Enter', async (ms) => {
  for (const mode of ['wait-idle', 'queue', 'immediate'] as const) {
    const tui = desk.tui(mode, { lags: () => ms, afterSubmit: (one) => one.work(ms > 1_000 ? 700 : 3_000) });
    expect(await desk.send(mode, 'one Enter', { session: mode, mode })).toMatchObject({ outcome: 'taken' });
    expect([mode, tui.enters, texts(tui)]).toEqual([mode, 1, ['one Enter']]);
  }
});

test('one that works on in its title when the last turn ends, and draws its input late, gets one Enter', async () => {
  const tui = desk.tui('s', { lags: () => 4_000, afterSubmit: (one) => one.work(9_000) });
  tui.work(1_400);
  expect(await desk.send('n1', 'typed while a hook runs', { mode: 'immediate' })).toMatchObject({ outcome: 'taken' });
  expect([tui.enters, texts(tui)]).toEqual([1, ['typed while a hook runs']]);
});

test.for([2_000, 5_000, 9_000])(
  'a turn that is over before anybody sees it, with rows that come %i ms late, is no draft that was left',
  async (ms) => {
    for (const mode of ['wait-idle', 'queue', 'immediate'] as const) {
      const tui = desk.tui(mode, { lags: () => ms, untitled: true });
      expect(await desk.send(mode, 'a short word', { session: mode, mode })).toMatchObject({ outcome: 'taken' });
      // Of what it prints meanwhile no row tells: it is asked again as one that stands still is.
      expect([mode, tui.enters, texts(tui)]).toEqual([mode, Math.ceil(ms / 3_900), ['a short word']]);
    }
  },
);

test('what a person sent since its Enter is not taken for the nudge, though the program works', async () => {
  const tui = desk.tui('s', { debounce: 60_000, afterSubmit: (one) => one.work(20_000) });
  const first = desk.ask('n1', 'a text');
  await desk.time.pass(60_000, () => tui.enters > 0);
  tui.type('h');
  await desk.time.pass(60_000, () => first.result !== undefined);
  expect(first.result).toMatchObject({ outcome: 'draft-left', why: 'somebody typed into its input' });
  tui.draft = 'something else';
  await desk.time.pass(90_000);
  tui.type('\r');
  await desk.time.pass(200, () => tui.submits.length > 0);
  expect(await desk.send('n1', 'a text')).toMatchObject({ outcome: 'unknown' });
  expect(tui.submits).toEqual([{ text: 'something else', human: true }]);
});
