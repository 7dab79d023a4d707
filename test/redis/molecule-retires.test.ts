import { describe, expect, test } from 'vitest';
import { burn } from '#ops/burn';
import { collectWisps } from '#ops/collect-wisps';
import { retireAttached, retireMolecules } from '#processors/retire';
import type { Sleepers } from '../../src/daemon/sleepers.ts';
import { redisOfFile } from '../support/fresh.ts';
import { closes, later, moleculeTown, opens, planOf, planStep, poured, tracesOf } from '../support/molecules.ts';
import { item } from '../support/records.ts';
import { good } from '../support/shop.ts';
import { endsEachTest, type Town } from '../support/sleepers.ts';

const server = redisOfFile();
let at: Town;
let worker: Sleepers | undefined;
endsEachTest(() => ({ at, worker }));

const AGENT = { exec: { executor: 'agent' } } as const;
const mol = (id: string) => at.op.books.read('molecule', id);
const deacon = (ms?: number) => retireMolecules(later(at, ms));

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
    expect(await tracesOf(at, id)).toEqual([]);
  });

  test('one that was worked for an item goes with the item: the digest stays', async () => {
    at = await moleculeTown(server.path);
    worker = await at.begin();
    await at.put('work', item('gp-a'));
    const id = await ended({ work: 'gp-a' });
    await deacon(30 * 24 * HOUR);
    expect(await jobs(id)).toEqual([true, true]);
    await retireAttached('gp-a', later(at));
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
    await Promise.all([opens(at, idle.id), opens(at, held.id)]);
    expect(await collectWisps(later(at).desk, {})).toEqual([]);
    expect(await collectWisps(later(at, 2 * HOUR).desk, { dry: true })).toEqual([idle.id]);
    expect(await collectWisps(later(at, 2 * HOUR).desk, {})).toEqual([idle.id]);
    expect(await mol(held.id)).toBeDefined();
    const over = await ended(wisp);
    expect(await collectWisps(later(at).desk, { closed: true, exclude: [''] })).toEqual([]);
    expect(await collectWisps(later(at).desk, { closed: true })).toEqual([over]);
  });
});

test('the id of a burned molecule is not given out again while jobs and logs know it, and forgotten afterwards', async () => {
  at = await moleculeTown(server.path);
  worker = await at.begin();
  const same = { ...at, op: { ...at.op, random: (bytes: number) => new Uint8Array(bytes) } } as Town;
  const first = await poured(same, planOf([planStep('a')]));
  await closes(at, first.id);
  good(await burn(at.op, first.id));
  const second = await poured(same, planOf([planStep('a')]));
  expect(second.id).toBe(`${first.id}0`);
  const bonded = { bond: { to: second.id, type: 'sequential' }, ref: 'next' } as const;
  const third = await poured(at, planOf([planStep('a')]), bonded);
  await closes(at, third.id);
  good(await burn(at.op, third.id));
  await expect(poured(at, planOf([planStep('a')]), bonded)).rejects.toThrow('BOND_TAKEN');
  await deacon(9 * 24 * 3_600_000);
  await deacon(9 * 24 * 3_600_000);
  expect(await at.op.books.index('molecules.gone')).not.toContain(third.id);
});
