import { expect, test } from 'vitest';
import { noteShown } from '#processors/dialog-question';
import { needs } from '#views/needs';
import { systemClock } from '#world/clock';
import type { DialogSeen } from '#world/pty/dialog/asked';
import { type Questions, questionsEachTest, RUN, refusalOf, SEEN, SESSION } from '../support/questions.ts';
import { aLasting } from '../support/records.ts';
import { good } from '../support/shop.ts';
import { until } from '../support/until.ts';

let q: Questions;
questionsEachTest((one) => {
  q = one;
});

test('a dialog is a question with its choices; its answer is typed by the host, once, and its end is written with that of the dialog', async () => {
  const doc = await q.shows();
  expect(doc).toMatchObject({
    why: 'the dialog `permission` is open: Do you want to proceed?',
    choices: ['Yes', 'No'],
    screen: SEEN.screen,
  });
  await q.waits(doc);
  expect(refusalOf(await q.answers(doc.id, 'maybe'))).toBe('ANSWER_NOT_A_CHOICE');
  expect(refusalOf(await q.answers(doc.id, '1', { agent: 'hq-mayor' }))).toBe('ANSWER_PERSONS');
  q.host.chooses.push({ outcome: 'answered', why: 'it is gone', pressed: true });
  good(await q.answers(doc.id, '1'));
  await q.ends(doc);
  expect(q.host.chosen).toMatchObject([{ id: SESSION.id, dialog: 'abc', choice: 1, answer: `${doc.id}@1.0` }]);
  expect(await q.read(doc.id)).toMatchObject({ ended: 'answered', answer: { choice: 1 } });
  expect((await q.run()).session?.shows).toBeUndefined();
  expect(refusalOf(await q.answers(doc.id, '2'))).toBe('ANSWERED');
  expect(await q.line()).toEqual([]);
});

test('a dialog that waits for words takes any; the host types them', async () => {
  const doc = await q.shows({ ...SEEN, choices: [], chosen: undefined, waits: true } as unknown as DialogSeen);
  expect(doc.dialog).toMatchObject({ words: true });
  expect(doc.dialog?.todo).toBeUndefined();
  q.host.chooses.push({ outcome: 'answered', why: 'it is gone', pressed: true });
  good(await q.answers(doc.id, 'the blue one'));
  await q.ends(doc);
  expect(q.host.chosen).toMatchObject([{ dialog: 'abc', choice: 0, text: 'the blue one' }]);
});

test('a dialog that is not taken stays a question, and may be answered once more; another one in its place is another question', async () => {
  const doc = await q.shows();
  q.host.chooses.push({ outcome: 'stays', why: 'somebody types', pressed: false });
  good(await q.answers(doc.id, '1'));
  const open = await q.becomes(doc.id, ({ tries }) => tries === 1);
  expect(open).toMatchObject({ state: 'open', failed: 'somebody types' });
  expect(open.answer).toBeUndefined();
  const seen: DialogSeen = { ...SEEN, id: 'xyz', asks: 'Remove all?' };
  q.host.chooses.push({ outcome: 'other', why: 'it asks something else now', pressed: false, seen });
  good(await q.answers(doc.id, '1'));
  await q.becomes(doc.id, ({ ended }) => ended === 'elsewhere');
  expect(q.host.chosen.map(({ answer: id }) => id)).toEqual([`${doc.id}@1.0`, `${doc.id}@1.1`]);
  const { needs: waiting } = await until('the other one is asked', async () => {
    const all = await needs(q.at.op.books, { rigs: [] });
    return all.total > 0 && all;
  });
  expect(waiting).toMatchObject([{ kind: 'dialog', choices: ['Yes', 'No'], what: expect.stringContaining('Remove all?') }]);
});

test('a dialog that is gone, or whose session is, asks nobody any more', async () => {
  const first = await q.shows();
  await q.waits(first);
  await noteShown(RUN, q.world(), SESSION.id, undefined);
  expect(await q.becomes(first.id, ({ state }) => state === 'closed')).toMatchObject({
    ended: 'elsewhere',
    reason: 'answered in the terminal',
  });
  const again = await q.shows();
  expect([again.id, again.generation]).toEqual([first.id, 2]);
  await q.waits(again);
  const run = await q.run();
  const exit = { code: 1, signal: null, at: systemClock.now() };
  await q.at.put('run', { ...run, session: { ...SESSION, ...run.session, exit } });
  expect(await q.becomes(first.id, ({ state }) => state === 'closed')).toMatchObject({ reason: 'its session is over' });
});

test('who died at a dialog and cannot be started again stands under what waits for a person: its dialog asks nobody any more', async () => {
  const doc = await q.shows();
  const { session: shown } = await q.run();
  const session = { ...SESSION, ...shown, exit: { code: 1, signal: null, at: 5 } };
  const unfit = { at: 6, why: 'No agent is called ghost.', todo: 'gt config agent list' };
  await q.at.put('run', { ...RUN, session, unfit });
  await q.at.put('agent', aLasting('hq-mayor', { wanted: { at: 1, by: 'overseer' }, session, waits: unfit }));
  await q.becomes(doc.id, ({ state }) => state === 'closed');
  const { needs: waiting } = await needs(q.at.op.books, { rigs: [] });
  const told = { kind: 'agent', what: unfit.why, todo: unfit.todo, since: 6 };
  expect(waiting).toMatchObject([
    { ...told, blocks: ['gp-a'] },
    { ...told, id: 'mayor', blocks: ['mayor'] },
  ]);
});

test('a login that is lost is a question whose answer is a command', async () => {
  await noteShown(RUN, q.world(), SESSION.id, { is: 'login', what: 'it is not logged in: Please run /login', since: 1 });
  const { needs: waiting } = await needs(q.at.op.books, { rigs: [] });
  expect(waiting).toMatchObject([{ kind: 'login', todo: 'gt config agent login claude', blocks: ['gp-a'] }]);
  expect(refusalOf(await q.answers(waiting[0]?.id ?? '', 'ok'))).toBe('QUESTION_IS_NONE');
});

test('an agent that was asked something before it was heard has its whole time to say hello from then on', async () => {
  const { ackedAt: _, ...unheard } = SESSION;
  await q.at.put('run', { ...(await q.run()), session: unheard });
  await q.shows();
  expect((await q.run()).session?.askedUntil).toBeUndefined();
  const before = systemClock.now();
  await noteShown(RUN, q.world(), SESSION.id, undefined);
  expect((await q.run()).session?.askedUntil).toBeGreaterThanOrEqual(before);
});
