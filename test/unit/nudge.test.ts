import { afterEach, beforeEach, expect, test } from 'vitest';
import { NudgeDesk } from '../support/nudge-desk.ts';

let desk: NudgeDesk;
beforeEach(() => {
  desk = new NudgeDesk();
});
afterEach(() => desk.clear());

const texts = (tui: { submits: Array<{ text: string }> }) => tui.submits.map((one) => one.text);

test.for([80, 250, 600])('a text is sent once where an Enter within %i ms of a paste is a new line', async (debounce) => {
  const tui = desk.tui('s', { debounce });
  expect(await desk.send('n1', 'work on gp-1\nand then gp-2')).toMatchObject({ outcome: 'taken', state: 'idle' });
  expect(texts(tui)).toEqual(['work on gp-1\nand then gp-2']);
  expect(tui.pastes).toBe(1);
  expect(desk.told.at(0)).toBe('s n1 pasted');
  expect(desk.told.at(-1)).toBe('s n1 taken');
  if (debounce === 80) expect(tui.enters).toBe(1);
});

test('a nudge that is asked for again is answered as the first was, and typed once', async () => {
  const tui = desk.tui();
  const [first, second] = [desk.ask('n1', 'one'), desk.ask('n1', 'one')];
  await desk.time.pass(60_000, () => second.result !== undefined);
  expect(first.result).toEqual(second.result);
  expect(await desk.send('n1', 'one')).toEqual(first.result);
  expect(texts(tui)).toEqual(['one']);
  desk.tui('other');
  await expect(desk.send('n1', 'one', { session: 'other' })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
});

test('nudges for one session are sent in the order in which they came', async () => {
  const tui = desk.tui('s', { afterSubmit: (one) => one.work(900) });
  const answers = Array.from({ length: 12 }, (_, i) => desk.ask(`n${i}`, `text number ${i}`));
  await desk.time.pass(120_000, () => answers.every((one) => one.result));
  expect(answers.map((one) => one.result?.outcome)).toEqual(answers.map(() => 'taken'));
  expect(texts(tui)).toEqual(answers.map((_, i) => `text number ${i}`));
});

test('one that waits for idleness waits for the end of a turn; one for the queue does not', async () => {
  const tui = desk.tui();
  tui.work(5_000);
  const waits = desk.ask('n1', 'waits');
  const queues = desk.ask('n2', 'queues', { mode: 'queue' });
  await desk.time.pass(4_000);
  expect(queues.result).toMatchObject({ outcome: 'taken' });
  expect(waits.result).toBeUndefined();
  expect(desk.nudges.list('s')).toMatchObject([{ nudge: 'n1', id: 's', step: 'waiting', why: 'it is busy: esc to interrupt' }]);
  await desk.time.pass(10_000);
  expect(waits.result).toMatchObject({ outcome: 'taken' });
  expect(texts(tui)).toEqual(['queues', 'waits']);
  expect(desk.nudges.list()).toEqual([]);
});

test('an immediate one goes at once, or says why it does not', async () => {
  const tui = desk.tui();
  tui.work(60_000);
  expect(await desk.send('n1', 'now', { mode: 'immediate' })).toMatchObject({ outcome: 'taken' });
  tui.ask('permission', 5_000);
  expect(await desk.send('n2', 'now', { mode: 'immediate' })).toMatchObject({ outcome: 'not-sent', state: 'dialog' });
  await desk.time.pass(60_000);
  tui.type('my own words');
  await desk.time.pass(4_000);
  const refused = await desk.send('n2', 'now', { mode: 'immediate' });
  expect(refused).toMatchObject({ outcome: 'not-sent', why: 'a draft stands in its input: my own words' });
  expect(refused.screen).toContain('❯ my own words');
  expect(texts(tui)).toEqual(['now']);
});

test.for(['permission', 'unknown'] as const)(
  'no Enter is pressed in a dialog, one that is %s neither; the nudge waits for its end',
  async (kind) => {
    const tui = desk.tui();
    tui.ask(kind, 30_000);
    const answer = desk.ask('n1', 'later');
    await desk.time.pass(29_000);
    expect(answer.result).toBeUndefined();
    expect(tui).toMatchObject({ enters: 0, pastes: 0 });
    await desk.time.pass(5_000);
    expect(answer.result).toMatchObject({ outcome: 'taken' });
    expect(tui).toMatchObject({ answered: 0, enters: 1 });
  },
);

test('a dialog that opens over the typed text is waited for, and Enter is pressed after it', async () => {
  const tui = desk.tui();
  const answer = desk.ask('n1', 'under way');
  await desk.time.pass(5_000, () => tui.draft !== '');
  tui.ask('permission', 20_000);
  await desk.time.pass(19_000);
  expect(answer.result).toBeUndefined();
  expect(tui.enters).toBe(0);
  await desk.time.pass(5_000);
  expect(answer.result).toMatchObject({ outcome: 'taken' });
  expect(texts(tui)).toEqual(['under way']);
});

test('a dialog that does not end leaves the text in the input; asked again, only Enter is pressed', async () => {
  const tui = desk.tui();
  const answer = desk.ask('n1', 'under way');
  await desk.time.pass(5_000, () => tui.draft !== '');
  tui.ask('permission', 700_000);
  await desk.time.pass(650_000);
  expect(answer.result).toMatchObject({ outcome: 'draft-left', state: 'dialog' });
  expect(desk.nudges.list('s')).toMatchObject([{ nudge: 'n1', step: 'draft-left' }]);
  const next = desk.ask('n2', 'behind it');
  await desk.time.pass(100_000);
  expect(next.result).toBeUndefined();
  expect(await desk.send('n1', 'under way')).toMatchObject({ outcome: 'taken' });
  await desk.time.pass(10_000);
  expect(next.result).toMatchObject({ outcome: 'taken' });
  expect(texts(tui)).toEqual(['under way', 'behind it']);
  expect(tui.pastes).toBe(2);
});

test('what a dialog hides after an Enter is looked at when it is gone, and is unknown if it does not go', async () => {
  for (const [ms, outcome] of [
    [15_000, 'taken'],
    [900_000, 'unknown'],
  ] as const) {
    const id = `s${ms}`;
    const tui = desk.tui(id, { afterSubmit: (one) => one.ask('permission', ms) });
    expect(await desk.send(`n${ms}`, 'go on', { session: id })).toMatchObject({ outcome });
    expect(tui).toMatchObject({ answered: 0, enters: 1, submits: [{ text: 'go on' }] });
  }
});

test('a draft of a person is neither sent nor glued to, and is put aside only by the key that the program has for it', async () => {
  const tui = desk.tui();
  tui.type('my own words');
  const answer = desk.ask('n1', 'waits');
  await desk.time.pass(600_000);
  expect(answer.result).toBeUndefined();
  expect(desk.nudges.list()[0]?.why).toBe('a draft stands in its input: my own words; this program has no key to put it aside');
  desk.nudges.withdraw('n1');
  const stashed = desk.ask('n2', 'stashes', { keys: { stash: ['ctrl-s'] } });
  await desk.time.pass(10_000, () => stashed.result !== undefined);
  expect(stashed.result).toMatchObject({ outcome: 'taken' });
  expect(texts(tui)).toEqual(['stashes']);
});

test('keys of a person hold a nudge back for three seconds, and wait while one is typed', async () => {
  const tui = desk.tui('s', { debounce: 250 });
  tui.type('x');
  tui.type('\x7f');
  const began = desk.time.now();
  const answer = desk.ask('n1', 'later');
  await desk.time.pass(60_000, () => tui.pastes > 0);
  expect(desk.time.now() - began).toBeGreaterThanOrEqual(3_000);
  let isFree = false;
  void desk.nudges.free('s').then(() => {
    isFree = true;
  });
  await desk.time.pass(300);
  expect(isFree).toBe(false);
  await desk.time.pass(60_000, () => answer.result !== undefined);
  expect(answer.result).toMatchObject({ outcome: 'taken' });
  expect(isFree).toBe(true);
});

test('a text into which a person typed is left to that person', async () => {
  const tui = desk.tui();
  const answer = desk.ask('n1', 'the nudge');
  await desk.time.pass(5_000, () => tui.draft !== '');
  tui.type(' and mine');
  await desk.time.pass(60_000, () => answer.result !== undefined);
  expect(answer.result).toMatchObject({ outcome: 'draft-left', why: 'somebody typed into its input' });
  expect(tui).toMatchObject({ enters: 0, draft: 'the nudge and mine' });
  tui.type('\r');
  await desk.time.pass(5_000);
  expect(await desk.send('n1', 'the nudge')).toMatchObject({ outcome: 'unknown' });
  expect(texts(tui)).toEqual(['the nudge and mine']);
});

test('a program that stands still gets no second Enter before it moves', async () => {
  const tui = desk.tui('s', { afterSubmit: (one) => one.ask('permission', 4_000) });
  const answer = desk.ask('n1', 'slowly');
  await desk.time.pass(5_000, () => tui.draft !== '');
  await desk.time.pass(100);
  tui.stand(2_500);
  await desk.time.pass(60_000, () => answer.result !== undefined);
  expect(answer.result).toMatchObject({ outcome: 'taken' });
  expect(tui).toMatchObject({ answered: 0, enters: 1 });
});

test('one that a program drops was not sent, and one that it does not read is left there', async () => {
  const tui = desk.tui();
  const first = desk.ask('n1', 'dropped');
  await desk.time.pass(60_000, () => tui.pastes > 0);
  tui.draft = '';
  await desk.time.pass(60_000, () => first.result !== undefined);
  expect(first.result).toMatchObject({ outcome: 'not-sent' });
  expect(await desk.send('n1', 'dropped')).toMatchObject({ outcome: 'taken' });
  const second = desk.ask('n2', 'not read');
  await desk.time.pass(150);
  tui.stand(15_000);
  await desk.time.pass(14_000, () => second.result !== undefined);
  expect(second.result).toMatchObject({ outcome: 'draft-left', why: 'the program does not read' });
  await desk.time.pass(5_000);
  expect(await desk.send('n2', 'not read')).toMatchObject({ outcome: 'taken' });
  expect(texts(tui)).toEqual(['dropped', 'not read']);
});
