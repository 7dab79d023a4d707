import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ProtoStep, StepExec } from '#core/formula/proto';
import { handOut } from '#core/molecule/hand';
import { burn } from '#ops/burn';
import { cancelMolecule } from '#ops/cancel-molecule';
import { closeStep } from '#ops/end-step';
import { retryStep } from '#ops/retry-step';
import type { World } from '#world/world';
import type { Sleepers } from '../../src/daemon/sleepers.ts';
import { redisOfFile } from '../support/fresh.ts';
import { type GrowthTown, growthTown } from '../support/growth.ts';
import { closes, planOf, planStep, poured } from '../support/molecules.ts';
import { good } from '../support/shop.ts';
import { endsEachTest } from '../support/sleepers.ts';
import { until } from '../support/until.ts';

/** What grows while a molecule lives, when it ends otherwise than it was to end. */
const server = redisOfFile();
let at: GrowthTown;
let worker: Sleepers | undefined;
endsEachTest(() => ({ at, worker }));

const begin = async (item = '', cook?: (name: string, cook: World['cook']) => World['cook']) => {
  const formulas = item === '' ? {} : { item };
  at = await growthTown(server.path, { formulas, ...(cook ? { more: { cook: cook('', (_, wish) => at.cook(wish)) } } : {}) });
  worker = await at.begin();
};
const runs = (run: string, more: Partial<StepExec> = {}): Partial<ProtoStep> => ({ exec: { executor: 'command', run, ...more } });
const fan = (sequential: boolean) => {
  const after = { for_each: 'output.list', bond: 'item', vars: { who: '{item}' }, parallel: !sequential, sequential };
  return planOf([planStep('src', [], { ...runs('echo \'{"list": ["ann", "bo"]}\''), on_complete: after })]);
};
const GREETS = 'formula = "item"\n[vars]\nwho = { required = true }\n[[steps]]\nid = "greet"\nrun = "echo {{who}} >> seen"\n';
const ASKS = 'formula = "item"\n[vars]\nwho = { required = true }\n[[steps]]\nid = "ask"\ntitle = "Ask {{who}}"\n';
const nested = (mol: string, n: number) => `${mol}.src.item${n}`;
const mol = (id: string) => at.op.books.read('molecule', id);

/** Cooks the second item only when it is told to: until then its cook is at fault. */
function lateSecond() {
  const may = { go: false, asked: false };
  const cook =
    (_name: string, real: World['cook']): World['cook'] =>
    (rig, wish) => {
      if (wish.vars?.['who'] === 'bo') {
        may.asked = true;
        if (!may.go) throw new Error('not yet');
      }
      return real(rig, wish);
    };
  return { may, cook };
}

test('a sequential item goes on when the one before it has closed before it was made', async () => {
  const { may, cook } = lateSecond();
  await begin(GREETS, cook);
  const { id } = await poured(at, fan(true));
  await closes(at, nested(id, 1));
  may.go = true;
  // The longer the first one took, the longer its faults have put the job aside by now.
  await until('the second item is made', async () => {
    await at.op.wake([`steps/${id}.src@1`]);
    return mol(nested(id, 2));
  });
  await closes(at, id);
  expect(at.lines('seen')).toEqual(['ann', 'bo']);
});

test('a fan-out makes no further item once its molecule is asked to end', async () => {
  const { may, cook } = lateSecond();
  await begin(ASKS, cook);
  const { id } = await poured(at, fan(false));
  await until('the second item is asked for', () => may.asked);
  // Whoever cancels dies before the wake.
  await at.op.changeOnly(async (reading) => {
    const now = await reading.get('molecule', id);
    if (!now) throw new Error('gone');
    return { put: [{ noun: 'molecule', doc: { ...now, cancel: { by: 'x', reason: 'enough', at: 1 } } }], answer: undefined };
  });
  may.go = true;
  await until('the step has looked', async () => {
    const job = await at.jobOf(`steps/${id}.src@1`);
    return (await mol(nested(id, 2))) !== undefined || job?.progress === 'its molecule ends';
  });
  expect(await mol(nested(id, 2))).toBeUndefined();
  await at.op.wake([`molecules/${id}@1`]);
  await closes(at, id);
  expect((await closes(at, nested(id, 1))).closed?.outcome).toBe('cancelled');
});

const asked = async () => {
  await begin(ASKS);
  const { id } = await poured(at, fan(false));
  for (const n of [1, 2]) await until(`item ${n} is open`, async () => (await mol(nested(id, n)))?.state === 'open');
  return id;
};

test('a fan-out that is skipped ends its molecules, and its own molecule closes', async () => {
  const id = await asked();
  good(await closeStep(at.op, { step: `${id}.src` }, { outcome: 'skipped', reason: 'not wanted' }));
  expect((await closes(at, nested(id, 1))).closed).toMatchObject({ outcome: 'cancelled' });
  expect((await closes(at, id)).closed?.outcome).toBe('done');
});

test('a molecule that is cancelled ends although one of its items was burned', async () => {
  const id = await asked();
  good(await burn(at.op, nested(id, 1)));
  good(await cancelMolecule(at.op, { id, reason: 'enough' }));
  expect((await closes(at, id)).closed?.outcome).toBe('cancelled');
  expect((await closes(at, nested(id, 2))).closed?.outcome).toBe('cancelled');
  expect(at.faults).toEqual([]);
});

test.each(['burned', 'cancelled'])('the hand is empty when the item whose step it held is %s', async (how) => {
  const id = await asked();
  const step = `${nested(id, 1)}.ask`;
  await at.op.change(async (reading) => {
    const [root, held] = [await reading.get('molecule', id), await reading.get('step', step)];
    if (!root || !held) throw new Error('gone');
    return handOut(root, held, { by: 'x' }, 1);
  });
  expect((await mol(id))?.hand).toBe(step);
  good(await (how === 'burned' ? burn(at.op, nested(id, 1)) : cancelMolecule(at.op, { id: nested(id, 1), reason: 'no' })));
  await until('the hand is empty', async () => (await mol(id))?.hand === undefined);
});

test('a ralph with children that is tried again by a person does new iterations, and those that were stay as they are', async () => {
  await begin();
  const script = join(at.root, 'good.sh');
  writeFileSync(script, '#!/bin/sh\necho "judged $GT_ITERATION" >> seen\ntest -e good\n');
  chmodSync(script, 0o755);
  const check = { mode: 'exec', path: 'good.sh', timeout: '10s' } as const;
  const child = { ...planStep('r.a', [], runs('echo "$GT_STEP_KEY" >> seen')), step: 'a', parent: 'f.r' };
  const { id } = await poured(at, planOf([planStep('r', [], { type: 'epic', ralph: { max_attempts: 2, check } }), child]));
  const step = (key: string) => at.op.books.read('step', `${id}.${key}`);
  await until('it has failed', async () => (await step('r'))?.status === 'failed');
  const before = await step('r.iteration.2.a');
  good(await retryStep(at.op, { step: `${id}.r` }));
  await until('the third iteration is done', async () => (await step('r.iteration.3.a'))?.status === 'closed');
  expect(await step('r.iteration.2.a')).toEqual(before);
  expect(existsSync(join(at.root, 'good'))).toBe(false);
});

test('a loop that would go on waits when its molecule is asked to end', async () => {
  await begin();
  const { id } = await poured(
    at,
    planOf([
      planStep('l.iter1.a', [], { ...runs('until test -e go; do sleep 0.02; done'), step: 'l.iter1.a' }),
      planStep('l', ['l.iter1.a'], {
        kind: 'round',
        repeat: { until: "file.exists('never')", max: 9, round: 'l.iter1' } as never,
      }),
    ]),
  );
  await until('it runs', async () => (await at.step(id, 'l.iter1.a').catch(() => undefined))?.status === 'in_progress');
  await at.op.changeOnly(async (reading) => {
    const now = await reading.get('molecule', id);
    if (!now) throw new Error('gone');
    return { put: [{ noun: 'molecule', doc: { ...now, cancel: { by: 'x', reason: 'enough', at: 1 } } }], answer: undefined };
  });
  writeFileSync(join(at.root, 'go'), '');
  await until('the round waits', async () => (await at.jobOf(`steps/${id}.l@1`))?.progress === 'its molecule ends');
  await at.op.wake([`molecules/${id}@1`]);
  expect((await closes(at, id)).closed?.outcome).toBe('cancelled');
});
