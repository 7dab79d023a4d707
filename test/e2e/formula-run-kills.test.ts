import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formula, run, survey } from '../support/convoys.ts';
import { HarmedTown } from '../support/trial.ts';

/** Workers that die at the moments of a convoy that count: it goes on where it was, and no leg is worked twice. */
let town: HarmedTown;
beforeAll(async () => {
  town = await HarmedTown.open();
  await town.does(['down']);
  await town.does(['up'], { env: { GT_FAIL: `@${town.gate('order')}` } });
  await town.rig('alpha', 'true');
});
afterAll(() => town?.close());

test.each([
  ['pour', 'while its steps are poured'],
  ['poured', 'when all are there, and nothing has begun'],
  ['leg', 'when the first leg has its item'],
  ['leg 4', 'when the synthesis has'],
])('a worker that dies at %s (%s) leaves a convoy that comes to its end, with one item for each leg', async (point) => {
  const name = `at-${point.replace(' ', '-')}`;
  formula(town, name, survey(town, name));
  for (const leg of ['style', 'bugs', 'docs']) town.open(`${name}-${leg}`);
  const worker = town.pid('worker');
  writeFileSync(town.gate('order'), point);
  const { molecule, directory } = await run(town, name, '--pr', '1');
  await town.gone(worker, 60_000); // the synthesis is there when three agents have worked
  const mol = await town.until(`${molecule} has closed`, async () => {
    const doc = await town.read('molecule', molecule ?? '');
    return doc?.state === 'closed' && doc;
  });
  expect(mol).toMatchObject({ poured: 4, planned: 4, closed: { outcome: 'done' } });
  const events = (await town.events()).filter(({ data }) => String(data['step'] ?? data['mol']).startsWith(mol.id));
  const steps = ['style', 'bugs', 'docs', 'synthesis'].map((key) => `${mol.id}.${key}`).sort();
  expect(events.flatMap(({ type, data }) => (type === 'work.created' ? [data['step']] : [])).sort()).toEqual(steps);
  expect(events.flatMap(({ type, subject }) => (type === 'step.closed' ? [subject] : [])).sort()).toEqual(steps);
  const text = 'style of pull request #1\nbugs of pull request #1\n';
  expect(readFileSync(join(directory ?? '', 'all.md'), 'utf8')).toBe(text);
});
