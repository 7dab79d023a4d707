import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ProtoStep, StepExec } from '#core/formula/proto';
import type { Sleepers } from '../../src/daemon/sleepers.ts';
import { redisOfFile } from '../support/fresh.ts';
import { type GrowthTown, growthTown } from '../support/growth.ts';
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
const order = (first: string, second: string) => {
  const seen = at.lines('seen');
  expect(seen).toContain(first);
  expect(seen).toContain(second);
  expect(seen.indexOf(first)).toBeLessThan(seen.indexOf(second));
};

const spawner = (more: Partial<ProtoStep> = {}) => {
  const after = { for_each: 'output.list', bond: 'item', vars: { who: '{item}' }, parallel: true, sequential: true };
  return planStep('scan', [], { ...runs('echo \'{"list": ["ann", "bo"]}\''), on_complete: after, ...more });
};
const waits = (kind: 'all-children' | 'any-children' | 'children-of') => ({ waits: { kind, spawner: 'f.scan' } });

test('M5: all-children releases when the spawner and all of its children have closed, any-children at the first', async () => {
  const go = `
formula = "item"
[vars]
who = { required = true }
[[steps]]
id = "greet"
run = "echo {{who}} >> seen; test {{who}} = ann || until test -e go; do sleep 0.02; done"
`;
  await begin({ item: go });
  const mol = await poured(
    at,
    planOf([
      spawner(),
      planStep('all', ['scan'], { ...says(), ...waits('all-children') }),
      planStep('of', [], { ...says(), ...waits('children-of') }),
      planStep('any', ['scan'], { ...says(), ...waits('any-children') }),
    ]),
  );
  await until('any has run', () => at.lines('seen').includes('any'));
  expect((await at.step(mol.id, 'scan')).status).toBe('in_progress');
  expect(at.lines('seen')).not.toContain('all');
  writeFileSync(join(at.root, 'go'), '');
  await closes(at, mol.id);
  order('ann', 'any');
  for (const late of ['all', 'of']) order('bo', late);
});

test('M5: a spawner without children releases who waits for them', async () => {
  await begin();
  const mol = await poured(
    at,
    planOf([
      planStep('scan', [], says()),
      planStep('all', ['scan'], { ...says(), ...waits('all-children') }),
      planStep('any', ['scan'], { ...says(), ...waits('any-children') }),
      planStep('of', [], { ...says(), ...waits('children-of') }),
    ]),
  );
  await closes(at, mol.id);
  for (const late of ['all', 'any', 'of']) order('scan', late);
});

test('R2: the script of a ralph decides whether the work is done once more', async () => {
  await begin();
  const script = join(at.root, 'good.sh');
  writeFileSync(script, '#!/bin/sh\ntest "$(wc -l < seen)" -ge 3\n');
  chmodSync(script, 0o755);
  const check = { mode: 'exec', path: 'good.sh', timeout: '10s' } as const;
  const mol = await poured(at, planOf([planStep('r', [], { ...says(), ralph: { max_attempts: 5, check } })]));
  await closes(at, mol.id);
  expect(at.lines('seen')).toEqual(['r', 'r', 'r']);
  const spent = await poured(
    at,
    planOf([planStep('s', [], { ...runs('echo s >> others'), ralph: { max_attempts: 2, check: { ...check, path: 'no.sh' } } })]),
  );
  expect((await failed(spent.id, 's')).failed?.reason).toContain('there is no `no.sh`');
  expect(at.lines('others')).toEqual(['s', 's']);
  const outside = await poured(
    at,
    planOf([planStep('o', [], { ...runs('true'), ralph: { max_attempts: 1, check: { ...check, path: '../../bin/sh' } } })]),
  );
  expect((await failed(outside.id, 'o')).failed?.reason).toMatch(/lies outside|there is no/);
});

test('R2: a ralph with children does all of them once more', async () => {
  await begin();
  const script = join(at.root, 'good.sh');
  writeFileSync(script, '#!/bin/sh\ntest "$GT_ITERATION" = 2\n');
  chmodSync(script, 0o755);
  const check = { mode: 'exec', path: 'good.sh', timeout: '10s' } as const;
  const child = (id: string, needs: readonly string[] = []): ProtoStep => ({
    ...planStep(`r.${id}`, needs, says()),
    step: id,
    parent: 'f.r',
  });
  const mol = await poured(
    at,
    planOf([
      planStep('r', [], { type: 'epic', ralph: { max_attempts: 3, check } }),
      child('a'),
      child('b', ['r.a']),
      planStep('z', ['r'], says()),
    ]),
  );
  await closes(at, mol.id);
  expect(at.lines('seen')).toEqual(['a', 'b', 'r.iteration.2.a', 'r.iteration.2.b', 'z']);
});

const scoped = (role: string): Partial<ProtoStep> => ({ metadata: { 'gc.scope_ref': 'body', 'gc.scope_role': role } });

test('R4: a member of a scope that fails skips the members that are open, the teardown runs, and the body fails', async () => {
  await begin();
  const steps = (run: string) =>
    planOf([
      planStep('body', [], { metadata: { 'gc.kind': 'scope' } }),
      planStep('setup', [], { ...says(), ...scoped('setup') }),
      planStep('m1', ['setup'], { ...runs(run), ...scoped('member') }),
      planStep('m2', ['m1'], { ...says(), ...scoped('member') }),
      planStep('down', ['body'], { ...says(), ...scoped('teardown') }),
      planStep('after', ['m2'], says()),
    ]);
  const bad = await poured(at, steps('echo oh no; exit 1'));
  const body = await failed(bad.id, 'body');
  expect(body.failed?.reason).toBe('m1: its command: ended with 1 (oh no)');
  expect((await at.step(bad.id, 'm2')).closed).toMatchObject({ outcome: 'skipped' });
  await until('the teardown has run', () => at.lines('seen').includes('down'));
  expect((await at.step(bad.id, 'after')).status).toBe('open');
  expect(at.lines('seen')).toEqual(['setup', 'down']);
  const good = await poured(at, steps('true'));
  expect(await closes(at, good.id)).toMatchObject({ closed: { outcome: 'done' } });
  expect(at.lines('seen').slice(2)).toEqual(expect.arrayContaining(['setup', 'm2', 'down', 'after']));
});
