import { describe, expect, test } from 'vitest';
import { awaitChildren, done, sleep } from '#processors/answer';
import type { QueueName } from '#queues/index';
import { systemClock } from '#world/clock';
import { relayOnce } from '#world/queue/relay';
import type { Sleepers } from '../../src/daemon/sleepers.ts';
import { freshKeys } from '../support/books.ts';
import { redisOfFile } from '../support/fresh.ts';
import { aCheck, item, request } from '../support/records.ts';
import { door, endsEachTest, jobFor, NEVER, type Run, type Town, town, type Wish } from '../support/sleepers.ts';
import { until } from '../support/until.ts';

const server = redisOfFile();
let at: Town;
let worker: Sleepers | undefined;
endsEachTest(() => ({ at, worker }));

const WORK = item('gp-a');
const JOB = jobFor('work', WORK);
const REQUEST = request('gp-a.m1', { state: 'queued' });
const CHILD = jobFor('merge', REQUEST);
const long = () => sleep(systemClock.now() + NEVER, 'until it is woken');

/** A town with these processors; the first record is there, so its job is too. */
async function live(processors: { [Q in QueueName]?: Run }, wish: Wish = {}): Promise<void> {
  at = await town(server.path, freshKeys(), processors, wish);
  await at.put('work', WORK);
  worker = await at.begin();
}

describe('a mark', () => {
  test.each(['delayed', 'waiting-children'])(
    'that is made while the job is active is seen after it has parked (%s)',
    async (parked) => {
      const gate = door();
      const saw: number[] = [];
      await live({
        work: async ({ doc }) => {
          saw.push((doc as typeof WORK).priority);
          if (saw.length === 1) await gate.pass();
          return parked === 'delayed' ? long() : awaitChildren([{ noun: 'merge', doc: REQUEST }], 'waits');
        },
        merges: async () => long(),
      });
      await gate.arrived;
      await at.put('work', { ...WORK, priority: 0 });
      expect(await at.state(JOB)).toBe('active');
      gate.open();
      await until('it looked again', () => saw.length === 2);
      expect(saw).toEqual([2, 0]);
      await at.becomes(JOB, parked);
    },
  );

  test("of a job's own commit does not wake it", async () => {
    let runs = 0;
    await live({
      work: async ({ id, doc }, desk) => {
        runs++;
        await desk.change(async (reading) => {
          const now = (await reading.get('work', id)) ?? WORK;
          return { put: [{ noun: 'work', doc: { ...now, updatedAt: runs } }], answer: doc };
        });
        return long();
      },
    });
    await at.becomes(JOB, 'delayed');
    await relayOnce(at.footing.link, at.footing.desk.books, at.footing.ask, systemClock.now());
    expect(await at.state(JOB)).toBe('delayed');
    expect(runs).toBe(1);
  });

  test('without its wake is found by the relay, which adds what is missing, parents first', async () => {
    at = await town(
      server.path,
      freshKeys(),
      { work: async () => awaitChildren([{ noun: 'merge', doc: REQUEST }], 'waits'), merges: async () => done('landed') },
      { relayMs: 20 },
    );
    worker = await at.begin();
    await at.putOnly('merge', REQUEST);
    await at.putOnly('work', WORK);
    await until('both have run', () => at.ran.includes(JOB) && at.ran.includes(CHILD));
    expect((await at.jobOf(CHILD))?.parent?.id).toBe('gp-a@1');
  });

  test('of a job that cannot be added stays, and holds up nobody else', async () => {
    at = await town(server.path, freshKeys(), { work: async () => done('ended'), trains: async () => long() });
    worker = await at.begin();
    await at.putOnly('merge', request('gp-orphan.m1'));
    await at.putOnly('train', { id: 'gp', generation: 1 });
    await at.putOnly('work', WORK);
    const { link, ask, desk } = at.footing;
    await relayOnce(link, desk.books, ask, systemClock.now());
    await at.becomes(JOB, 'completed');
    await at.becomes('trains/gp@1', 'delayed');
    expect(await at.redis.zrange(desk.books.keys.unseen, '0', '-1')).toEqual(['merges/gp-orphan.m1']);
  });

  test('of a job that has ended is dropped, and nothing is added for it', async () => {
    await live({ work: async () => done('ended') });
    await at.becomes(JOB, 'completed');
    await at.putOnly('work', { ...WORK, priority: 0 });
    await at.putOnly('check', aCheck('ck-9', { state: 'passed' }));
    const { unseen } = at.footing.desk.books.keys;
    expect((await at.redis.zrange(unseen, '0', '-1')).sort()).toEqual(['checks/ck-9', JOB]);
    await relayOnce(at.footing.link, at.footing.desk.books, at.footing.ask, systemClock.now());
    expect(await at.redis.zcard(unseen)).toBe(0);
    expect([await at.counts('work'), await at.counts('checks')]).toEqual([{ completed: 1 }, {}]);
  });
});
