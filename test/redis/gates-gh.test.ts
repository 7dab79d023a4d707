import { expect, test } from 'vitest';
import { askLooks } from '#ops/ask-looks';
import { gateBecomes, gated, gatesEachTest, type standInGh } from '../support/gates.ts';
import { closes, planOf, poured } from '../support/molecules.ts';
import type { Town } from '../support/sleepers.ts';

let at: Town;
let gh: ReturnType<typeof standInGh>;
gatesEachTest((one) => {
  ({ at, gh } = one);
});

const waits = async (type: string, id: string, timeout?: string) =>
  poured(at, planOf(gated('a', { type, id, ...(timeout ? { timeout } : {}) })));
const seen = (mol: string, words: string) =>
  gateBecomes(at, `${mol}.gate-a`, `saw ${words}`, (gate) => gate.seen?.includes(words) ?? false);
const lookNow = (mol: string) => askLooks(at.op, [`${mol}.gate-a`]);
const escalations = async () => (await at.op.books.eventsBefore(undefined, 200)).filter(({ type }) => type === 'gate.escalated');

test('G2: a run opens its gate when it has succeeded or was skipped; between two looks nobody is asked', async () => {
  for (const conclusion of ['success', 'skipped']) {
    gh.says({ status: 'in_progress', conclusion: '', url: 'https://example.test/7' });
    const mol = await waits('gh:run', '7');
    const open = await seen(mol.id, 'run 7 is in_progress (https://example.test/7)');
    expect(open.lookAt).toBeGreaterThanOrEqual((open.openedAt ?? 0) + 30_000);
    const times = gh.asked().length;
    await at.op.wake([`gates/${open.id}@1`]);
    await at.becomes(`gates/${open.id}@1`, 'delayed');
    expect(gh.asked()).toHaveLength(times);
    gh.says({ status: 'completed', conclusion });
    await lookNow(mol.id);
    await closes(at, mol.id);
  }
  expect(gh.asked().every((words) => words === 'run view 7 --json status,conclusion,url')).toBe(true);
  expect(await escalations()).toEqual([]);
});

test('any other end of a run asks a person once and leaves the gate open; a run that is started again and succeeds opens it', async () => {
  gh.says({ status: 'completed', conclusion: 'failure' });
  const mol = await waits('gh:run', '7');
  const open = await seen(mol.id, 'run 7 is failure');
  expect(open).toMatchObject({ state: 'open', asked: ['run-ended'] });
  await lookNow(mol.id);
  await gateBecomes(at, open.id, 'was looked at again', ({ lookAsked, lookedAt }) => !lookAsked && lookedAt !== open.lookedAt);
  expect(await escalations()).toHaveLength(1);
  gh.says({ status: 'completed', conclusion: 'success' });
  await lookNow(mol.id);
  await closes(at, mol.id);
  expect(await at.op.books.index('escalations.open')).toEqual([]);
});

test('a workflow is looked up by its name, and the number of its newest run is kept', async () => {
  gh.says([{ databaseId: 42, status: 'queued', conclusion: '' }]);
  const mol = await waits('gh:run', 'ci.yml; rm -rf .');
  expect(await seen(mol.id, 'run 42 is queued')).toMatchObject({ awaitId: '42', found: 'ci.yml; rm -rf .' });
  gh.says({ status: 'completed', conclusion: 'success' });
  await lookNow(mol.id);
  await closes(at, mol.id);
  expect(gh.asked()).toEqual([
    'run list --workflow ci.yml; rm -rf . --limit 1 --json databaseId,status,conclusion,url',
    'run view 42 --json status,conclusion,url',
  ]);
});

test('a pull request opens its gate when it is merged, and asks a person when it is closed', async () => {
  gh.says({ state: 'OPEN', title: 'Greet' });
  const mol = await waits('gh:pr', '12');
  await seen(mol.id, 'pull request 12 is open: Greet');
  gh.says({ state: 'CLOSED', title: 'Greet' });
  await lookNow(mol.id);
  expect(await seen(mol.id, 'is closed')).toMatchObject({ state: 'open', asked: ['pr-closed'] });
  gh.says({ state: 'MERGED', title: 'Greet' });
  await lookNow(mol.id);
  await closes(at, mol.id);
});

test('where there is no `gh` its absence is said and a person is asked once; installed later it is used', async () => {
  const mol = await waits('gh:pr', '12');
  const open = await seen(mol.id, 'not on the worker');
  expect(open).toMatchObject({ asked: ['gh-absent'] });
  await lookNow(mol.id);
  await gateBecomes(at, open.id, 'was looked at again', ({ lookAsked, lookedAt }) => !lookAsked && lookedAt !== open.lookedAt);
  expect(await escalations()).toHaveLength(1);
  gh.says({ state: 'MERGED' });
  await lookNow(mol.id);
  await closes(at, mol.id);
});

test('a run that nobody has, a login that is missing and an id that is an option are told; a network that is away is borne for a while', async () => {
  gh.says('', 1, 'could not find any workflow run with ID 9');
  expect(await seen((await waits('gh:run', '9')).id, 'there is none: could not find')).toMatchObject({ asked: ['gh-none'] });
  gh.says('', 4, 'To get started with GitHub CLI, please run:  gh auth login');
  expect(await seen((await waits('gh:run', '9')).id, 'not logged in')).toMatchObject({ asked: ['gh-login'] });
  gh.says('', 1, 'error connecting to api.github.com');
  expect((await seen((await waits('gh:run', '9')).id, 'failed: error connecting')).asked).toBeUndefined();
  expect(await seen((await waits('gh:pr', '--web')).id, 'is no id')).toMatchObject({ asked: ['gh-none'] });
  expect(gh.asked().some((words) => words.includes('--web'))).toBe(false);
});
