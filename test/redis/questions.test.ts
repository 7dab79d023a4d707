import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Escalation, Run as PolecatRun } from '#core/records';
import { isRefusal } from '#core/refusals';
import { systemDefaults } from '#core/settings';
import { answer } from '#ops/answer';
import { type Asking, ask } from '#ops/ask';
import { acknowledge, closeEscalation, heard } from '#ops/end-question';
import { hookCalled } from '#ops/hook-called';
import type { Turn } from '#processors/answer';
import { noteShown } from '#processors/dialog-question';
import { escalations } from '#processors/escalations';
import { answersFor } from '#views/escalations';
import { needs } from '#views/needs';
import { shippedPresets } from '#world/agents/presets';
import { systemClock } from '#world/clock';
import type { DialogSeen } from '#world/pty/dialog/asked';
import type { Host } from '#world/pty/host';
import type { World } from '#world/world';
import type { Sleepers } from '../../src/daemon/sleepers.ts';
import { freshKeys } from '../support/books.ts';
import { aRun, item } from '../support/records.ts';
import { type PrivateRedis, privateRedis } from '../support/redis.ts';
import { SaidHost } from '../support/said-host.ts';
import { good } from '../support/shop.ts';
import { type Run, type Town, town } from '../support/sleepers.ts';
import { until } from '../support/until.ts';

const WORK = item('gp-a', { status: 'in_progress', run: 'gp-a.r1', runs: 1 });
const TOKEN = 'town.gp-a.r1.s1.00112233445566778899';
const SESSION = { id: 'gp-a.r1.s1', token: TOKEN, at: 1, pid: 1, ackedAt: 2 };
const RUN: PolecatRun = aRun('gp-a.r1', { state: 'live', agent: 'claude', sessions: 1, session: SESSION });
const CALLER = { session: SESSION.id, run: RUN.id, token: TOKEN };
const HOUR = 3_600_000;

let server: PrivateRedis;
let at: Town;
let host: SaidHost;
let worker: Sleepers | undefined;
let keys = freshKeys();
beforeAll(async () => {
  server = await privateRedis();
});
afterAll(() => server.stop());
beforeEach(async () => {
  keys = freshKeys();
  host = new SaidHost();
  await serve();
  await at.put('run', RUN);
  await at.put('work', WORK);
});
afterEach(leave);

async function serve(): Promise<void> {
  const run: Run = (turn, desk) => escalations(turn as unknown as Turn<'escalation'>, worldOf(desk));
  at = await town(server.path, keys, { escalations: run });
  worker = await at.begin();
}

async function leave(): Promise<void> {
  await worker?.stop(2000);
  await at.end();
}

const preset = shippedPresets().find(({ name }) => name === 'claude')?.preset;
const worldOf = (desk: World['desk']) =>
  ({
    desk,
    host: () => host as unknown as Host,
    settings: () => systemDefaults({ freeMemoryBytes: 8e9, cores: 4 }),
    agents: { preset: () => preset },
  }) as unknown as World;

const asks = async (topic: string, more: Partial<Asking> = {}): Promise<Escalation> =>
  good(await ask(at.op, { caller: CALLER, topic, severity: 'medium', choices: [], expiresIn: HOUR, waits: false, ...more }));
const read = async (id: string) => (await at.op.books.read('escalation', id)) as Escalation;
const becomes = (id: string, fits: (doc: Escalation) => boolean) =>
  until(`${id} is as it should be`, async () => {
    const doc = await read(id);
    return fits(doc) ? doc : undefined;
  });
const job = ({ id, generation = 1 }: Escalation) => `escalations/${id}@${generation}` as const;
const answers = async (id: string, words: string) => answer(at.op, { id, words });
const refusalOf = (told: unknown) => (isRefusal(told) ? told.refused : told);
const line = async () => (await at.op.books.read('recipient', WORK.id))?.line.map(({ id }) => id) ?? [];
const textOf = async (id: string | undefined) => (await at.op.books.text(id ?? ''))['text'];

test('an answer is given once, and lies in the line of who asked, whichever session of it comes next', async () => {
  const doc = await asks('Which database?', { choices: ['Postgres', 'SQLite'], severity: 'high' });
  expect(doc).toMatchObject({
    severity: 'high',
    work: 'gp-a',
    rig: 'gp',
    asker: { address: 'gp/polecats/toast', session: SESSION.id },
  });
  await at.becomes(job(doc), 'delayed');
  const { needs: waiting } = await needs(at.op.books, { rigs: [] });
  expect(waiting).toMatchObject([{ id: doc.id, kind: 'question', blocks: ['gp-a'], todo: `gt answer ${doc.id} 1|2` }]);
  expect(refusalOf(await answers(doc.id, '3'))).toBe('ANSWER_NOT_A_CHOICE');
  expect(refusalOf(await answer(at.op, { id: doc.id, words: '1', agent: 'gp-a' }))).toBe('ANSWER_OWN');
  expect(good(await answers(doc.id, '2'))).toMatchObject({ answer: { text: 'SQLite', choice: 2 } });
  const again = await answers(doc.id, '1');
  expect(again).toMatchObject({ refused: 'ANSWERED', facts: { by: 'trial', text: 'SQLite' } });
  await at.becomes(job(doc), 'completed');
  const { told } = await read(doc.id);
  expect(await line()).toEqual([told?.delivery]);
  expect(await textOf(told?.delivery)).toBe(`The answer to your question ${doc.id} ("Which database?") from trial: 2. SQLite`);
  expect((await needs(at.op.books, { rigs: [] })).total).toBe(0);
  // Its session dies; the next one is told by its first hook, and shown it by prime until then.
  const next = { ...SESSION, id: 'gp-a.r1.s2', token: 'town.gp-a.r1.s2.00112233445566778899' };
  await at.put('run', { ...RUN, sessions: 2, session: next });
  expect((await answersFor(at.op.books, 'gp-a')).map(({ id }) => id)).toEqual([doc.id]);
  const caller = { session: next.id, run: RUN.id, token: next.token };
  const fetched = good(await hookCalled(at.op, caller, { at: 'context', input: { tool: 'Bash' }, mayPrint: true }));
  expect(fetched.deliveries.map(({ id }) => id)).toEqual([told?.delivery]);
});

test('the same words of the same agent are one question with a count; of another agent they are another', async () => {
  const [first, again] = [await asks('Which database?'), await asks('Which database?')];
  expect([again.id, again.count]).toEqual([first.id, 2]);
  const own = good(
    await ask(at.op, {
      caller: undefined,
      topic: 'Which database?',
      severity: 'low',
      choices: [],
      expiresIn: HOUR,
      waits: false,
    }),
  );
  expect(own.id).not.toBe(first.id);
  expect(own.asker).toBeUndefined();
  expect(refusalOf(await answers(own.id, 'yes'))).toBe('QUESTION_IS_NONE');
});

test('a question that nobody answers expires by itself: its asker is told once, and a late answer is refused', async () => {
  const doc = await asks('Which database?', { expiresIn: 300 });
  await at.becomes(job(doc), 'completed');
  const late = await read(doc.id);
  expect(late).toMatchObject({ state: 'closed', ended: 'expired' });
  expect(await textOf(late.told?.delivery)).toContain('Nobody answered');
  expect(refusalOf(await answers(doc.id, 'Postgres'))).toBe('QUESTION_EXPIRED');
  const { needs: waiting, expired } = await needs(at.op.books, { rigs: [], all: true });
  expect([waiting, expired.map(({ id }) => id)]).toEqual([[], [doc.id]]);
  // Asked again it is a new question, with a job of its own.
  const anew = await asks('Which database?');
  expect([anew.id, anew.generation]).toEqual([doc.id, 2]);
  expect(good(await answers(doc.id, 'Postgres')).answer?.text).toBe('Postgres');
  await at.becomes(job(anew), 'completed');
});

test('whoever waits is told by the call that asks, and by nothing else', async () => {
  const doc = await asks('Which database?', { waits: true });
  good(await answers(doc.id, 'SQLite'));
  good(await heard(at.op, doc.id));
  await at.becomes(job(doc), 'completed');
  expect(await line()).toEqual([]);
  expect((await read(doc.id)).told).not.toHaveProperty('delivery');
});

test('a session that died while it waited: the answer goes into the line, and asking the same again gets it', async () => {
  const doc = await asks('Which database?', { waits: true });
  const next = { ...SESSION, id: 'gp-a.r1.s2', token: 'town.gp-a.r1.s2.00112233445566778899' };
  await at.put('run', { ...RUN, sessions: 2, session: next });
  good(await answers(doc.id, 'SQLite'));
  const { told } = await becomes(doc.id, ({ told: at }) => at !== undefined);
  expect(await line()).toEqual([told?.delivery]);
});

test('a session whose answer nobody told yet, and that asks the same again, gets it', async () => {
  await worker?.stop(2000);
  const doc = await asks('Which database?');
  good(await answers(doc.id, 'SQLite'));
  expect(await asks('Which database?')).toMatchObject({ state: 'closed', answer: { text: 'SQLite' } });
  worker = undefined;
});

test('what was answered while no worker served is told by the next one', async () => {
  const doc = await asks('Which database?');
  await at.becomes(job(doc), 'delayed');
  await leave();
  await serve();
  await worker?.stop(2000);
  good(await answers(doc.id, 'SQLite'));
  await at.end();
  await serve();
  await becomes(doc.id, ({ told }) => told?.delivery !== undefined);
});

test('a person sees to it and closes it: the asker is told that, and nobody is told of what has nobody', async () => {
  const doc = await asks('Which database?');
  expect(good(await acknowledge(at.op, doc.id))).toMatchObject({ state: 'acked', ackedBy: 'trial' });
  good(await closeEscalation(at.op, doc.id, 'asked elsewhere'));
  const { told } = await becomes(doc.id, (now) => now.told !== undefined);
  expect(await textOf(told?.delivery)).toContain('has closed your question');
  expect(refusalOf(await answers(doc.id, 'x'))).toBe('QUESTION_CLOSED');
  const other = await asks('Which colour?');
  await at.put('work', { ...WORK, status: 'closed' });
  good(await answers(other.id, 'blue'));
  expect((await becomes(other.id, (now) => now.told !== undefined)).told).toMatchObject({ why: 'WORK_CLOSED' });
});

const SEEN: DialogSeen = {
  state: 'dialog',
  why: 'the dialog `permission` is open',
  dialog: { name: 'permission', kind: 'permission', enter: 'accepts' },
  id: 'abc',
  asks: 'Do you want to proceed?',
  choices: ['Yes', 'No'],
  chosen: 0,
  screen: 'Do you want to proceed?\n❯ 1. Yes\n  2. No',
};
/** What eyes have seen twice. */
async function shows(seen: DialogSeen = SEEN): Promise<Escalation> {
  const about = { is: 'dialog' as const, what: seen.why, kind: 'permission', enter: 'accepts', dialog: seen.id, since: 1 };
  await noteShown(RUN, worldOf(at.op), SESSION.id, about, seen);
  const run = await at.op.books.read('run', RUN.id);
  return read(run?.session?.shows?.question?.replace(/@\d+$/, '') ?? '');
}

test('a dialog is a question with its choices; its answer is typed by the host, once, and its end is written with that of the dialog', async () => {
  const doc = await shows();
  expect(doc).toMatchObject({
    why: 'the dialog `permission` is open: Do you want to proceed?',
    choices: ['Yes', 'No'],
    screen: SEEN.screen,
  });
  await at.becomes(job(doc), 'delayed');
  expect(refusalOf(await answers(doc.id, 'maybe'))).toBe('ANSWER_NOT_A_CHOICE');
  expect(refusalOf(await answer(at.op, { id: doc.id, words: '1', agent: 'hq-mayor' }))).toBe('ANSWER_PERSONS');
  host.chooses.push({ outcome: 'answered', why: 'it is gone', pressed: true });
  good(await answers(doc.id, '1'));
  await at.becomes(job(doc), 'completed');
  expect(host.chosen).toMatchObject([{ id: SESSION.id, dialog: 'abc', choice: 1, answer: `${doc.id}@1.0` }]);
  expect(await read(doc.id)).toMatchObject({ ended: 'answered', answer: { choice: 1 } });
  expect((await at.op.books.read('run', RUN.id))?.session?.shows).toBeUndefined();
  expect(refusalOf(await answers(doc.id, '2'))).toBe('ANSWERED');
  expect(await line()).toEqual([]);
});

test('a dialog that is not taken stays a question, and may be answered once more; another one in its place is another question', async () => {
  const doc = await shows();
  host.chooses.push({ outcome: 'stays', why: 'somebody types', pressed: false });
  good(await answers(doc.id, '1'));
  const open = await becomes(doc.id, ({ tries }) => tries === 1);
  expect(open).toMatchObject({ state: 'open', failed: 'somebody types' });
  expect(open.answer).toBeUndefined();
  const seen: DialogSeen = { ...SEEN, id: 'xyz', asks: 'Remove all?' };
  host.chooses.push({ outcome: 'other', why: 'it asks something else now', pressed: false, seen });
  good(await answers(doc.id, '1'));
  await becomes(doc.id, ({ ended }) => ended === 'elsewhere');
  expect(host.chosen.map(({ answer: id }) => id)).toEqual([`${doc.id}@1.0`, `${doc.id}@1.1`]);
  const { needs: waiting } = await until('the other one is asked', async () => {
    const all = await needs(at.op.books, { rigs: [] });
    return all.total > 0 && all;
  });
  expect(waiting).toMatchObject([{ kind: 'dialog', choices: ['Yes', 'No'], what: expect.stringContaining('Remove all?') }]);
});

test('a dialog that is gone, or whose session is, asks nobody any more', async () => {
  const first = await shows();
  await at.becomes(job(first), 'delayed');
  await noteShown(RUN, worldOf(at.op), SESSION.id, undefined);
  expect(await becomes(first.id, ({ state }) => state === 'closed')).toMatchObject({
    ended: 'elsewhere',
    reason: 'answered in the terminal',
  });
  const again = await shows();
  expect([again.id, again.generation]).toEqual([first.id, 2]);
  await at.becomes(job(again), 'delayed');
  const run = (await at.op.books.read('run', RUN.id)) as PolecatRun;
  const exit = { code: 1, signal: null, at: systemClock.now() };
  await at.put('run', { ...run, session: { ...SESSION, ...run.session, exit } });
  expect(await becomes(first.id, ({ state }) => state === 'closed')).toMatchObject({ reason: 'its session is over' });
});

test('a login that is lost is a question whose answer is a command', async () => {
  await noteShown(RUN, worldOf(at.op), SESSION.id, { is: 'login', what: 'it is not logged in: Please run /login', since: 1 });
  const { needs: waiting } = await needs(at.op.books, { rigs: [] });
  expect(waiting).toMatchObject([{ kind: 'login', todo: 'gt config agent login claude', blocks: ['gp-a'] }]);
  expect(refusalOf(await answers(waiting[0]?.id ?? '', 'ok'))).toBe('QUESTION_IS_NONE');
});

test('the screen beside a question is kept without more than one look', async () => {
  host.reads = SEEN;
  host.features.add('dialog');
  const doc = await asks('Which database?');
  expect((await becomes(doc.id, ({ screen }) => screen !== undefined)).screen).toContain('❯ 1. Yes');
  await at.becomes(job(doc), 'delayed');
  expect(host.readings).toBe(1);
});
