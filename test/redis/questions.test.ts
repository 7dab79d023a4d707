import { expect, test } from 'vitest';
import { escalateShow } from '#cli/cmd/escalate-show';
import { palette } from '#cli/colour';
import { NUDGE_LINE, PAGE, QUESTIONS_KEPT_MS } from '#core/limits';
import type { Escalation, Work } from '#core/records';
import { acknowledge, closeEscalation, heard, tell } from '#ops/end-question';
import { escalate } from '#ops/escalate';
import { hookCalled } from '#ops/hook-called';
import { noteFacts } from '#ops/note-facts';
import { dropQuestions } from '#processors/old-questions';
import { answersFor, escalationShow } from '#views/escalations';
import { inbox } from '#views/mail';
import { needs } from '#views/needs';
import { NEXT, type Questions, questionsEachTest, RUN, refusalOf, SEEN, SESSION, WORK } from '../support/questions.ts';
import { good } from '../support/shop.ts';

let q: Questions;
questionsEachTest((one) => {
  q = one;
});

test('an answer is given once, and lies in the line of who asked, whichever session of it comes next', async () => {
  const doc = await q.asks('Which database?', { choices: ['Postgres', 'SQLite'], severity: 'high' });
  expect(doc).toMatchObject({
    severity: 'high',
    work: 'gp-a',
    rig: 'gp',
    asker: { address: 'gp/polecats/toast', session: SESSION.id },
  });
  await q.waits(doc);
  const { needs: waiting } = await needs(q.at.op.books, { rigs: [] });
  expect(waiting).toMatchObject([{ id: doc.id, kind: 'question', blocks: ['gp-a'], todo: `gt answer ${doc.id} 1|2` }]);
  expect(refusalOf(await q.answers(doc.id, '3'))).toBe('ANSWER_NOT_A_CHOICE');
  expect(refusalOf(await q.answers(doc.id, '1', { agent: 'gp-a' }))).toBe('ANSWER_OWN');
  expect(good(await q.answers(doc.id, '2'))).toMatchObject({ answer: { text: 'SQLite', choice: 2 } });
  const again = await q.answers(doc.id, '1');
  expect(again).toMatchObject({ refused: 'ANSWERED', facts: { by: 'trial', text: 'SQLite' } });
  await q.ends(doc);
  const { told } = await q.read(doc.id);
  expect(await q.line()).toEqual([told?.delivery]);
  expect(await q.textOf(told?.delivery)).toBe(`The answer to your question ${doc.id} ("Which database?") from trial: 2. SQLite`);
  expect((await needs(q.at.op.books, { rigs: [] })).total).toBe(0);
  // Its session dies; the next one is told by its first hook, and shown it by prime until then.
  await q.at.put('run', { ...RUN, sessions: 2, session: NEXT });
  expect((await answersFor(q.at.op.books, 'gp-a')).map(({ id }) => id)).toEqual([doc.id]);
  const caller = { session: NEXT.id, run: RUN.id, token: NEXT.token };
  const fetched = good(await hookCalled(q.at.op, caller, { at: 'context', input: { tool: 'Bash' }, mayPrint: true }));
  expect(fetched.deliveries.map(({ id }) => id)).toEqual([told?.delivery]);
});

test('what a person asks with choices is answered once, and nobody is told; without choices it waits to be closed', async () => {
  const doc = await q.asks('Shall we release?', { caller: undefined, choices: ['yes', 'no'] });
  const { needs: waiting } = await needs(q.at.op.books, { rigs: [] });
  expect(waiting).toMatchObject([{ id: doc.id, kind: 'escalation', blocks: [], todo: `gt answer ${doc.id} 1|2` }]);
  expect(good(await q.answers(doc.id, 'no', { agent: 'gp-a' }))).toMatchObject({
    ended: 'answered',
    answer: { text: 'no', choice: 2 },
  });
  expect(refusalOf(await q.answers(doc.id, '1'))).toBe('ANSWERED');
  expect(await q.line()).toEqual([]);
  expect((await needs(q.at.op.books, { rigs: [] })).total).toBe(0);
});

test('the same words of the same agent are one question with a count; of another agent they are another', async () => {
  const [first, again] = [await q.asks('Which database?'), await q.asks('Which database?')];
  expect([again.id, again.count]).toEqual([first.id, 2]);
  const own = await q.asks('Which database?', { caller: undefined, severity: 'low' });
  expect(own.id).not.toBe(first.id);
  expect(own.asker).toBeUndefined();
  expect(refusalOf(await q.answers(own.id, 'yes'))).toBe('QUESTION_IS_NONE');
  const said = async (id: string) => {
    const shown = await escalationShow(q.at.op.books, id);
    return shown && escalateShow.text?.(shown, { paint: palette(false), now: shown.openedAt + 1000, quiet: false, width: 80 });
  };
  expect(await said(own.id)).toContain('asked 1 s ago by trial\n');
  expect(await said(first.id)).toContain(`2 times by gp/polecats/toast about ${WORK.id}`);
});

test('the witness of a rig is told once who waits there for a person; where it is code nobody needs to read that', async () => {
  const doc = await q.asks('Which database?', { severity: 'high' });
  await q.asks('Which database?', { severity: 'high' });
  const mail = await q.at.op.books.read('message', `ml-help-${doc.id}`);
  expect(mail).toMatchObject({
    type: 'HELP',
    from: 'gp/polecats/toast',
    to: ['gp/witness'],
    facts: { question: doc.id, rig: 'gp', severity: 'high', why: 'Which database?' },
  });
  const { letters } = await inbox(q.at.op.books, 'gp/witness', { which: 'all', count: 10 });
  expect(letters).toMatchObject([{ type: 'HELP', state: 'archived' }]);
  await q.asks('And who decides that?', { caller: undefined });
  expect((await inbox(q.at.op.books, 'gp/witness', { which: 'all', count: 10 })).letters).toHaveLength(1);
});

test('a question that nobody answers expires by itself: its asker is told once, and a late answer is refused', async () => {
  const doc = await q.asks('Which database?', { expiresIn: 300 });
  await q.ends(doc);
  const late = await q.read(doc.id);
  expect(late).toMatchObject({ state: 'closed', ended: 'expired' });
  expect(await q.textOf(late.told?.delivery)).toContain('Nobody answered');
  expect(refusalOf(await q.answers(doc.id, 'Postgres'))).toBe('QUESTION_EXPIRED');
  const { needs: waiting, expired } = await needs(q.at.op.books, { rigs: [], all: true });
  expect([waiting, expired.map(({ id }) => id)]).toEqual([[], [doc.id]]);
  // Asked again it is a new question, with a job of its own.
  const anew = await q.asks('Which database?');
  expect([anew.id, anew.generation]).toEqual([doc.id, 2]);
  expect(good(await q.answers(doc.id, 'Postgres')).answer?.text).toBe('Postgres');
  await q.ends(anew);
});

test('whoever waits is told by the call that asks, and by nothing else', async () => {
  const doc = await q.asks('Which database?', { waits: true });
  good(await q.answers(doc.id, 'SQLite'));
  good(await heard(q.at.op, doc.id));
  await q.ends(doc);
  expect(await q.line()).toEqual([]);
  expect((await q.read(doc.id)).told).not.toHaveProperty('delivery');
});

test('a session that died while it waited: the answer goes into the line, and asking the same again gets it', async () => {
  const doc = await q.asks('Which database?', { waits: true });
  await q.at.put('run', { ...RUN, sessions: 2, session: NEXT });
  good(await q.answers(doc.id, 'SQLite'));
  const { told } = await q.becomes(doc.id, ({ told: at }) => at !== undefined);
  expect(await q.line()).toEqual([told?.delivery]);
});

test('a session whose answer nobody told yet, and that asks the same again, gets it', async () => {
  await q.stop();
  const doc = await q.asks('Which database?');
  good(await q.answers(doc.id, 'SQLite'));
  expect(await q.asks('Which database?')).toMatchObject({ state: 'closed', answer: { text: 'SQLite' } });
});

test('an answer to an agent whose line is full waits until there is room', async () => {
  const doc = await q.asks('Which database?');
  await q.waits(doc);
  const line = Array.from({ length: NUDGE_LINE }, (_, n) => ({ id: `dl-${n}` }));
  await q.at.put('recipient', { id: WORK.id, line, doubtful: [] });
  good(await q.answers(doc.id, 'SQLite'));
  expect(await tell(q.at.op, doc.id)).toBe('later');
  expect((await q.read(doc.id)).told).toBeUndefined();
  await q.at.put('recipient', { id: WORK.id, line: [], doubtful: [] });
  expect(await tell(q.at.op, doc.id)).toBeUndefined();
  expect(await q.line()).toEqual([(await q.read(doc.id)).told?.delivery]);
});

test('what was answered while no worker served is told by the next one', async () => {
  const doc = await q.asks('Which database?');
  await q.waits(doc);
  await q.leave();
  await q.serve();
  await q.stop();
  good(await q.answers(doc.id, 'SQLite'));
  await q.at.end();
  await q.serve();
  await q.becomes(doc.id, ({ told }) => told?.delivery !== undefined);
});

test('a person sees to it and closes it: the asker is told that, and nobody is told of what has nobody', async () => {
  const doc = await q.asks('Which database?');
  expect(good(await acknowledge(q.at.op, doc.id))).toMatchObject({ state: 'acked', ackedBy: 'trial' });
  good(await closeEscalation(q.at.op, doc.id, 'asked elsewhere'));
  const { told } = await q.becomes(doc.id, (now) => now.told !== undefined);
  expect(await q.textOf(told?.delivery)).toContain('has closed your question');
  expect(refusalOf(await q.answers(doc.id, 'x'))).toBe('QUESTION_CLOSED');
  const other = await q.asks('Which colour?');
  await q.at.put('work', { ...WORK, status: 'closed' });
  good(await q.answers(other.id, 'blue'));
  expect((await q.becomes(other.id, (now) => now.told !== undefined)).told).toMatchObject({ why: 'WORK_CLOSED' });
});

test('a question ends with the work that it is about: nobody is asked, and nobody told', async () => {
  const doc = await q.asks('Which database?');
  await q.waits(doc);
  const work = (await q.at.op.books.read('work', WORK.id)) as Work;
  const { run: _, ...rest } = work;
  await q.at.put('work', { ...rest, status: 'closed', closed: { at: 1, reason: 'landed' } });
  await q.ends(doc);
  expect(await q.read(doc.id)).toMatchObject({ ended: 'elsewhere', reason: 'its work is closed' });
  expect([(await needs(q.at.op.books, { rigs: [] })).total, await q.line()]).toEqual([0, []]);
});

test('also where its run still clears away behind it', async () => {
  const doc = await q.asks('Which database?');
  await q.waits(doc);
  const work = (await q.at.op.books.read('work', WORK.id)) as Work;
  expect(work.run).toBe(RUN.id);
  await q.at.put('work', { ...work, status: 'closed', closed: { at: 1, reason: 'landed' } });
  await q.ends(doc);
  expect(await q.read(doc.id)).toMatchObject({ ended: 'elsewhere', reason: 'its work is closed' });
});

test('the screen beside a question is kept without more than one look', async () => {
  q.host.reads = SEEN;
  q.host.features.add('dialog');
  const doc = await q.asks('Which database?');
  expect((await q.becomes(doc.id, ({ screen }) => screen !== undefined)).screen).toContain('❯ 1. Yes');
  await q.waits(doc);
  expect(q.host.readings).toBe(1);
});

test('what has ended is dropped with its details after a month, in pages; what is open, or owed to its asker, stays', async () => {
  await q.stop();
  const { op } = q.at;
  const { books } = op;
  const at = op.clock.now();
  const doc = (id: string, more: Partial<Escalation>): Escalation => ({
    ...{ id, cause: 'c', subject: 'gp-a', severity: 'low', why: id, count: 1, state: 'closed', openedAt: 1, lastAt: at },
    ...more,
  });
  const asker = { address: 'gp/toast', line: 'gp-a' };
  const docs = [
    ...Array.from({ length: PAGE }, (_, i) => doc(`hq-esc-${i}`, { openedAt: at, lastAt: at - QUESTIONS_KEPT_MS - 1 })),
    doc('hq-esc-fresh', { closedAt: at - QUESTIONS_KEPT_MS + 60_000 }),
    doc('hq-esc-open', { state: 'open', lastAt: 1 }),
    doc('qn-owed', { asker, ended: 'answered', closedAt: 2, answer: { text: 'yes', by: 'p', at: 2 } }),
  ];
  await op.change(async (reading) => {
    await Promise.all(docs.map(({ id }) => reading.get('escalation', id)));
    const text = [{ id: 'hq-esc-0', fields: { details: 'long' } }];
    return { put: docs.map((one) => ({ noun: 'escalation', doc: one })), text, answer: undefined };
  });
  await dropQuestions(op);
  expect(await books.index('escalations.closed')).toHaveLength(3);
  await dropQuestions(op);
  expect(await books.index('escalations.closed')).toEqual(['qn-owed', 'hq-esc-fresh']);
  expect(await books.read('escalation', 'hq-esc-0')).toBeUndefined();
  expect(await books.text('hq-esc-0')).toEqual({});
  expect(await books.read('escalation', 'hq-esc-open')).toMatchObject({ state: 'open' });
});

test('a note of what waits for a person names what is about its item, or was asked by its agent, however much the town asks', async () => {
  const own = await q.asks('Which database?');
  await q.asks('About the rig', { caller: undefined });
  const { op } = q.at;
  for (const subject of ['gp-a', 'gp-b']) good(await escalate(op, { subject, cause: 'c', why: `about ${subject}` }));
  const { waits } = await noteFacts(op, { facts: async () => Promise.reject(new Error('no git')) } as never, RUN);
  expect(waits).toEqual([`${own.id}: Which database?`, 'hq-esc-gp-a-c: about gp-a']);
});
