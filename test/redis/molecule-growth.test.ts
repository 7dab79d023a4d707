import { expect, test } from 'vitest';
import type { ProtoStep, StepExec } from '#core/formula/proto';
import type { Sleepers } from '../../src/daemon/sleepers.ts';
import { redisOfFile } from '../support/fresh.ts';
import { cooked, type GrowthTown, growthTown } from '../support/growth.ts';
import { closes, planOf, planStep, poured } from '../support/molecules.ts';
import { endsEachTest } from '../support/sleepers.ts';
import { until } from '../support/until.ts';

const server = redisOfFile();
let at: GrowthTown;
let worker: Sleepers | undefined;
endsEachTest(() => ({ at, worker }));

const begin = async (formulas: Readonly<Record<string, string>> = {}) => {
  at = await growthTown(server.path, { formulas });
  worker = await at.begin();
};
const runs = (run: string, more: Partial<StepExec> = {}): Partial<ProtoStep> => ({ exec: { executor: 'command', run, ...more } });
/** Writes its id in the formula and what it gives out. */
const says = (json = '') => runs(`echo "$GT_STEP_KEY" >> seen; echo '${json}'`);
const failed = async (mol: string, key: string) =>
  until(`${key} has failed`, async () => {
    const step = await at.step(mol, key).catch(() => undefined);
    return step?.status === 'failed' ? step : undefined;
  });
const LOOP = (until: string, max: number) => `
formula = "loop"
[[steps]]
id = "before"
run = "echo before >> seen"
[[steps]]
id = "L"
needs = ["before"]
[steps.loop]
until = "${until}"
max = ${max}
[[steps.loop.body]]
id = "x"
run = "echo $GT_STEP_KEY >> seen; grep -c iter seen"
[[steps.loop.body]]
id = "y"
needs = ["x"]
run = "echo $GT_STEP_KEY >> seen; echo '{\\"n\\": '$(grep -c '[.]y$' seen)'}'"
[[steps]]
id = "after"
needs = ["L"]
run = "echo after >> seen"
`;

test('L9: the body of a loop with until is run again until its condition holds, and what comes later waits for that', async () => {
  await begin({ loop: LOOP('step.output.n == 3', 10) });
  const mol = await poured(at, cooked(at, 'loop'));
  expect(await closes(at, mol.id)).toMatchObject({ planned: 9, poured: 9, closed: { outcome: 'done' } });
  const body = [1, 2, 3].flatMap((n) => [`L.iter${n}.x`, `L.iter${n}.y`]);
  expect(at.lines('seen')).toEqual(['before', ...body, 'after']);
  expect((await at.step(mol.id, 'L')).closed?.reason).toBe('step.output.n == 3 holds after 3 rounds');
  expect((await at.steps(mol.id)).map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect(at.faults).toEqual([]);
});

test('L9: a loop with until ends after its last round, and says that the condition does not hold', async () => {
  await begin({ loop: LOOP("y.output.n == 'never'", 2) });
  const mol = await poured(at, cooked(at, 'loop'));
  await closes(at, mol.id);
  expect(at.lines('seen').at(-1)).toBe('after');
  expect((await at.step(mol.id, 'L')).closed).toMatchObject({
    outcome: 'done',
    reason: expect.stringContaining('does not hold'),
  });
});

test('a loop in a loop has rounds of its own in each round', async () => {
  await begin({
    nested: `
formula = "nested"
[[steps]]
id = "A"
[steps.loop]
until = "steps.complete > 8"
max = 5
[[steps.loop.body]]
id = "B"
[steps.loop.body.loop]
until = "x.status == 'failed'"
max = 2
[[steps.loop.body.loop.body]]
id = "x"
run = "echo $GT_STEP_KEY >> seen"
`,
  });
  const mol = await poured(at, cooked(at, 'nested'));
  await closes(at, mol.id);
  const rounds = [1, 2, 3].flatMap((n) => [`A.iter${n}.B.iter1.x`, `A.iter${n}.B.iter2.x`]);
  expect(at.lines('seen')).toEqual(rounds);
});

test('a condition on a file looks into the folder in which the commands run', async () => {
  await begin({ loop: LOOP("file.exists('seen')", 5) });
  const mol = await poured(at, cooked(at, 'loop'));
  await closes(at, mol.id);
  expect((await at.step(mol.id, 'L')).round).toBe(1);
});

const ITEM = `
formula = "item"
[vars]
who = { required = true }
[[steps]]
id = "greet"
run = "echo {{who}} >> seen"
`;
const FAN = (list: string, more: Partial<ProtoStep['on_complete']> = {}) => {
  const after = {
    for_each: 'output.list',
    bond: 'item',
    vars: { who: '{item.name}-{index}' },
    parallel: true,
    sequential: false,
    ...more,
  };
  return planOf([planStep('src', [], { ...runs(`echo '${list}'`), on_complete: after }), planStep('after', ['src'], says())]);
};

test('R3: a fan-out hangs one molecule for each item under its step, and what needs the step waits for all of them', async () => {
  await begin({ item: ITEM });
  const mol = await poured(at, FAN('{"list": [{"name": "ann"}, {"name": "bo"}, {"name": "cy"}]}'));
  await closes(at, mol.id);
  expect(at.lines('seen').slice(0, 3).sort()).toEqual(['ann-0', 'bo-1', 'cy-2']);
  expect(at.lines('seen').at(-1)).toBe('after');
  const src = await at.step(mol.id, 'src');
  expect(src.molecules).toEqual([1, 2, 3].map((n) => `${src.id}.item${n}`));
  expect(await at.op.books.read('molecule', `${src.id}.item2`)).toMatchObject({
    step: src.id,
    state: 'closed',
    vars: { who: 'bo-1' },
  });
  expect((await at.jobOf(`molecules/${src.id}.item2@1`))?.parent).toMatchObject({ id: `${src.id}@1` });
  expect(at.faults).toEqual([]);
});

test('R3: a sequential fan-out begins an item when the one before it has closed', async () => {
  await begin({ item: ITEM });
  const mol = await poured(
    at,
    FAN('{"list": [{"name": "ann"}, {"name": "bo"}, {"name": "cy"}]}', { sequential: true, parallel: false }),
  );
  await closes(at, mol.id);
  expect(at.lines('seen')).toEqual(['ann-0', 'bo-1', 'cy-2', 'after']);
});

test('R3: no item passes, and an output without the list fails the step with what is wrong', async () => {
  await begin({ item: ITEM });
  const none = await poured(at, FAN('{"list": []}'));
  await closes(at, none.id);
  expect(at.lines('seen')).toEqual(['after']);
  const other = await poured(at, FAN('{"list": 3}'));
  expect((await failed(other.id, 'src')).failed?.reason).toBe('output.list is no list');
  const nothing = await poured(at, FAN(''));
  expect((await failed(nothing.id, 'src')).failed?.reason).toContain('gave out nothing');
  const unknown = await poured(at, FAN('{"list": [1]}', { bond: 'ghost' }));
  expect((await failed(unknown.id, 'src')).failed?.reason).toContain('item 1: ');
});

test('R3: a fan-out whose molecule fails is failed', async () => {
  const scoped = `
formula = "item"
[[steps]]
id = "body"
metadata = { "gc.kind" = "scope" }
needs = ["m"]
[[steps]]
id = "m"
run = "exit 1"
metadata = { "gc.scope_ref" = "body", "gc.scope_role" = "member" }
`;
  await begin({ item: scoped });
  const mol = await poured(at, FAN('{"list": [1]}', { vars: {} }));
  const nested = await until('the body has failed', async () => {
    const id = `${mol.id}.src.item1`;
    const body = await at.step(id, 'body').catch(() => undefined);
    return body?.status === 'failed' ? id : undefined;
  });
  const body = await at.step(nested, 'body');
  await at.op.change(async (reading) => {
    const now = await reading.get('step', body.id);
    if (!now) throw new Error('gone');
    const { closeStep } = await import('#core/molecule/life');
    return closeStep(now, undefined, { outcome: 'skipped', reason: 'so be it' }, at.op.clock.now());
  });
  expect((await failed(mol.id, 'src')).failed?.reason).toBe(`${nested}: 1 of its steps failed`);
});

test('R3: an expansion is cooked for ID.item.N', async () => {
  await begin({
    item: `
formula = "item"
type = "expansion"
[[template]]
id = "{target}.greet"
run = "echo {target} >> seen"
`,
  });
  const mol = await poured(at, FAN('{"list": [1, 2]}', { vars: {}, sequential: true, parallel: false }));
  await closes(at, mol.id);
  expect(at.lines('seen')).toEqual(['src.item.1', 'src.item.2', 'after']);
});
