import { expect, test } from 'vitest';
import type { Sleepers } from '../../src/daemon/sleepers.ts';
import { redisOfFile } from '../support/fresh.ts';
import { closes, moleculeTown, planOf, planStep, poured } from '../support/molecules.ts';
import { endsEachTest, type Town } from '../support/sleepers.ts';

const server = redisOfFile();
let at: Town;
let worker: Sleepers | undefined;
endsEachTest(() => ({ at, worker }));

test('a molecule pours its steps, each closes when what it needs has closed, and the last one closes it', async () => {
  at = await moleculeTown(server.path);
  worker = await at.begin();
  const diamond = planOf([planStep('a'), planStep('b', ['a']), planStep('c', ['a']), planStep('d', ['b', 'c'])]);
  const mol = await poured(at, diamond);
  expect(await closes(at, mol.id)).toMatchObject({ closed: { outcome: 'done' } });
  const ended = await at.op.books.readMany('step', await at.op.books.index(`steps.closed:${mol.id}`));
  expect(ended.map(({ key }) => key)).toEqual(['a', 'b', 'c', 'd']);
  const when = Object.fromEntries(ended.map(({ key, closed }) => [key, closed?.at ?? 0]));
  expect(when['d']).toBeGreaterThanOrEqual(Math.max(when['b'] ?? 0, when['c'] ?? 0));
  await at.becomes(`molecules/${mol.id}@1`, 'completed');
  expect(at.faults).toEqual([]);
});
