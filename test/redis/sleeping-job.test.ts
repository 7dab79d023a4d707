import { describe, expect, test } from 'vitest';
import { IDLE_PARENT_MS } from '#core/limits';
import { refuse } from '#core/refusals';
import { type Answer, awaitChildren, done, sleep } from '#processors/answer';
import type { QueueName } from '#queues/index';
import { systemClock } from '#world/clock';
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

/** When a job looked, ms: how long it paused in between is told by its own clock, however late the test sees it. */
function looking() {
  const looks: number[] = [];
  const look = (answer: Answer): Answer => {
    looks.push(systemClock.now());
    return answer;
  };
  return { looks, look };
}
const pauseBefore = (looks: readonly number[], nth: number) => (looks[nth - 1] ?? 0) - (looks[nth - 2] ?? Infinity);

describe('an answer', () => {
  test('sleep parks the job, shows why, and it runs again when it is woken', async () => {
    await live({ work: async () => long() });
    await at.becomes(JOB, 'delayed');
    expect((await at.jobOf(JOB))?.progress).toBe('until it is woken');
    await at.put('work', { ...WORK, priority: 0 });
    await until('it ran again', () => at.ran.filter((one) => one === JOB).length === 2);
    await at.becomes(JOB, 'delayed');
  });

  test('sleep ends by itself when it is due', async () => {
    let runs = 0;
    await live({ work: async () => (++runs === 1 ? sleep(systemClock.now() + 30, 'a moment') : done('ended')) });
    await at.becomes(JOB, 'completed');
    expect(runs).toBe(2);
  });

  test('await adds the children, waits for them, and runs again when all have ended', async () => {
    const gate = door();
    await live({
      work: async () =>
        at.ran.length < 3 ? awaitChildren([{ noun: 'merge', doc: REQUEST }], 'waits for its request') : done('ended'),
      merges: async () => {
        await gate.pass();
        return done('landed');
      },
    });
    await gate.arrived;
    await at.becomes(JOB, 'waiting-children');
    expect((await at.jobOf(JOB))?.progress).toBe('waits for its request');
    expect((await at.jobOf(CHILD))?.opts).toMatchObject({ attempts: 1 });
    gate.open();
    await at.becomes(JOB, 'completed');
    expect(at.ran).toEqual([JOB, CHILD, JOB]);
  });

  test('await without a pending child looks again after a pause, and never spins', async () => {
    const { looks, look } = looking();
    await live({ work: async () => look(awaitChildren([], 'waits for nobody')) });
    await until('it has looked again', () => looks.length >= 2);
    expect(pauseBefore(looks, 2)).toBeGreaterThan(IDLE_PARENT_MS / 2);
    expect((await at.jobOf(JOB))?.progress).toBe('waits for nobody');
  });

  test('await of a child that has ended meanwhile looks again at once, and, should that lead nowhere, after a pause', async () => {
    const { looks, look } = looking();
    await live({
      work: async () => look(awaitChildren([{ noun: 'merge', doc: REQUEST }], 'waits for its request')),
      merges: async () => done('landed'),
    });
    await until('it has looked four times', () => looks.length >= 4);
    expect(pauseBefore(looks, 4)).toBeGreaterThan(IDLE_PARENT_MS / 2);
  });

  test('handBack puts the job at the head of the line', async () => {
    const back: Run = async () => (at.ran.length === 1 ? { do: 'handBack' } : long());
    at = await town(server.path, freshKeys(), { work: back }, { concurrency: { work: 1 } });
    for (const id of ['gp-a', 'gp-b', 'gp-c']) await at.put('work', item(id));
    worker = await at.begin();
    await until('all have run', () => at.ran.length === 4);
    expect(at.ran).toEqual([JOB, JOB, 'work/gp-b@1', 'work/gp-c@1']);
  });

  test('done completes the job with its short result', async () => {
    await live({ work: async () => done('landed') });
    await at.becomes(JOB, 'completed');
    expect((await at.jobOf(JOB))?.returnvalue).toBe('landed');
  });

  test('giveUp escalates first, then fails the attempt with what the refusal says', async () => {
    const gate = door();
    const check = aCheck('ck-1');
    at = await town(
      server.path,
      freshKeys(),
      { checks: async () => ({ do: 'giveUp', refusal: refuse('TOWN_DOWN', {}) }) },
      { escalate: () => gate.pass() },
    );
    await at.put('check', check);
    worker = await at.begin();
    await gate.arrived;
    expect(await at.state(jobFor('check', check))).toBe('active');
    gate.open();
    await at.becomes(jobFor('check', check), 'failed');
    expect((await at.jobOf(jobFor('check', check)))?.failedReason).toBe('The town is not running.');
  });
});

describe('parents and children', () => {
  test('a parent that waits for its children can be woken, and waits again', async () => {
    await live({
      work: async () => awaitChildren([{ noun: 'merge', doc: REQUEST }], 'waits'),
      merges: async () => long(),
    });
    await at.becomes(JOB, 'waiting-children');
    await at.becomes(CHILD, 'delayed');
    await at.put('work', { ...WORK, priority: 0 });
    await until('it ran again', () => at.ran.filter((one) => one === JOB).length === 2);
    await at.becomes(JOB, 'waiting-children');
  });

  test.each(['its own answer', 'somebody else'])('done waits for a pending child that was added by %s', async (by) => {
    const seen: string[] = [];
    const gate = door();
    let parentMay = by === 'somebody else' ? 'not yet' : 'await';
    at = await town(server.path, freshKeys(), {
      work: async () => {
        const answer: Answer =
          parentMay === 'done'
            ? done('ended')
            : parentMay === 'await'
              ? awaitChildren([{ noun: 'merge', doc: REQUEST }], 'waits')
              : long();
        seen.push(answer.do);
        return answer;
      },
      merges: async () => {
        await gate.pass();
        seen.push('child');
        return done('landed');
      },
    });
    await at.put('work', WORK);
    worker = await at.begin();
    await at.becomes(JOB, by === 'somebody else' ? 'delayed' : 'waiting-children');
    if (by === 'somebody else') await at.put('merge', REQUEST);
    await gate.arrived;
    parentMay = 'done';
    await at.put('work', { ...WORK, priority: 0 });
    await until('it said that it is done', () => seen.includes('done'));
    await at.becomes(JOB, 'waiting-children');
    gate.open();
    await at.becomes(JOB, 'completed');
    expect(seen.indexOf('child')).toBeLessThan(seen.lastIndexOf('done'));
    expect(at.faults).toEqual([]);
  });

  test('a child that failed does not hang its parent', async () => {
    let runs = 0;
    await live({
      work: async () => (++runs === 1 ? awaitChildren([{ noun: 'merge', doc: REQUEST }], 'waits') : done('ended')),
      merges: async () => ({ do: 'giveUp', refusal: refuse('TOWN_DOWN', {}) }),
    });
    await at.becomes(JOB, 'completed');
    expect(await at.state(CHILD)).toBe('failed');
  });
});
