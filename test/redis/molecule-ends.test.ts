import { describe, expect, test } from 'vitest';
import { POUR_CHUNK } from '#core/limits';
import type { Work } from '#core/records';
import { attachMolecule, detachMolecule } from '#ops/attach-molecule';
import { burn } from '#ops/burn';
import { cancelMolecule } from '#ops/cancel-molecule';
import { failing } from '#ops/fail-step';
import { squash } from '#ops/squash';
import { retireMolecules } from '#processors/retire';
import type { Sleepers } from '../../src/daemon/sleepers.ts';
import { redisOfFile } from '../support/fresh.ts';
import { closes, later, moleculeTown, opens, planOf, planStep, poured, tracesOf } from '../support/molecules.ts';
import { item } from '../support/records.ts';
import { good } from '../support/shop.ts';
import { endsEachTest, type Town } from '../support/sleepers.ts';
import { until } from '../support/until.ts';

const server = redisOfFile();
let at: Town;
let worker: Sleepers | undefined;
endsEachTest(() => ({ at, worker }));

/** For a molecule of a thousand steps, on a busy machine. */
const LARGE_MS = 60_000;
const AGENT = { exec: { executor: 'agent' } } as const;
const mol = (id: string) => at.op.books.read('molecule', id);
const deacon = (ms?: number) => retireMolecules(later(at, ms));

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
    await opens(at, liquid.id);
    expect(await squash(at.op, { id: liquid.id })).toMatchObject({ refused: 'MOLECULE_OPEN' });
    const wisp = await poured(at, planOf([planStep('a', [], AGENT), planStep('b', ['a'])]), { phase: 'vapor' });
    await opens(at, wisp.id);
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
    expect(await tracesOf(at, id)).toEqual([]);
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
    expect(await tracesOf(at, id)).toEqual([]);
  });

  test('nobody is asked any more about a step of it that failed', async () => {
    at = await moleculeTown(server.path);
    worker = await at.begin();
    const { id } = await poured(at, planOf([planStep('a', [], AGENT)]));
    await opens(at, id);
    await at.op.change(async (reading) => {
      const step = await reading.get('step', `${id}.a`);
      if (!step) throw new Error('no step');
      return failing(reading, step, undefined, { reason: 'no' }, 1);
    });
    expect(await at.op.books.count('escalations.open')).toBe(1);
    good(await burn(at.op, id));
    await at.becomes(`molecules/${id}@1`, 'completed');
    await deacon();
    expect(await tracesOf(at, id)).toEqual([]);
  });

  test('its item lives on without it', async () => {
    at = await moleculeTown(server.path);
    worker = await at.begin();
    await at.putOnly('work', item('gp-a'));
    const { id } = await poured(at, planOf([planStep('a', [], AGENT)]), { work: 'gp-a' });
    await opens(at, id);
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

test('a cancel that is cut goes on: each step is closed once', { timeout: 4 * LARGE_MS }, async () => {
  at = await moleculeTown(server.path);
  worker = await at.begin();
  const count = 2 * POUR_CHUNK + 100;
  const { id } = await poured(at, planOf(Array.from({ length: count }, (_, n) => planStep(`s${n}`, [], AGENT))));
  await opens(at, id, LARGE_MS);
  good(await cancelMolecule(at.op, { id, reason: 'over' }));
  await until('some are closed', async () => (await at.op.books.count(`steps.closed:${id}`)) > 0);
  await worker.stop(2000);
  worker = await at.begin();
  expect(await closes(at, id, LARGE_MS)).toMatchObject({ closed: { outcome: 'cancelled' } });
  expect(await at.op.books.count(`steps.closed:${id}`)).toBe(count);
  const events = await at.op.books.eventsBefore(undefined, 10 * count);
  expect(events.filter(({ type, subject }) => type === 'step.closed' && subject.startsWith(id))).toHaveLength(count);
  await at.becomes(`molecules/${id}@1`, 'completed');
});

test('a molecule whose steps end while it is burned leaves nothing either', async () => {
  at = await moleculeTown(server.path, {}, { relayMs: 50 });
  worker = await at.begin();
  const { id } = await poured(at, planOf(Array.from({ length: 300 }, (_, n) => planStep(`s${n}`))));
  await until('some are closed', async () => (await at.op.books.count(`steps.closed:${id}`)) > 0);
  good(await burn(at.op, id));
  await at.becomes(`molecules/${id}@1`, 'completed');
  await deacon();
  // A step that was just closing is marked, and its job has ended: the relay finds that out.
  await until('nothing is left', async () => (await tracesOf(at, id)).length === 0);
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
    await opens(at, one.id);
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
    await opens(at, id);
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
