import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { closeStep } from '#core/molecule/life';
import type { Gate } from '#core/records';
import { failing } from '#ops/fail-step';
import { pour } from '#ops/pour';
import { byHand, finishStep, gateBecomes, gated, gatesEachTest, type standInGh, stepBecomes } from '../support/gates.ts';
import { closes, planOf, planStep, poured } from '../support/molecules.ts';
import { good } from '../support/shop.ts';
import type { Town } from '../support/sleepers.ts';

let at: Town;
let gh: ReturnType<typeof standInGh>;
gatesEachTest((one) => {
  ({ at, gh } = one);
});

const gate = async (id: string): Promise<Gate> => (await at.op.books.read('gate', id)) as Gate;
const finish = (id: string, outcome?: 'skipped') => finishStep(at, id, outcome);

test('a condition is judged at each step that closes, and by nothing else', async () => {
  const condition = "x.status == 'complete' ";
  const plan = planOf([
    planStep('w', [], byHand),
    planStep('x', [], byHand),
    ...gated('a', { type: 'condition', id: '', condition }),
  ]);
  const mol = await poured(at, plan);
  const { id } = await gateBecomes(at, `${mol.id}.gate-a`, 'was looked at', ({ seen }) => seen !== undefined);
  expect(await at.op.books.read('molecule', mol.id)).toMatchObject({ watchers: [`gates/${id}@1`] });
  await finish(`${mol.id}.w`);
  await at.becomes(`gates/${id}@1`, 'delayed');
  expect(await gate(id)).toMatchObject({ state: 'open', seen: `${condition} does not hold` });
  await finish(`${mol.id}.x`);
  await closes(at, mol.id);
  expect(await gate(id)).toMatchObject({ state: 'resolved', ended: { reason: `${condition} holds` } });
  expect(await at.op.books.read('molecule', mol.id)).toMatchObject({ watchers: [] });
});

test('a condition over all steps, and one over the output of a nested step, hold when they do', async () => {
  const inner = planStep('deep', [], { id: 'f.e.deep', parent: 'f.e', ...byHand });
  const plan = planOf([
    planStep('e', [], { type: 'epic' }),
    inner,
    ...gated('a', { type: 'condition', id: '', condition: 'deep.output.ok == true' }),
    ...gated('b', { type: 'condition', id: '', condition: "descendants(e).all(status == 'complete')" }, ['a']),
    ...gated('c', { type: 'condition', id: '', condition: 'steps.complete >= 3' }),
  ]);
  const mol = await poured(at, plan);
  const seen = await gateBecomes(at, `${mol.id}.gate-a`, 'was looked at', (one) => one.seen !== undefined);
  expect(seen.state).toBe('open');
  const how = { outcome: 'done', reason: '', output: { ok: true } } as const;
  await at.op.change(async (reading) => {
    const doc = await reading.get('step', `${mol.id}.e.deep`);
    if (!doc) throw new Error('no step');
    return closeStep(doc, await reading.get('molecule', mol.id), how, 5);
  });
  await closes(at, mol.id);
});

test('files and variables tell nobody: a condition over them is looked at again, at first after 15 s', async () => {
  const condition = "file.exists('go')";
  const mol = await poured(at, planOf(gated('a', { type: 'condition', id: '', condition })));
  const { id } = await gateBecomes(at, `${mol.id}.gate-a`, 'was looked at', ({ seen }) => seen !== undefined);
  await at.becomes(`gates/${id}@1`, 'delayed');
  const { delay = 0 } = (await at.jobOf(`gates/${id}@1`)) ?? {};
  expect(delay).toBeGreaterThan(0);
  expect(delay).toBeLessThanOrEqual(15_000);
  writeFileSync(`${gh.dir}/go`, '');
  await at.op.wake([`gates/${id}@1`]);
  await closes(at, mol.id);
});

test('a bead gate waits for what it names by an edge, and opens when that closes', async () => {
  const first = await poured(at, planOf([planStep('x', [], byHand)]));
  const bead = `shop:${first.id}.x`;
  await stepBecomes(at, `${first.id}.x`, 'is there', () => true);
  const mol = await poured(
    at,
    planOf([...gated('a', { type: 'bead', id: bead }), ...gated('b', { type: 'bead', id: `${first.id}` })]),
  );
  const { id } = await gateBecomes(at, `${mol.id}.gate-a`, 'watches', ({ watches }) => watches !== undefined);
  expect(await at.op.books.unmet(id)).toEqual([[`${first.id}.x`]]);
  await gateBecomes(at, `${mol.id}.gate-b`, 'watches', ({ watches }) => watches !== undefined);
  await finish(`${first.id}.x`);
  await closes(at, mol.id);
  expect(await gate(id)).toMatchObject({ state: 'resolved', ended: { reason: `${first.id}.x is closed` } });
});

test('a bead that nobody has asks a person once, and a bead that is closed already opens at once', async () => {
  const first = await poured(at, planOf([planStep('x')]));
  await closes(at, first.id);
  const mol = await poured(
    at,
    planOf([...gated('a', { type: 'bead', id: `${first.id}.x` }), ...gated('b', { type: 'bead', id: 'gp-none' })]),
  );
  await stepBecomes(at, `${mol.id}.a`, 'is closed', ({ status }) => status === 'closed');
  const lost = await gateBecomes(at, `${mol.id}.gate-b`, 'has asked', ({ escalatedAt }) => escalatedAt !== undefined);
  expect(lost).toMatchObject({ state: 'open', seen: 'there is no gp-none here', asked: ['bead-unknown'] });
});

test('a bead that is closed between the look and the edge is not missed', async () => {
  // Twenty molecules race with twenty closes; each gate must open.
  const first = await poured(at, planOf(Array.from({ length: 20 }, (_, n) => planStep(`x${n}`, [], byHand))));
  await stepBecomes(at, `${first.id}.x19`, 'is there', () => true);
  const made = await Promise.all(
    Array.from({ length: 20 }, async (_, n) => {
      const [mol] = await Promise.all([
        pour(at.op, {
          plan: planOf(gated('a', { type: 'bead', id: `${first.id}.x${n}` })),
          prefix: 'gp',
          rig: '',
          phase: 'liquid',
        }),
        n % 2 === 0 ? finish(`${first.id}.x${n}`) : undefined,
      ]);
      if (n % 2 === 1) await finish(`${first.id}.x${n}`);
      return good(mol);
    }),
  );
  for (const mol of made) await closes(at, mol.id);
});

test('a step that fails wakes a condition too; one that is taken in hand tells nobody, so that is looked for again', async () => {
  const plan = planOf([
    planStep('x', [], byHand),
    ...gated('a', { type: 'condition', id: '', condition: 'steps.failed > 0' }),
    ...gated('b', { type: 'condition', id: '', condition: "x.status == 'in_progress'" }),
  ]);
  const mol = await poured(at, plan);
  for (const name of ['a', 'b'])
    await gateBecomes(at, `${mol.id}.gate-${name}`, 'was looked at', ({ seen }) => seen !== undefined);
  await at.becomes(`gates/${mol.id}.gate-b@1`, 'delayed');
  expect((await at.jobOf(`gates/${mol.id}.gate-b@1`))?.delay).toBeLessThanOrEqual(15_000);
  await at.op.change(async (reading) => {
    const doc = await reading.get('step', `${mol.id}.x`);
    if (!doc) throw new Error('no step');
    return failing(reading, doc, undefined, { reason: 'it broke' }, at.op.clock.now());
  });
  await gateBecomes(at, `${mol.id}.gate-a`, 'is resolved', ({ state }) => state === 'resolved');
  expect(await gate(`${mol.id}.gate-b`)).toMatchObject({ state: 'open' });
});
