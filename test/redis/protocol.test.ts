import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { escalate } from '#ops/escalate';
import { mergedMail, returnedMail } from '#ops/merge-mail';
import { alsoTold } from '#ops/protocol-mail';
import { sling } from '#ops/sling';
import { planSwarms } from '#ops/swarm';
import { tellMayor } from '#ops/tell-mayor';
import type { Turn } from '#processors/answer';
import { swarms } from '#processors/swarms';
import { inbox } from '#views/mail';
import { isUnseen } from '#world/store/take';
import type { World } from '#world/world';
import type { Sleepers } from '../../src/daemon/sleepers.ts';
import { freshKeys } from '../support/books.ts';
import { aLasting, aRun, item, request } from '../support/records.ts';
import { type PrivateRedis, privateRedis } from '../support/redis.ts';
import { type Run, type Town, town } from '../support/sleepers.ts';
import { until } from '../support/until.ts';

let redis: PrivateRedis;
let at: Town;
let worker: Sleepers;
beforeAll(async () => {
  redis = await privateRedis();
});
afterAll(() => redis.stop());
const run: Run = (turn, desk) => swarms(turn as unknown as Turn<'swarm'>, { desk } as unknown as World);
beforeEach(async () => {
  at = await town(redis.path, freshKeys(), { swarms: run });
  worker = await at.begin();
});
afterEach(async () => {
  await worker.stop(2000);
  await at.end();
});

const wanted = { at: 2, by: 'overseer' };
const witness = { role: 'witness', rig: 'shop', name: 'witness' } as const;

const letters = async (box: string) =>
  (await inbox(at.op.books, box, { which: 'all', count: 50 })).letters
    .toReversed()
    .map(({ type, subject, state, why }) => ({ type, subject, state, why }));
const types = async (box: string) => (await letters(box)).map(({ type }) => type);

/** Its end, as the one who proves it writes it. */
const end = (id: string, closed: object) =>
  at.op.change(async (reading) => {
    const work = await reading.get('work', id);
    if (!work) throw new Error(`no ${id}`);
    return {
      put: [{ noun: 'work', doc: { ...work, status: 'closed', closed: { at: 9, reason: 'landed', ...closed } } }],
      settle: [id],
      answer: undefined,
    };
  });

const complete = (id: string) =>
  until(`${id} is complete`, async () => {
    const doc = await at.op.books.read('swarm', id);
    return doc?.state === 'complete' ? doc : undefined;
  });

describe('a batch', () => {
  test('is told to the witness of each rig when it is slung, and to mayor and overseer when the last item of a rig is closed', async () => {
    for (const [id, rig] of [
      ['sh-a', 'shop'],
      ['sh-b', 'shop'],
      ['at-c', 'attic'],
    ] as const)
      await at.put('work', item(id, { rig }));
    await at.put('work', item('sh-x', { rig: 'shop', status: 'closed', closed: { at: 1, reason: 'landed' } }));
    await sling(at.op, { ids: ['sh-a', 'sh-b', 'at-c', 'sh-x'] });
    const open = await at.op.books.readMany('swarm', await at.op.books.index('swarms.open'));
    expect(open).toMatchObject([
      { rig: 'shop', items: ['sh-a', 'sh-b'], total: 3, state: 'begun' },
      { rig: 'attic', items: ['at-c'], total: 3 },
    ]);
    const [here, there] = open.map(({ id }) => id);
    expect(await letters('shop/witness')).toMatchObject([
      { type: 'SWARM_START', subject: `${here}: 2 items of 3 in shop`, state: 'archived', why: 'consumed' },
    ]);
    expect(await types('attic/witness')).toEqual(['SWARM_START']);
    await end('sh-a', { commit: 'c'.repeat(40) });
    expect(await types('overseer')).toEqual([]);
    await end('sh-b', { reason: 'wontfix' });
    expect((await complete(here ?? '')).ended).toMatchObject({ landed: 1, failed: 0, skipped: 1 });
    expect(await letters('overseer')).toMatchObject([
      { type: 'SWARM_COMPLETE', subject: `${here} in shop: 1 landed, 0 failed, 1 skipped`, state: 'unread' },
    ]);
    await end('at-c', { commit: 'c'.repeat(40) });
    await complete(there ?? '');
    expect([await types('mayor'), await types('overseer')]).toEqual([
      Array(2).fill('SWARM_COMPLETE'),
      Array(2).fill('SWARM_COMPLETE'),
    ]);
    expect(at.faults).toEqual([]);
  });

  test('whose slinger died is begun by its job with what is on the hook', async () => {
    const hooked = { rig: 'shop', status: 'hooked', slungAt: at.op.clock.now() } as const;
    for (const id of ['sh-a', 'sh-b', 'sh-c']) await at.put('work', item(id, id === 'sh-b' ? { rig: 'shop' } : hooked));
    const past = { ...at.op, clock: { now: () => Date.parse('2020-01-01') } };
    const [swarm] = await planSwarms(past, ['sh-a', 'sh-b', 'sh-c']);
    const begun = await until('it has begun', async () => {
      const doc = await at.op.books.read('swarm', swarm?.id ?? '');
      return doc?.state === 'begun' ? doc : undefined;
    });
    expect(begun.items).toEqual(['sh-a', 'sh-c']);
    expect(await types('shop/witness')).toEqual(['SWARM_START']);
  });

  test('ends also when its items were closed before it knew that it waits for them', async () => {
    for (const id of ['sh-a', 'sh-b']) await at.put('work', item(id, { rig: 'shop' }));
    await sling(at.op, { ids: ['sh-a', 'sh-b'] });
    const [id = ''] = await at.op.books.index('swarms.open');
    for (const one of ['sh-a', 'sh-b'])
      await at.put(
        'work',
        item(one, { rig: 'shop', status: 'closed', closed: { at: 9, reason: 'landed', commit: 'c'.repeat(40) } }),
      );
    // A wake alone is not heard by a job that is just at work: what it was woken for before is over.
    const job = `swarms/${id}@1` as const;
    const rests = async () => !(await isUnseen(at.op.link, at.op.books, job)) && (await at.state(job)) === 'delayed';
    await until('its job rests', rests);
    await at.op.wake([job]);
    expect((await complete(id)).ended).toMatchObject({ landed: 2 });
  });

  test('of one item is none', async () => {
    await at.put('work', item('sh-a', { rig: 'shop' }));
    await sling(at.op, { ids: ['sh-a', 'sh-none'] });
    expect([await at.op.books.count('swarms.open'), await types('shop/witness')]).toEqual([0, []]);
  });
});

describe('what becomes of a merge request', () => {
  const merge = request('sh-a.m1', { rig: 'shop' });
  const told = (mail: ReturnType<typeof mergedMail>) =>
    at.op.change(async (reading) => alsoTold(at.op, reading, { put: [], answer: undefined }, [mail]));

  test('is told once, consumed by roles that are code, and not told again to the worker', async () => {
    await at.put('work', item('sh-a', { rig: 'shop', status: 'in_progress' }));
    await at.put('run', aRun('sh-a.r1', { rig: 'shop' }));
    const checks = { kind: 'checks', evidence: 'x' } as const;
    for (let i = 0; i < 3; i++) await told(returnedMail(merge, checks));
    await told(returnedMail(request('sh-a.m2', { rig: 'shop' }), { kind: 'conflict', evidence: 'x' }));
    await told(mergedMail(request('sh-a.m3', { rig: 'shop' }), 'c'.repeat(40)));
    const all = ['MERGE_FAILED', 'REWORK_REQUEST', 'MERGED'];
    expect(await types('shop/witness')).toEqual(all);
    expect(await letters('sh-a')).toMatchObject([{ type: 'MERGE_FAILED', state: 'archived', why: 'consumed' }]);
    expect(await at.op.books.count('letters.waiting:sh-a')).toBe(0);
    const [message] = await at.op.books.readMany('message', ['ml-merge-failed-sh-a.m1']);
    expect(message?.facts).toEqual({
      type: 'MERGE_FAILED',
      merge: 'sh-a.m1',
      work: 'sh-a',
      rig: 'shop',
      why: 'the checks failed',
      head: merge.head,
    });
  });

  test('is told to the agent that sits in the role, where one is wanted', async () => {
    await at.put('run', aRun('sh-a.r1', { rig: 'shop' }));
    await at.put('agent', aLasting('sh-witness', witness));
    await told(mergedMail(merge, 'c'.repeat(40)));
    await at.put('agent', aLasting('sh-witness', { ...witness, wanted }));
    await told(mergedMail(request('sh-a.m2', { rig: 'shop' }), 'c'.repeat(40)));
    expect(await letters('shop/witness')).toMatchObject([{ state: 'archived' }, { state: 'unread' }]);
    expect(await at.op.books.count('letters.waiting:sh-witness')).toBe(1);
  });
});

test('who cannot be brought back is told to the mayor once for each time; without a mayor nobody needs to read it', async () => {
  const cannot = async (session: string) => {
    const asked = await escalate(at.op, { subject: 'sh-a', cause: 'cycle', why: 'no start', severity: 'high', rig: 'shop' });
    await tellMayor(at.op, asked, { address: 'shop/polecats/toast', rig: 'shop', session });
  };
  await cannot('sh-a.r1.s2');
  await at.put('agent', aLasting('hq-mayor', { wanted }));
  for (const session of ['sh-a.r1.s2', 'sh-a.r1.s5', 'sh-a.r1.s5']) await cannot(session);
  expect(await letters('mayor')).toMatchObject([
    { type: 'HELP', state: 'archived' },
    { type: 'HELP', state: 'unread', subject: 'no start (hq-esc-sh-a-cycle)' },
  ]);
  expect(await at.op.books.count('letters.waiting:hq-mayor')).toBe(1);
});
