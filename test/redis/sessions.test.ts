import { expect, test } from 'vitest';
import type { Run } from '#core/records';
import { SESSIONS_OPEN, type SessionEntry, sessionPut } from '#core/session-log';
import { endSession } from '#ops/end-session';
import { liveSessions, sessionList, sessionShow, sessionsNear } from '#views/sessions';
import { tidySessions } from '../../processors/old-sessions.ts';
import { deskOfFile, type TestDesk } from '../support/desk.ts';
import { aRun, item } from '../support/records.ts';
import { TOKEN } from '../support/shop.ts';

const DAY = 24 * 60 * 60 * 1000;

let desk: TestDesk;
deskOfFile((one) => {
  desk = one;
});

const ended = (work: string, n: number, at: number, more: Partial<SessionEntry> = {}): SessionEntry => ({
  ...{
    id: `${work}.r1.s${n}`,
    holder: `${work}.r1`,
    line: work,
    work,
    rig: 'gp',
    name: 'toast',
    role: 'polecat',
    agent: 'claude',
  },
  ...{ address: 'gp/polecats/toast', dir: '/w', at, how: 'ended', exit: { code: 0, signal: null, at: at + 10 } },
  ...more,
});

const put = (...docs: readonly SessionEntry[]) =>
  desk.change(async (reading) => {
    for (const { id } of docs) await reading.get('session', id);
    return { put: docs.map((doc) => ({ noun: 'session' as const, doc })), answer: undefined };
  });

/** Writes a run with a session that goes on. */
async function begun(work: string): Promise<Run> {
  const run = aRun(`${work}.r1`, {
    state: 'live',
    session: { id: `${work}.r1.s1`, token: TOKEN, at: desk.clock.now(), beacon: 'B' },
  });
  await desk.change(async (reading) => {
    await reading.get('run', run.id);
    return {
      put: [{ noun: 'run', doc: run }, ...sessionPut(undefined, run, await reading.get('session', `${run.id}.s1`))],
      answer: undefined,
    };
  });
  return run;
}

test('sessions are listed newest first, of an item, a rig or an agent, however many there are', async () => {
  const now = desk.clock.now();
  for (let n = 0; n < 450; n += 50)
    await put(...Array.from({ length: 50 }, (_, one) => ended('gp-many', n + one + 1, now - DAY + n + one)));
  await put(ended('sh-one', 1, now - 5000, { rig: 'shop', address: 'shop/polecats/nux', name: 'nux', agent: 'codex' }));
  const { books } = desk;
  const all = await sessionList(books, { most: Number.POSITIVE_INFINITY });
  expect(all).toHaveLength(451);
  expect(all.map(({ beganAt }) => beganAt)).toEqual(all.map(({ beganAt }) => beganAt).toSorted((left, right) => right - left));
  const ids = async (wish: object) => (await sessionList(books, { most: 3, ...wish })).map(({ id }) => id);
  expect(await ids({ item: 'gp-many.r1' })).toEqual(['gp-many.r1.s450', 'gp-many.r1.s449', 'gp-many.r1.s448']);
  for (const agent of ['shop/nux', 'shop/polecats/nux', 'nux', 'codex', 'sh-one.r1'])
    expect(await ids({ agent })).toEqual(['sh-one.r1.s1']);
  await put(ended('sh-crew-ann', 1, now - 6000, { rig: 'shop', address: 'shop/crew/ann', name: 'ann', role: 'crew' }));
  for (const agent of ['shop/ann', 'shop/crew/ann', 'ann', 'crew']) expect(await ids({ agent })).toHaveLength(1);
  expect(await ids({ rig: 'shop', since: now - 1000 })).toEqual([]);
  expect(await sessionsNear(books, 'sh-one.r1.s2')).toContain('sh-one.r1.s1');
});

test('one that goes on is told with what its holder knows by now; one that nobody holds any more is ended by the deacon', async () => {
  const run = await begun('gp-live');
  expect(await sessionShow(desk.books, `${run.id}.s1`)).toMatchObject({ live: true, beacon: 'B', endedAt: null });
  expect((await liveSessions(desk.books)).map(({ holder }) => holder)).toEqual([run.id]);
  await tidySessions(desk);
  expect(await desk.books.index(SESSIONS_OPEN)).toEqual([`${run.id}.s1`]);
  await desk.change(async (reading) => {
    const doc = await reading.get('run', run.id);
    return { put: doc ? [{ noun: 'run', doc: { ...doc, state: 'ended', session: undefined } }] : [], answer: undefined };
  });
  await tidySessions(desk);
  expect(await sessionShow(desk.books, `${run.id}.s1`)).toMatchObject({ live: false, how: 'nobody knows how', code: null });
});

test('an entry goes when its recording has gone', async () => {
  await put(ended('gp-old', 1, desk.clock.now() - 8 * DAY), ended('gp-new', 1, desk.clock.now() - 6 * DAY));
  await tidySessions(desk);
  expect(await sessionShow(desk.books, 'gp-old.r1.s1')).toBeUndefined();
  expect(await sessionShow(desk.books, 'gp-new.r1.s1')).toBeDefined();
});

test('who is restarted makes room for a fresh session; who is stopped keeps its work and gets none before somebody wakes it; one that is over can be neither', async () => {
  const run = await begun('gp-end');
  await desk.change(async (reading) => {
    await reading.get('work', 'gp-end');
    return { put: [{ noun: 'work', doc: item('gp-end', { status: 'in_progress', run: run.id }) }], answer: undefined };
  });
  expect(await endSession(desk, run.id, 'restart')).toMatchObject({ agent: 'gp/polecats/toast', session: `${run.id}.s1` });
  expect((await desk.books.read('run', run.id))?.cycle).toMatchObject({ session: `${run.id}.s1`, why: 'restarted by overseer' });
  await endSession(desk, run.id, 'stop');
  expect((await desk.books.read('run', run.id))?.killed).toMatchObject({ by: 'overseer' });
  expect(await desk.books.read('work', 'gp-end')).toMatchObject({ run: run.id, parked: { as: 'killed', by: 'overseer' } });
  await desk.change(async (reading) => {
    const doc = await reading.get('run', run.id);
    const session = doc?.session && { ...doc.session, exit: { code: null, signal: 15, at: 9 } };
    return { put: doc && session ? [{ noun: 'run', doc: { ...doc, session } }] : [], answer: undefined };
  });
  expect(await endSession(desk, run.id, 'restart')).toMatchObject({
    refused: 'AGENT_AWAY',
    facts: { start: 'gt wake gp/polecats/toast' },
  });
  await desk.change(async (reading) => {
    const doc = await reading.get('run', run.id);
    return { put: doc ? [{ noun: 'run', doc: { ...doc, state: 'ended' } }] : [], answer: undefined };
  });
  for (const asked of ['restart', 'stop'] as const)
    expect(await endSession(desk, run.id, asked)).toMatchObject({ refused: 'SESSION_OVER' });
  expect(await endSession(desk, 'gp-no.r1', 'stop')).toMatchObject({ refused: 'AGENT_UNKNOWN' });
});
