import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { explain, isRefusal } from '#core/refusals';
import { cookWith } from '#world/formulas/cook-with';
import type { Sleepers } from '../../src/daemon/sleepers.ts';
import { redisOfFile } from '../support/fresh.ts';
import { type GrowthTown, growthTown } from '../support/growth.ts';
import { ledgerOf, replay, told } from '../support/hanoi.ts';
import { closes, poured } from '../support/molecules.ts';
import { files } from '../support/shipped.ts';
import { endsEachTest } from '../support/sleepers.ts';

const server = redisOfFile();
let at: GrowthTown;
let worker: Sleepers | undefined;
endsEachTest(() => ({ at, worker }));

test('the tower of three discs is moved by the worker, move by move, and the ledger replays to the solved tower', async () => {
  at = await growthTown(server.path, { limit: 2 });
  worker = await at.begin();
  const ledger = join(at.root, 'ledger');
  const dish = cookWith(files, { name: 'towers-of-hanoi-3', vars: { ledger } });
  if (isRefusal(dish)) throw new Error(explain(dish).says);
  const mol = await poured(at, dish.plan);
  expect(await closes(at, mol.id, 100_000)).toMatchObject({ closed: { outcome: 'done' } });
  const lines = ledgerOf(readFileSync(ledger, 'utf8'));
  expect(lines.map(({ id }) => id)).toEqual(dish.plan.steps.map(({ step }) => step));
  expect(lines.map(({ after }) => after)).toEqual(lines.map((_, n) => told(replay(3, lines.slice(0, n + 1)).pegs)));
  expect(lines.at(-1)?.after).toBe('//3,2,1');
  expect(at.faults).toEqual([]);
});
