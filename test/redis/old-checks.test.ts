import { afterEach, expect, test } from 'vitest';
import { LOGS_KEPT_MS, SNAPSHOTS_KEPT_MS } from '#core/limits';
import { dropChecks, dropSnapshots } from '#processors/old-checks';
import type { World } from '#world/world';
import { deskEachTest, type TestDesk } from '../support/desk.ts';
import { aCheck, item } from '../support/records.ts';
import { dropRig, makeRig, type Rig, sh } from '../support/repo.ts';

let desk: TestDesk;
let rig: Rig | undefined;
deskEachTest((one) => {
  desk = one;
});
afterEach(() => {
  desk.close();
  if (rig) dropRig(rig);
  rig = undefined;
});

const later = (ms: number) => ({ ...desk, clock: { now: () => 1e12 + ms } });

test('a check goes with its log, and so does the verdict that rests on it; what is planned stays', async () => {
  const at = 1e12;
  const check = (id: string, tree: string, more: object) => ({ ...aCheck(id), tree, spec: 's', endedAt: at, ...more });
  const docs = [
    check('ck-old', 't1', { state: 'passed' }),
    check('ck-bad', 't2', { state: 'failed' }),
    check('ck-mad', 't5', { state: 'error' }),
    check('ck-new', 't3', { state: 'passed', endedAt: at + 86_400_000 }),
    check('ck-open', 't4', { state: 'planned' }),
  ];
  const verdicts = [
    { id: 't1.s', rig: 'gp', passed: { at, check: 'ck-old' }, failures: [], errors: 0, runs: 1 },
    { id: 't2.s', rig: 'gp', passed: { at, check: 'ck-new' }, failures: ['ck-bad'], errors: 0, runs: 2 },
    { id: 't3.s', rig: 'gp', passed: { at, check: 'ck-new' }, failures: [], errors: 0, runs: 1 },
    { id: 't5.s', rig: 'gp', failures: [], errors: 1, runs: 1 },
  ];
  await desk.change(async (reading) => {
    for (const { id } of docs) await reading.get('check', id);
    for (const { id } of verdicts) await reading.get('verdict', id);
    const put = [...docs.map((doc) => ({ noun: 'check', doc })), ...verdicts.map((doc) => ({ noun: 'verdict', doc }))];
    return { put: put as never, answer: undefined };
  });
  await dropChecks(later(LOGS_KEPT_MS + 1));
  const left = async (noun: 'check' | 'verdict', ids: string[]) => (await desk.books.readMany(noun, ids)).map(({ id }) => id);
  expect(await left('check', ['ck-old', 'ck-bad', 'ck-new', 'ck-open'])).toEqual(['ck-new', 'ck-open']);
  expect(await left('verdict', ['t1.s', 't2.s', 't3.s', 't5.s'])).toEqual(['t3.s']);
});

test('snapshots of what landed a month ago go; those of an item that ended otherwise, or lately, stay', async () => {
  rig = await makeRig();
  const { git, repo, base } = rig;
  const closed = (at: number, commit?: string) => ({ closed: { at, reason: 'x', ...(commit ? { commit } : {}) } });
  const over = { rig: 'shop', status: 'closed', jobsRemoved: true } as const;
  const items = [
    item('gp-landed', { ...over, ...closed(1e12, base) }),
    item('gp-left', { ...over, ...closed(1e12) }),
    item('gp-late', { ...over, ...closed(1e12 + 86_400_000, base) }),
  ];
  await desk.change(async (reading) => {
    for (const { id } of items) await reading.get('work', id);
    return { put: items.map((doc) => ({ noun: 'work', doc })), answer: undefined };
  });
  for (const { id } of items) for (const n of [1, 2]) sh(repo, 'update-ref', `refs/gt/snap/${id}/${id}.r1-${n}`, base);
  const world = { desk: later(SNAPSHOTS_KEPT_MS + 1), git, rigs: () => ['shop'], rig: () => ({ repo }) } as unknown as World;
  await dropSnapshots(world);
  const refs = (await git.refs(repo, 'refs/gt/snap')).map(({ ref }) => ref.split('/')[3]);
  expect(refs).toEqual(['gp-late', 'gp-late', 'gp-left', 'gp-left']);
  expect(await desk.books.index('work.unpruned')).toEqual(['gp-late']);
});
