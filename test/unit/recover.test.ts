import { describe, expect, test } from 'vitest';
import type { Known, Proof } from '#core/proof';
import type { Merge, Run, Work } from '#core/records';
import { recover } from '#core/recover';

const rules = { agent: 'shell', target: 'main', tip: 't0', token: (session: string) => `town.${session}.secret` };
const tree = { name: 'toast', dir: '/town/rig/polecats/toast/rig', branch: 'polecat/toast', head: 'h1' };
const session = (id: string, over = false) => ({ id, pid: 7, born: '70', startedAt: 5, over });

const item = (more: Partial<Work> = {}): Work => ({
  id: 'gp-a',
  generation: 1,
  rig: 'rig',
  title: 'A',
  type: 'task',
  status: 'hooked',
  priority: 2,
  labels: [],
  deps: [],
  createdAt: 1,
  createdBy: 'p',
  updatedAt: 1,
  runs: 0,
  failures: 0,
  ...more,
});
const aRun = (n: number, more: Partial<Run> = {}): Run => ({
  id: `gp-a.r${n}`,
  work: 'gp-a',
  generation: 1,
  rig: 'rig',
  name: 'toast',
  agent: 'shell',
  attempt: 1,
  state: 'live',
  grantedAt: 2,
  dir: tree.dir,
  branch: tree.branch,
  sessions: 1,
  deaths: 0,
  snapshots: 0,
  ...more,
});
const live = (n: number, s: number) => ({
  session: { id: `gp-a.r${n}.s${s}`, token: `town.gp-a.r${n}.s${s}.secret`, at: 3, pid: 7, born: '70', ackedAt: 4 },
});
const request = (n: number, more: Partial<Merge> = {}): Merge => ({
  id: `gp-a.m${n}`,
  work: 'gp-a',
  generation: 1,
  run: `gp-a.r${n}`,
  rig: 'rig',
  target: 'main',
  branch: tree.branch,
  head: 'h1',
  title: 'A',
  author: 'a',
  priority: 2,
  state: 'queued',
  submittedAt: 3,
  checks: 0,
  ...more,
});

/** What the books are after it: by noun and id. */
function booksAfter(known: Partial<Known>, proof: Proof) {
  const nothing = {
    run: undefined,
    sessionRun: undefined,
    pinRun: undefined,
    merge: undefined,
    landed: undefined,
    pinned: undefined,
  };
  const change = recover({ work: item(), train: { id: 'rig', generation: 1 }, ...nothing, ...known }, proof, rules, 100);
  return change && Object.fromEntries(change.put.map(({ noun, doc }) => [`${noun} ${doc.id}`, doc]));
}

describe('books that have forgotten', () => {
  test('the sling and the grant take up the run of the session that lives, with its worktree', () => {
    const docs = booksAfter({ work: item({ status: 'open' }) }, { session: session('gp-a.r1.s2'), tree });
    expect(docs?.['work gp-a']).toMatchObject({
      status: 'in_progress',
      run: 'gp-a.r1',
      runs: 1,
      hold: { name: 'toast', dir: tree.dir },
    });
    expect(docs?.['run gp-a.r1']).toMatchObject({
      state: 'live',
      sessions: 2,
      branch: tree.branch,
      session: { id: 'gp-a.r1.s2', pid: 7, ackedAt: 100 },
    });
  });

  test('a new session leave the old one for it', () => {
    const run = aRun(1, live(1, 1));
    const docs = booksAfter(
      { work: item({ run: run.id, runs: 1 }), run, sessionRun: run },
      { session: session('gp-a.r1.s3'), tree },
    );
    expect(docs?.['run gp-a.r1']).toMatchObject({ sessions: 3, session: { id: 'gp-a.r1.s3' } });
  });

  test('that its agent has said hello do not wait for it again', () => {
    const run = aRun(1, { session: { id: 'gp-a.r1.s1', token: 't', at: 3 } });
    const docs = booksAfter(
      { work: item({ run: run.id, runs: 1 }), run, sessionRun: run },
      { session: session('gp-a.r1.s1'), tree },
    );
    expect(docs?.['run gp-a.r1']).toMatchObject({ session: { ackedAt: 100, pid: 7 } });
  });

  test('a hand-in make it again, with its run if that is lost too', () => {
    const docs = booksAfter({}, { pinned: { merge: 'gp-a.m1', head: 'h1' }, tree });
    expect(docs?.['merge gp-a.m1']).toMatchObject({ state: 'submitted', head: 'h1' });
    expect(docs?.['run gp-a.r1']).toMatchObject({ state: 'ended', outcome: 'submitted', submitted: { head: 'h1' } });
    expect(docs?.['work gp-a']).toMatchObject({ merge: 'gp-a.m1', runs: 1 });
    expect(docs?.['work gp-a']).not.toHaveProperty('run');
  });

  test('a second attempt leave the first one behind', () => {
    const merge = request(1);
    const docs = booksAfter(
      { work: item({ merge: merge.id, runs: 1 }), merge, pinned: merge },
      { session: session('gp-a.r2.s1'), pinned: { merge: 'gp-a.m1', head: 'h1' }, tree },
    );
    expect(docs?.['merge gp-a.m1']).toMatchObject({ state: 'superseded' });
    expect(docs?.['work gp-a']).toMatchObject({ run: 'gp-a.r2', runs: 2 });
    expect(docs?.['work gp-a']).not.toHaveProperty('merge');
  });

  test('a landing close the item by its commit, and end the run that is left', () => {
    const run = aRun(1, live(1, 1));
    const docs = booksAfter(
      { work: item({ run: run.id, runs: 1 }), run },
      { landed: { merge: 'gp-a.m1', head: 'h1', tip: 'c1' }, tree },
    );
    expect(docs?.['work gp-a']).toMatchObject({ status: 'closed', closed: { commit: 'c1' } });
    expect(docs?.['run gp-a.r1']).toMatchObject({ state: 'ended', outcome: 'submitted' });
    expect(docs?.['merge gp-a.m1']).toMatchObject({ state: 'merged', landed: { tip: 'c1' } });
  });

  test('that a worktree was removed begin the run with a new one', () => {
    const run = aRun(1, live(1, 1));
    expect(booksAfter({ work: item({ run: run.id, runs: 1 }), run }, {})?.['run gp-a.r1']).toMatchObject({ state: 'granted' });
  });
});

describe('nothing is written', () => {
  const run = aRun(1, live(1, 1));
  const hold = { name: tree.name, dir: tree.dir, branch: tree.branch };
  test.each<[string, Partial<Known>, Proof]>([
    ['of a closed item', { work: item({ status: 'closed' }) }, { session: session('gp-a.r1.s1'), tree }],
    [
      'when the books know it all',
      { work: item({ run: run.id, runs: 1, hold }), run, sessionRun: run },
      { session: session('gp-a.r1.s1'), tree },
    ],
    [
      'of a session of a run that has ended',
      { work: item({ runs: 1, hold }), sessionRun: aRun(1, { state: 'ended' }) },
      { session: session('gp-a.r1.s1', true), tree },
    ],
    [
      'of a pin that a live session has left behind',
      { work: item({ run: run.id, runs: 1, hold }), run, sessionRun: run, pinRun: run },
      { session: session('gp-a.r1.s1'), tree, pinned: { merge: 'gp-a.m1', head: 'h0' } },
    ],
    [
      'of a request that came back',
      { work: item({ runs: 1, hold }), pinned: request(1, { state: 'returned' }), pinRun: aRun(1, { state: 'ended' }) },
      { tree, pinned: { merge: 'gp-a.m1', head: 'h1' } },
    ],
  ])('%s', (_law, known, proof) => {
    expect(booksAfter(known, proof)).toBeUndefined();
  });
});
