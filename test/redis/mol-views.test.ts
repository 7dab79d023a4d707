import { expect, test } from 'vitest';
import { full } from '#views/bead-links';
import { beadList } from '#views/bead-list';
import { beads } from '#views/beads';
import { molList, molStatus } from '#views/mol-status';
import type { Sleepers } from '../../src/daemon/sleepers.ts';
import { redisOfFile } from '../support/fresh.ts';
import { moleculeTown, planOf, planStep, poured } from '../support/molecules.ts';
import { endsEachTest, type Town } from '../support/sleepers.ts';
import { until } from '../support/until.ts';

const server = redisOfFile();
let at: Town;
let worker: Sleepers;
endsEachTest(() => ({ at, worker }));

const AGENT = { exec: { executor: 'agent' } } as const;

/** A molecule whose first step has ended by itself, and whose second waits for an agent. */
async function halfDone() {
  at = await moleculeTown(server.path);
  worker = await at.begin();
  const epic = { type: 'epic' } as const;
  const plan = planOf([
    planStep('start'),
    planStep('build', ['start'], {
      ...AGENT,
      title: 'Build it',
      description: 'All of it.',
      acceptance: 'It builds.',
      priority: 1,
    }),
    planStep('proof', ['build'], epic),
    planStep('try', [], { ...AGENT, id: 'f.proof.try', parent: 'f.proof' }),
  ]);
  const mol = await poured(at, plan);
  const { books } = at.op;
  await until('the first step has ended', async () => (await books.read('step', `${mol.id}.start`))?.status === 'closed');
  return mol.id;
}

test('a molecule is shown with each step: done, ready, held, what it needs, and where it lies', async () => {
  const id = await halfDone();
  const shown = await molStatus(at.op.books, id);
  expect(shown?.steps.map(({ key, standing, unmet, parent }) => [key, standing, unmet, parent])).toEqual([
    ['start', 'done', [], null],
    ['build', 'ready', [], null],
    ['proof', 'held', [`${id}.build`, `${id}.proof.try`], null],
    ['try', 'held', [`${id}.build`], `${id}.proof`],
  ]);
  expect(shown?.counts).toMatchObject({ total: 4, done: 1, ready: 1, held: 2, failed: 0 });
  expect((await molList(at.op.books, 'open', 10)).molecules).toMatchObject([{ id, open: 3, ended: 1 }]);
});

test('steps are beads: with their texts, their edges both ways, and their molecule as parent', async () => {
  const id = await halfDone();
  const build = (await beads(at.op, [`${id}.build`])).get(`${id}.build`);
  expect(build && (await full(at.op, build))).toMatchObject({
    id: `${id}.build`,
    title: 'Build it',
    description: 'All of it.',
    acceptance_criteria: 'It builds.',
    status: 'open',
    priority: 1,
    issue_type: 'task',
    parent: id,
    source_formula: 'f',
    dependencies: [
      { id: `${id}.start`, dependency_type: 'blocks', status: 'closed' },
      { id, dependency_type: 'parent-child', issue_type: 'molecule' },
    ],
    dependents: [{ id: `${id}.proof`, dependency_type: 'blocks' }],
  });
});

test('a list below a molecule has its open steps in order, with `ready` only those that can be done now', async () => {
  const id = await halfDone();
  const below = await beadList(at.op, { parent: id, limit: 0 });
  expect(below.rows.map((row) => row.id)).toEqual([`${id}.build`, `${id}.proof`, `${id}.proof.try`]);
  const ready = await beadList(at.op, { ready: true, limit: 0 });
  expect(ready.rows.map((row) => row.id)).toEqual([`${id}.build`]);
  const all = await beadList(at.op, { parent: id, all: true, limit: 2 });
  expect([all.rows.length, all.total]).toEqual([2, 4]);
});
