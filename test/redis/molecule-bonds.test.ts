import { expect, test } from 'vitest';
import { closeStep } from '#core/molecule/life';
import { bond } from '#ops/bond';
import { burn } from '#ops/burn';
import { cancelMolecule } from '#ops/cancel-molecule';
import { pour } from '#ops/pour';
import { edgesOf, full } from '#views/bead-links';
import { beads } from '#views/beads';
import type { Sleepers } from '../../src/daemon/sleepers.ts';
import { redisOfFile } from '../support/fresh.ts';
import { closes, moleculeTown, opens, planOf, planStep, poured } from '../support/molecules.ts';
import { good } from '../support/shop.ts';
import { endsEachTest, type Town } from '../support/sleepers.ts';
import { until } from '../support/until.ts';

const server = redisOfFile();
let at: Town;
let worker: Sleepers | undefined;
endsEachTest(() => ({ at, worker }));

const AGENT = { exec: { executor: 'agent' } } as const;
const waiting = planOf([planStep('a', [], AGENT)]);
const mol = (id: string) => at.op.books.read('molecule', id);
const step = (id: string) => at.op.books.read('step', id);
/** The end of an agent's step, as whoever does it writes it. */
const ends = async (id: string, outcome: 'done' | 'failed') => {
  await at.op.change(async (reading) => {
    const now = await reading.get('step', id);
    if (!now) throw new Error(`no ${id}`);
    return closeStep(now, await reading.get('molecule', now.mol), { outcome, reason: outcome }, 1);
  });
};
const shows = (id: string, why: string) =>
  until(`${id} ${why}`, async () => String((await at.jobOf(`molecules/${id}@1`))?.progress) === why);

test('M6: a molecule poured after another does not open before that has ended', async () => {
  at = await moleculeTown(server.path);
  worker = await at.begin();
  const a = await poured(at, waiting);
  const b = await poured(at, planOf([planStep('x')]), { bond: { to: a.id, type: 'sequential' } });
  await shows(b.id, `waits for ${a.id}`);
  expect(await mol(b.id)).toMatchObject({ state: 'pouring', poured: 1 });
  await ends(`${a.id}.a`, 'done');
  await closes(at, b.id);
  expect(at.faults).toEqual([]);
});

test('M6: one that has begun is held: what has not begun waits, and goes on when the other has ended', async () => {
  at = await moleculeTown(server.path);
  worker = await at.begin();
  const a = await poured(at, waiting);
  const b = await poured(at, planOf([planStep('x', [], AGENT), planStep('y', ['x'])]));
  await Promise.all([opens(at, a.id), opens(at, b.id)]);
  good(await bond(at.op, { a: a.id, b: b.id, type: 'sequential' }));
  expect(await at.op.books.unmet(b.id, `${b.id}.x`)).toEqual([[a.id], [`${b.id}.go`]]);
  await ends(`${b.id}.x`, 'done');
  expect((await step(`${b.id}.y`))?.status).toBe('open');
  await ends(`${a.id}.a`, 'done');
  await closes(at, b.id);
  expect((await mol(b.id))?.held).toBeUndefined();
});

test('M6: a cycle of bonds is refused with its chain', async () => {
  at = await moleculeTown(server.path);
  worker = await at.begin();
  const [a, b, c] = [await poured(at, waiting), await poured(at, waiting), await poured(at, waiting)];
  await Promise.all([opens(at, a.id), opens(at, b.id), opens(at, c.id)]);
  good(await bond(at.op, { a: a.id, b: b.id, type: 'sequential' }));
  good(await bond(at.op, { a: c.id, b: b.id, type: 'parallel' })); // c waits for b
  expect(await bond(at.op, { a: c.id, b: a.id, type: 'sequential' })).toMatchObject({
    refused: 'BOND_CYCLE',
    facts: { chain: `${c.id} waits for ${b.id} waits for ${a.id}` },
  });
  expect(await bond(at.op, { a: a.id, b: a.id, type: 'sequential' })).toMatchObject({ refused: 'BOND_CYCLE' });
});

test('M6: bonded in parallel they run side by side, and the one above closes last', async () => {
  at = await moleculeTown(server.path);
  worker = await at.begin();
  const a = await poured(at, waiting);
  await opens(at, a.id);
  const b = await poured(at, waiting, { bond: { to: a.id, type: 'parallel' } });
  const late = await poured(at, waiting);
  await Promise.all([opens(at, b.id), opens(at, late.id)]);
  good(await bond(at.op, { a: a.id, b: late.id, type: 'parallel' }));
  await ends(`${a.id}.a`, 'done');
  await ends(`${b.id}.a`, 'done');
  await closes(at, b.id);
  expect((await mol(a.id))?.state).toBe('open');
  await ends(`${late.id}.a`, 'done');
  const above = await closes(at, a.id);
  expect(above.closed?.at).toBeGreaterThanOrEqual((await mol(late.id))?.closed?.at ?? Infinity);
  await at.becomes(`molecules/${a.id}@1`, 'completed');
  expect(at.faults).toEqual([]);
});

test('M7: with a ref a molecule is named after the one that it is bonded to, and a name is taken once', async () => {
  at = await moleculeTown(server.path);
  worker = await at.begin();
  const a = await poured(at, waiting);
  const to = { bond: { to: a.id, type: 'parallel' as const }, ref: 'leg-ann' };
  const b = await poured(at, planOf([planStep('x')]), to);
  expect(b.id).toBe(`${a.id}.leg-ann`);
  await closes(at, b.id);
  expect((await step(`${a.id}.leg-ann.x`))?.status).toBe('closed');
  expect(await pour(at.op, { plan: waiting, prefix: 'gp', rig: '', phase: 'liquid', ...to })).toMatchObject({
    refused: 'BOND_TAKEN',
  });
  expect(await pour(at.op, { plan: waiting, prefix: 'gp', rig: '', phase: 'liquid', ...to, ref: 'a' })).toMatchObject({
    refused: 'BOND_TAKEN',
  });
});

test.each([
  ['done', 'skipped'],
  ['failed', 'done'],
] as const)('M9: bonded conditionally, when the first is %s the second is %s', async (first, second) => {
  at = await moleculeTown(server.path);
  worker = await at.begin();
  const a = await poured(at, waiting);
  const early = await poured(at, planOf([planStep('x')]), { bond: { to: a.id, type: 'conditional' } });
  const late = await poured(at, planOf([planStep('x', [], AGENT), planStep('y')]), { bond: { to: a.id, type: 'sequential' } });
  const open = await poured(at, planOf([planStep('p', [], AGENT), planStep('x', ['p'])]));
  await opens(at, open.id);
  good(await bond(at.op, { a: a.id, b: open.id, type: 'conditional' }));
  good(await bond(at.op, { a: a.id, b: late.id, type: 'conditional' }));
  await ends(`${a.id}.a`, first);
  if (first === 'failed') {
    await opens(at, late.id);
    await ends(`${late.id}.x`, 'done');
    await until('it goes on', async () => !(await mol(open.id))?.held);
    await ends(`${open.id}.p`, 'done');
  }
  for (const { id } of [early, late, open]) expect(await closes(at, id)).toMatchObject({ closed: { outcome: second } });
  expect((await step(`${early.id}.x`))?.closed?.outcome).toBe(second);
  expect(at.faults).toEqual([]);
});

test('M9: of a molecule poured from a conditional bond the second part is skipped when nothing in the first failed', async () => {
  at = await moleculeTown(server.path);
  worker = await at.begin();
  const part = (epic: string, more: object) => [
    planStep(epic, [], { type: 'epic', exec: {}, ...more }),
    planStep(`${epic}.x`, [], { parent: `f.${epic}`, ...more, needs: [] }),
  ];
  const { id } = await poured(at, planOf([...part('a', {}), ...part('b', { onlyIf: 'f.a', needs: ['f.a'] })]));
  await closes(at, id);
  expect((await step(`${id}.b.x`))?.closed).toMatchObject({ outcome: 'skipped' });
  expect((await step(`${id}.a.x`))?.closed).toMatchObject({ outcome: 'done' });
});

test('M6: bonds show as blocks, conditional-blocks and parent-child', async () => {
  at = await moleculeTown(server.path);
  worker = await at.begin();
  const a = await poured(at, waiting);
  const [after, only, under] = [
    await poured(at, waiting, { bond: { to: a.id, type: 'sequential' } }),
    await poured(at, waiting, { bond: { to: a.id, type: 'conditional' } }),
    await poured(at, waiting, { bond: { to: a.id, type: 'parallel' } }),
  ];
  const shown = [...(await beads(at.op, [a.id, after.id, only.id, under.id])).values()];
  expect(shown.flatMap(edgesOf).map(({ issue_id: from, depends_on_id: to, type }) => [from, to, type])).toEqual([
    [after.id, a.id, 'blocks'],
    [only.id, a.id, 'conditional-blocks'],
    [under.id, a.id, 'parent-child'],
  ]);
  const [first] = shown;
  if (!first) throw new Error('not shown');
  const { dependents } = await full(at.op, first);
  expect(dependents.map(({ id, dependency_type: type }) => [id, type])).toEqual(
    expect.arrayContaining([
      [after.id, 'blocks'],
      [only.id, 'conditional-blocks'],
      [under.id, 'parent-child'],
    ]),
  );
});

test('M4: the last child closes its epic, and the last record its molecule', async () => {
  at = await moleculeTown(server.path);
  worker = await at.begin();
  const inner = planStep('e.x', [], { parent: 'f.e', ...AGENT });
  const { id } = await poured(at, planOf([planStep('e', [], { type: 'epic', exec: {} }), inner, planStep('z', ['e'])]));
  await opens(at, id);
  expect((await step(`${id}.e`))?.status).toBe('open');
  await ends(`${id}.e.x`, 'done');
  await closes(at, id);
  expect((await step(`${id}.e`))?.closed).toMatchObject({ outcome: 'done' });
});

test('M3: what lies in a blocked step is blocked', async () => {
  at = await moleculeTown(server.path);
  worker = await at.begin();
  const { id } = await poured(
    at,
    planOf([planStep('a', [], AGENT), planStep('e', ['a'], { type: 'epic', exec: {} }), planStep('e.x', [], { parent: 'f.e' })]),
  );
  await opens(at, id);
  expect(await at.op.books.unmet(`${id}.e.x`)).toEqual([[`${id}.a`]]);
  await ends(`${id}.a`, 'done');
  await closes(at, id);
});

test('what was bonded after a molecule that is burned goes on; under a cancelled one it is cancelled', async () => {
  at = await moleculeTown(server.path);
  worker = await at.begin();
  const [a, c] = [await poured(at, waiting), await poured(at, waiting)];
  await Promise.all([opens(at, a.id), opens(at, c.id)]);
  const b = await poured(at, planOf([planStep('x')]), { bond: { to: a.id, type: 'sequential' } });
  const d = await poured(at, waiting, { bond: { to: c.id, type: 'parallel' } });
  await shows(b.id, `waits for ${a.id}`);
  good(await burn(at.op, a.id));
  await closes(at, b.id);
  await opens(at, d.id);
  good(await cancelMolecule(at.op, { id: c.id, reason: 'over' }));
  expect(await closes(at, d.id)).toMatchObject({ closed: { outcome: 'cancelled' } });
  await at.becomes(`molecules/${c.id}@1`, 'completed');
  expect(at.faults).toEqual([]);
});
