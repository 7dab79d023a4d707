import { expect, test } from 'vitest';
import { closeWork } from '#ops/close-work';
import { createWork } from '#ops/create-work';
import { closeStep } from '#ops/end-step';
import type { Sleepers } from '../../src/daemon/sleepers.ts';
import { redisOfFile } from '../support/fresh.ts';
import { cooked, type GrowthTown, growthTown } from '../support/growth.ts';
import { closes, poured } from '../support/molecules.ts';
import { good } from '../support/shop.ts';
import { endsEachTest } from '../support/sleepers.ts';
import { until } from '../support/until.ts';

const server = redisOfFile();
let at: GrowthTown;
let worker: Sleepers;
endsEachTest(() => ({ at, worker }));

const WAITS = (kind: string) => `
formula = "waits"
[[steps]]
id = "survey"
title = "Look, and make an item for each thing that is found"
[[steps]]
id = "report"
${kind === 'any-children' ? 'needs = ["survey"]' : ''}
waits_for = "${kind}"
run = "echo report >> seen"
`;

/** A molecule whose step makes items while it lives, and who waits for them. */
async function surveyed(kind: string) {
  at = await growthTown(server.path, { formulas: { waits: WAITS(kind) } });
  worker = await at.begin();
  const mol = await poured(at, cooked(at, 'waits'));
  await until('the molecule is open', async () => (await at.op.books.read('molecule', mol.id))?.state === 'open');
  const make = async (title: string) =>
    good(await createWork(at.op, { rig: 'gp', prefix: 'gp', title, parent: `${mol.id}.survey` })).id;
  const end = (id: string) => closeWork(at.op, { id, reason: 'seen to' });
  const endSurvey = () =>
    closeStep(at.op, { step: `${mol.id}.survey` }, { outcome: 'done', reason: 'done', evidence: { note: 'x' } });
  return { mol: mol.id, make, end, endSurvey };
}

test('items that were made under a step are its children: who waits for all of them goes on when the last is closed', async () => {
  const { mol, make, end, endSurvey } = await surveyed('children-of(survey)');
  const [one, other] = [await make('one'), await make('other')];
  good(await endSurvey());
  good(await end(one));
  await until('the report hears of the other', async () => (await at.op.books.successors(other))[0]?.length === 1);
  expect(at.lines('seen')).toEqual([]);
  good(await end(other));
  expect(await closes(at, mol)).toMatchObject({ closed: { outcome: 'done' } });
  expect(at.lines('seen')).toEqual(['report']);
  expect(at.faults).toEqual([]);
});

test('who waits for any of them goes on with the first that is closed, also when it was made after the wait had begun', async () => {
  const { mol, make, end } = await surveyed('any-children');
  const one = await make('one');
  await until('the report hears of it', async () => (await at.op.books.successors(one))[0]?.length === 1);
  good(await end(one));
  await until('the report is written', () => at.lines('seen').length === 1);
  expect(await at.step(mol, 'survey')).toMatchObject({ status: 'open' });
  expect(at.faults).toEqual([]);
});
