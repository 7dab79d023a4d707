import { describe, expect, test } from 'vitest';
import { FAULT_PARK_MS, FAULTS_UNTIL_ESCALATION } from '#core/limits';
import type { Work } from '#core/records';
import { type Answer, awaitChildren, done } from '#processors/answer';
import type { Sleepers } from '../../src/daemon/sleepers.ts';
import { freshKeys } from '../support/books.ts';
import { redisOfFile } from '../support/fresh.ts';
import { aVerdict, item } from '../support/records.ts';
import { door, endsEachTest, jobFor, type Run, type Town, town, type Wish } from '../support/sleepers.ts';
import { until } from '../support/until.ts';

const server = redisOfFile();
let at: Town;
let worker: Sleepers | undefined;
endsEachTest(() => ({ at, worker }));

const WORK = item('gp-a');
const JOB = jobFor('work', WORK);
/** Pauses that no test waits for: what is parked stays there until it is woken. */
const SLOW = { backoffMs: 5000 };
async function live(work: Run, wish: Wish = {}): Promise<void> {
  at = await town(server.path, freshKeys(), { work }, wish);
  await at.put('work', WORK);
}
const faultsOf = async () => (await at.jobOf(JOB))?.data.faults;

test('a fault parks the job, and a later try ends it: it never fails', async () => {
  const gate = door();
  await live(async () => {
    if (at.ran.length === 1) throw new Error('boom');
    await gate.pass();
    return done('ended');
  });
  worker = await at.begin();
  await gate.arrived;
  expect(await faultsOf()).toBe(1);
  expect((await at.jobOf(JOB))?.progress).toContain('boom');
  expect((await at.op.jobs.get('work').getJobLogs(JOB.slice(5))).logs.join()).toContain('fault 1: Error: boom');
  gate.open();
  await at.becomes(JOB, 'completed');
  expect(await faultsOf()).toBe(0);
  expect(at.faults).toEqual(['activation failed: Error: boom']);
});

/** Faults that no processor throws, and how each is mended. */
const FAULTS: Array<[what: string, wrong: () => Promise<unknown>, mend: () => Promise<unknown>, answer: () => Answer]> = [
  [
    'of the books',
    () => at.redis.hset(at.op.books.keys.record('work', 'gp-a'), 'doc', '{"id":7}'),
    () => at.redis.hset(at.op.books.keys.record('work', 'gp-a'), 'doc', JSON.stringify(WORK)),
    () => done('ended'),
  ],
  [
    'of adding children',
    async () => undefined,
    async () => undefined,
    () => (at.ran.length === 1 ? awaitChildren([{ noun: 'verdict', doc: aVerdict() }], 'never') : done('ended')),
  ],
  [
    'of no answer at all',
    async () => undefined,
    async () => undefined,
    () => (at.ran.length === 1 ? ({} as Answer) : done('ended')),
  ],
  [
    'of nothing instead of an answer',
    async () => undefined,
    async () => undefined,
    () => (at.ran.length === 1 ? (undefined as unknown as Answer) : done('ended')),
  ],
];
test.each(FAULTS)('a fault %s is a fault like any other', async (_what, wrong, mend, answer) => {
  await live(async () => answer(), SLOW);
  await wrong();
  worker = await at.begin();
  await at.becomes(JOB, 'delayed');
  expect(await faultsOf()).toBe(1);
  await mend();
  await at.op.wake([JOB]);
  await at.becomes(JOB, 'completed');
  expect(await at.counts('work')).toEqual({ completed: 1 });
});

test('a Redis that takes no writes holds the job until it does: it neither fails nor runs beside itself', async () => {
  let broken = true;
  await live(async () => {
    if (!broken) return done('ended');
    broken = false;
    await at.redis.config('SET', 'maxmemory', '1');
    throw new Error('boom');
  });
  worker = await at.begin();
  await until('parking was tried', () => at.faults.some((said) => said.startsWith('park: ')));
  expect(await at.state(JOB)).toBe('active');
  await at.redis.config('SET', 'maxmemory', '0');
  await at.becomes(JOB, 'completed');
  expect(at.ran).toEqual([JOB, JOB]);
});

describe('faults in a row', () => {
  test('that a person was asked about are settled by the first try that goes well', async () => {
    await live(async () => {
      if (at.ran.length <= FAULTS_UNTIL_ESCALATION) throw new Error('boom');
      return done('ended');
    }, SLOW);
    worker = await at.begin();
    await failing(FAULTS_UNTIL_ESCALATION);
    expect(at.escalated).toEqual([`${JOB} fault: Error: boom`]);
    await at.op.wake([JOB]);
    await at.becomes(JOB, 'completed');
    expect(at.escalated.slice(1)).toEqual([`${JOB} settled`]);
  });

  /** Wakes the job after each park until it has failed to run `times`. */
  async function failing(times: number): Promise<void> {
    for (let n = 1; n <= times; n++) {
      await until(`fault ${n} is parked`, async () => (await faultsOf()) === n && (await at.state(JOB)) === 'delayed');
      if (n < times) await at.op.wake([JOB]);
    }
  }
  const delay = async () => (await at.jobOf(JOB))?.delay ?? 0;

  test('park it ever longer, from the Nth on with a question to a person and a long park; it never fails', async () => {
    await live(async () => {
      throw new Error('boom');
    }, SLOW);
    worker = await at.begin();
    await failing(1);
    const first = await delay();
    await at.op.wake([JOB]);
    await until('fault 2 is parked', async () => (await faultsOf()) === 2 && (await at.state(JOB)) === 'delayed');
    expect(await delay()).toBeGreaterThan(1.5 * first);
    await at.op.wake([JOB]);
    for (let n = 3; n < FAULTS_UNTIL_ESCALATION; n++) {
      await until(`fault ${n} is parked`, async () => (await faultsOf()) === n && (await at.state(JOB)) === 'delayed');
      expect(at.escalated).toEqual([]);
      await at.op.wake([JOB]);
    }
    await until('it asks a person', async () => at.escalated.length === 1 && (await at.state(JOB)) === 'delayed');
    expect(at.escalated).toEqual([`${JOB} fault: Error: boom`]);
    expect(await delay()).toBeGreaterThan(FAULT_PARK_MS * 0.9);
    await at.op.wake([JOB]);
    await until('it tried again', async () => (await faultsOf()) === FAULTS_UNTIL_ESCALATION + 1);
    expect(await at.counts('work')).not.toHaveProperty('failed');
  });

  test('are forgotten after one clean answer', async () => {
    await live(async (turn) => {
      if (at.ran.length === 3) return { do: 'sleep', until: (turn.doc as Work).createdAt + 1e14, why: 'clean' };
      throw new Error('boom');
    }, SLOW);
    worker = await at.begin();
    await failing(2);
    await at.op.wake([JOB]);
    await until('it slept well', async () => (await at.jobOf(JOB))?.progress === 'clean' && (await at.state(JOB)) === 'delayed');
    expect(await faultsOf()).toBe(0);
    await at.op.wake([JOB]);
    await until('the next fault is the first', async () => (await faultsOf()) === 1);
  });

  test('leave the job alive even when nobody can be asked and the worker stops', async () => {
    await live(
      async () => {
        throw new Error('boom');
      },
      { ...SLOW, escalate: () => Promise.reject(new Error('nobody is there')) },
    );
    worker = await at.begin();
    await failing(FAULTS_UNTIL_ESCALATION - 1);
    await at.op.wake([JOB]);
    await until('a person was asked in vain', () => at.faults.some((said) => said.includes('nobody is there')));
    await worker.stop(20_000);
    expect(await at.counts('work')).toEqual({ wait: 1 });
  });
});
