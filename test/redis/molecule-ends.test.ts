import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Work } from '#core/records';
import { isRefusal } from '#core/refusals';
import { attachMolecule, detachMolecule } from '#ops/attach-molecule';
import { burn } from '#ops/burn';
import { cancelMolecule } from '#ops/cancel-molecule';
import { collectWisps } from '#ops/collect-wisps';
import { squash } from '#ops/squash';
import { retireAttached, retireMolecules } from '#processors/retire';
import { systemClock } from '#world/clock';
import { jobsFor } from '#world/queue/jobs';
import type { World } from '#world/world';
import type { Sleepers } from '../../src/daemon/sleepers.ts';
import { closes, moleculeTown, planOf, planStep, poured } from '../support/molecules.ts';
import { item } from '../support/records.ts';
import { type PrivateRedis, privateRedis } from '../support/redis.ts';
import type { Town } from '../support/sleepers.ts';
import { until } from '../support/until.ts';

let server: PrivateRedis;
let at: Town;
let worker: Sleepers | undefined;
beforeAll(async () => {
  server = await privateRedis();
});
afterAll(() => server.stop());
afterEach(async () => {
  await worker?.stop(2000);
  worker = undefined;
  await at.end();
});

const AGENT = { exec: { executor: 'agent' } } as const;
const good = <T>(answer: T): Exclude<T, { refused: unknown }> => {
  if (isRefusal(answer)) throw new Error(`${answer.refused} ${JSON.stringify(answer.facts)}`);
  return answer as never;
};
const mol = (id: string) => at.op.books.read('molecule', id);
const isOpen = (id: string) => until(`${id} is open`, async () => (await mol(id))?.state === 'open');
/** What the deacon's part is given, `ms` from now. */
const later = (ms = 0) => {
  const desk = { ...at.op, clock: { now: () => systemClock.now() + ms } };
  return { desk, queues: jobsFor(at.op.link, at.op.books.keys, at.op.jobs, 0) } as unknown as World;
};
const deacon = (ms?: number) => retireMolecules(later(ms));
/** All keys in Redis that name a molecule, but for the memory of commits and the events. */
const traces = async (id: string): Promise<string[]> => {
  const found = new Set<string>();
  for (const key of await at.redis.keys('*')) {
    if (/:(events|commit:.*)$/.test(key)) continue;
    if (key.includes(id)) found.add(key);
    else if ((await at.redis.type(key)) === 'zset')
      for (const one of (await at.redis.call('ZRANGE', key, '0', '-1')) as string[])
        if (one.includes(id)) found.add(`${key} ${one}`);
    if ((await at.redis.type(key)) === 'hash')
      for (const one of await at.redis.hkeys(key)) if (one.includes(id)) found.add(`${key} ${one}`);
  }
  return [...found];
};

describe('squash', () => {
  test('M10: a molecule that has ended leaves one closed digest, its steps are gone', async () => {
    at = await moleculeTown(server.path);
    worker = await at.begin();
    const { id } = await poured(at, planOf([planStep('a'), planStep('b', ['a'])]));
    await closes(at, id);
    expect(good(await squash(at.op, { id }))).toMatchObject({
      digest: `${id}.digest`,
      squashed: [`${id}.a`, `${id}.b`],
      deleted: 2,
    });
    expect(await at.op.books.textField(id, 'digest')).toBe(
      'f (f): 2 steps: 2 done\nEnded as done: all steps complete\n- [done] a: a\n- [done] b: b\n',
    );
    expect(await at.op.books.readMany('step', [`${id}.a`, `${id}.b`])).toEqual([]);
    expect(good(await squash(at.op, { id, summary: 'later' }))).toMatchObject({ digest: `${id}.digest`, deleted: 0 });
    expect(await at.op.books.textField(id, 'digest')).toContain('2 done');
  });

  test('M10: a summary replaces the text, steps may be kept beside it and dropped later', async () => {
    at = await moleculeTown(server.path);
    worker = await at.begin();
    const { id } = await poured(at, planOf([planStep('a')]));
    await closes(at, id);
    expect(good(await squash(at.op, { id, summary: 'all well', keep: true }))).toMatchObject({ deleted: 0, kept: true });
    expect(await at.op.books.textField(id, 'digest')).toBe('all well');
    expect(await at.op.books.readMany('step', [`${id}.a`])).toHaveLength(1);
    expect(good(await squash(at.op, { id }))).toMatchObject({ deleted: 1, kept: false });
    expect(await at.op.books.textField(id, 'digest')).toBe('all well');
  });

  test('M10: an open molecule is refused, an open wisp is closed by it, and no job of it hangs', async () => {
    at = await moleculeTown(server.path);
    worker = await at.begin();
    const liquid = await poured(at, planOf([planStep('a', [], AGENT)]));
    await isOpen(liquid.id);
    expect(await squash(at.op, { id: liquid.id })).toMatchObject({ refused: 'MOLECULE_OPEN' });
    const wisp = await poured(at, planOf([planStep('a', [], AGENT), planStep('b', ['a'])]), { phase: 'vapor' });
    await isOpen(wisp.id);
    good(await squash(at.op, { id: wisp.id }));
    expect(await mol(wisp.id)).toMatchObject({ state: 'closed', closed: { outcome: 'done' }, digest: { squashed: 2 } });
    await at.becomes(`molecules/${wisp.id}@1`, 'completed');
    expect(at.faults).toEqual([]);
  });

  test('M11: a wisp without steps leaves a digest too', async () => {
    at = await moleculeTown(server.path);
    worker = await at.begin();
    const { id } = await poured(at, planOf([]), { phase: 'vapor' });
    await closes(at, id);
    expect(good(await squash(at.op, { id }))).toMatchObject({ digest: `${id}.digest`, deleted: 0 });
    expect(await at.op.books.textField(id, 'digest')).toContain('0 steps');
  });
});

describe('burn', () => {
  test('M12: burn leaves nothing: no record, text, index, edge or job', async () => {
    at = await moleculeTown(server.path);
    worker = await at.begin();
    const { id } = await poured(at, planOf([planStep('a'), planStep('b', ['a'], AGENT), planStep('c', ['b'])]));
    await until('a is done', async () => (await at.op.books.read('step', `${id}.a`))?.status === 'closed');
    expect(good(await burn(at.op, id)).deleted).toHaveLength(4);
    await at.becomes(`molecules/${id}@1`, 'completed');
    await deacon();
    expect(await traces(id)).toEqual([]);
    expect(await burn(at.op, id)).toMatchObject({ refused: 'MOLECULE_UNKNOWN' });
    expect(at.faults).toEqual([]);
  });

  test('what is burned before the worker has poured it never comes to be', async () => {
    at = await moleculeTown(server.path);
    const { id } = await poured(at, planOf([planStep('a')]));
    good(await burn(at.op, id));
    worker = await at.begin();
    await at.becomes(`molecules/${id}@1`, 'completed');
    await deacon();
    expect(await mol(id)).toBeUndefined();
    expect(await traces(id)).toEqual([]);
  });

  test('its item lives on without it', async () => {
    at = await moleculeTown(server.path);
    worker = await at.begin();
    await at.putOnly('work', item('gp-a'));
    const { id } = await poured(at, planOf([planStep('a', [], AGENT)]), { work: 'gp-a' });
    await isOpen(id);
    good(await burn(at.op, id));
    expect((await at.op.books.read('work', 'gp-a'))?.molecule).toBeUndefined();
  });
});

test('a cancelled molecule closes its open steps as cancelled, then itself; what was done stays done', async () => {
  at = await moleculeTown(server.path);
  worker = await at.begin();
  const { id } = await poured(at, planOf([planStep('a'), planStep('b', ['a'], AGENT), planStep('c', ['b'], AGENT)]));
  await until('a is done', async () => (await at.op.books.read('step', `${id}.a`))?.status === 'closed');
  good(await cancelMolecule(at.op, { id, reason: 'not wanted' }));
  expect(await closes(at, id)).toMatchObject({ closed: { outcome: 'cancelled', reason: 'not wanted' } });
  const ended = await at.op.books.readMany('step', await at.op.books.index(`steps.closed:${id}`));
  expect(ended.map(({ closed }) => closed?.outcome)).toEqual(['done', 'cancelled', 'cancelled']);
  await at.becomes(`molecules/${id}@1`, 'completed');
});

describe('a molecule and its work item', () => {
  const gpB = (): Work => item('gp-b');
  test('an open one is attached to one item at a time', async () => {
    at = await moleculeTown(server.path);
    worker = await at.begin();
    await at.put('work', item('gp-a'));
    await at.put('work', gpB());
    const [one, other] = [
      await poured(at, planOf([planStep('a', [], AGENT)])),
      await poured(at, planOf([planStep('a', [], AGENT)])),
    ];
    await isOpen(one.id);
    expect(good(await attachMolecule(at.op, { work: 'gp-a', mol: one.id }))).toMatchObject({ work: 'gp-a', workGeneration: 1 });
    expect(good(await attachMolecule(at.op, { work: 'gp-a', mol: one.id }))).toMatchObject({ work: 'gp-a' });
    expect(await attachMolecule(at.op, { work: 'gp-a', mol: other.id })).toMatchObject({ refused: 'MOLECULE_ATTACHED' });
    expect(await attachMolecule(at.op, { work: 'gp-b', mol: one.id })).toMatchObject({ refused: 'MOLECULE_HANGS' });
    expect(await attachMolecule(at.op, { work: 'gp-a', mol: 'gp-mol-zzz' })).toMatchObject({ refused: 'MOLECULE_UNKNOWN' });
  });

  test('its job hangs under that of the item while it is attached, and alone when it is taken off; neither waits for ever', async () => {
    at = await moleculeTown(server.path);
    worker = await at.begin();
    await at.put('work', item('gp-a'));
    const { id } = await poured(at, planOf([planStep('a', [], AGENT)]));
    await isOpen(id);
    good(await attachMolecule(at.op, { work: 'gp-a', mol: id }));
    const parent = async () => (await at.jobOf(`molecules/${id}@1`))?.parentKey;
    await until('it hangs under the item', async () => (await parent())?.endsWith(':work:gp-a@1'));
    expect(await (await at.jobOf('work/gp-a@1'))?.getDependenciesCount()).toMatchObject({ unprocessed: 1 });
    expect(good(await detachMolecule(at.op, 'gp-a'))).toEqual({ work: 'gp-a', mol: id });
    await until('it hangs under nothing', async () => (await parent()) === undefined);
    expect(await (await at.jobOf('work/gp-a@1'))?.getDependenciesCount()).toMatchObject({ unprocessed: 0 });
    expect((await mol(id))?.state).toBe('open');
    good(await cancelMolecule(at.op, { id, reason: 'over' }));
    await at.becomes(`molecules/${id}@1`, 'completed');
    expect(at.faults).toEqual([]);
  });

  test('when it has ended a digest is linked from the item, and its steps are kept', async () => {
    at = await moleculeTown(server.path);
    worker = await at.begin();
    await at.put('work', item('gp-a'));
    const { id } = await poured(at, planOf([planStep('a')]), { work: 'gp-a' });
    await at.becomes(`molecules/${id}@1`, 'completed');
    expect(await mol(id)).toMatchObject({ digest: { id: `${id}.digest`, kept: true, squashed: 1 } });
    expect((await at.op.books.read('work', 'gp-a'))?.digest).toBe(`${id}.digest`);
    expect(await at.op.books.count(`steps.closed:${id}`)).toBe(1);
  });
});

describe('what has ended goes by and by', () => {
  const HOUR = 3_600_000;
  const jobs = async (id: string) =>
    (await Promise.all([at.jobOf(`molecules/${id}@1`), at.jobOf(`steps/${id}.a@1`)])).map((job) => Boolean(job));
  const ended = async (more: object = {}) => {
    const { id } = await poured(at, planOf([planStep('a')]), more);
    await at.becomes(`molecules/${id}@1`, 'completed');
    return id;
  };

  test('its jobs leave the board after a day, its steps after a week: then a digest is left', async () => {
    at = await moleculeTown(server.path);
    worker = await at.begin();
    const id = await ended();
    await deacon(23 * HOUR);
    expect(await jobs(id)).toEqual([true, true]);
    await deacon(25 * HOUR);
    expect(await jobs(id)).toEqual([false, false]);
    expect(await at.op.books.count(`steps.closed:${id}`)).toBe(1);
    await deacon(8 * 24 * HOUR);
    expect(await at.op.books.count(`steps.closed:${id}`)).toBe(0);
    expect(await mol(id)).toMatchObject({ state: 'closed', digest: { kept: false } });
    expect(await at.op.books.index('molecules.due')).toEqual([]);
    expect(await at.op.books.index('molecules.ended')).toEqual([]);
  });

  test.each([
    [{}, 23, 25],
    [{ wispType: 'ping' }, 5, 7],
    [{ wispType: 'error' }, 7 * 24 - 1, 7 * 24 + 1],
  ])('of a wisp (%j) nothing is left after its time: not after %i h, but after %i h', async (more, before, after) => {
    at = await moleculeTown(server.path);
    worker = await at.begin();
    const id = await ended({ phase: 'vapor', ...more });
    await deacon(before * HOUR);
    expect(await mol(id)).toBeDefined();
    await deacon(after * HOUR);
    expect(await traces(id)).toEqual([]);
  });

  test('one that was worked for an item goes with the item: the digest stays', async () => {
    at = await moleculeTown(server.path);
    worker = await at.begin();
    await at.put('work', item('gp-a'));
    const id = await ended({ work: 'gp-a' });
    await deacon(30 * 24 * HOUR);
    expect(await jobs(id)).toEqual([true, true]);
    await retireAttached('gp-a', later());
    expect(await jobs(id)).toEqual([false, false]);
    expect(await at.op.books.count(`steps.closed:${id}`)).toBe(0);
    expect(await at.op.books.textField(id, 'digest')).toContain('1 done');
  });

  test('wisps that nobody touched are collected; one that moves, and one that hangs somewhere, are not', async () => {
    at = await moleculeTown(server.path);
    worker = await at.begin();
    await at.put('work', item('gp-a'));
    const wisp = { phase: 'vapor' as const };
    const [idle, held] = [
      await poured(at, planOf([planStep('a', [], AGENT)]), wisp),
      await poured(at, planOf([planStep('a', [], AGENT)]), { ...wisp, work: 'gp-a' }),
    ];
    await Promise.all([isOpen(idle.id), isOpen(held.id)]);
    expect(await collectWisps(later().desk, {})).toEqual([]);
    expect(await collectWisps(later(2 * HOUR).desk, { dry: true })).toEqual([idle.id]);
    expect(await collectWisps(later(2 * HOUR).desk, {})).toEqual([idle.id]);
    expect(await mol(held.id)).toBeDefined();
    const over = await ended(wisp);
    expect(await collectWisps(later().desk, { closed: true, exclude: [''] })).toEqual([]);
    expect(await collectWisps(later().desk, { closed: true })).toEqual([over]);
  });
});
