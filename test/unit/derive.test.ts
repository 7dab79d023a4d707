import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concernedBy, isFinal, jobMember, standingOf } from '#core/derive';
import type { Noun, Records, Work } from '#core/records';
import { aCheck, aRun, aTrain, aVerdict, item, request } from '../support/records.ts';

const hold = { name: 'toast', dir: 'd' };
const closed = { at: 7, reason: 'landed' };
const want = { since: 5, rework: false };
const names = <N extends Noun>(noun: N, doc: Records[N]) =>
  standingOf(noun, doc).map(([index, , member]) => (member ? `${index}=${member}` : index));
const JOBS = 'jobs=work/gp-a@1';
const line = (kind: string) => ['want', 'want:gp', `want.of:gp ${kind}`, `want.kinds=gp ${kind} gp-a`];

describe('a work item stands', () => {
  test.each<[where: string, more: Partial<Work>, indexes: string[]]>([
    ['among the open ones while it is open', {}, ['work.open', 'work.open:gp', JOBS]],
    ['in line when it wants a slot', { want }, ['work.open', 'work.open:gp', ...line('p'), JOBS]],
    ['in line behind those of its program', { want, agent: 'codex' }, ['work.open', 'work.open:gp', ...line('pcodex'), JOBS]],
    ['and of that of its molecule', { want, molAgent: 'pi', manual: true }, ['work.open', 'work.open:gp', ...line('mpi'), JOBS]],
    ['in no line while it has a run', { want, run: 'gp-a.r1' }, ['work.open', 'work.open:gp', JOBS]],
    [
      'in no line while it needs you',
      { want, needsYou: { escalation: 'e', why: 'w' } },
      ['work.open', 'work.open:gp', 'needs-you', JOBS],
    ],
    ['under its name while it holds one', { hold }, ['work.open', 'work.open:gp', 'names=toast', JOBS]],
    [
      'among the closed ones with its job while it holds a name',
      { status: 'closed', closed, hold },
      ['work.closed', 'work.closed:gp', 'names=toast', JOBS],
    ],
    [
      'among the ended ones without a job once it has let go',
      { status: 'closed', closed },
      ['work.closed', 'work.closed:gp', 'ended'],
    ],
    [
      'nowhere else once its jobs are removed',
      { status: 'closed', closed, jobsRemoved: true },
      ['work.closed', 'work.closed:gp'],
    ],
  ])('%s', (_where, more, indexes) => {
    expect(names('work', item('gp-a', more))).toEqual(indexes);
  });
});

test('the others stand where they are looked for', () => {
  expect(names('run', aRun('gp-a.r1'))).toEqual(['runs.live', 'runs.live:gp', 'using:shell', 'jobs=polecats/gp-a.r1']);
  expect(names('run', aRun('gp-a.r1', { state: 'ended' }))).toEqual([]);
  const merge = (more: Partial<Records['merge']>) => names('merge', request('gp-a.m1', more));
  expect(merge({})).toEqual(['merges.open:gp', 'jobs=merges/gp-a.m1']);
  for (const state of ['queued', 'checking', 'landing'] as const)
    expect(merge({ state })).toEqual(['merges.open:gp', 'merges.queued:gp', 'jobs=merges/gp-a.m1']);
  for (const state of ['returned', 'superseded', 'cancelled'] as const) expect(merge({ state })).toEqual(['merges.ended:gp']);
  expect(merge({ state: 'merged' })).toEqual(['merges.ended:gp', 'jobs=merges/gp-a.m1']);
  expect(merge({ state: 'merged', mirror: { state: 'pushed' } })).toEqual(['merges.ended:gp']);
  expect(merge({ state: 'merged', mirror: { state: 'left' } })).toEqual(['merges.ended:gp', 'merges.unpushed:gp']);
  expect(names('check', aCheck('ck-1'))).toEqual(['checks.open:gp', 'jobs=checks/ck-1']);
  expect(names('check', aCheck('ck-1', { state: 'error' }))).toEqual(['checks.ended']);
  expect(names('train', aTrain())).toEqual(['trains', 'jobs=trains/gp@1']);
  expect(names('dispatch', { id: 'town', generation: 1 })).toEqual(['jobs=dispatch/town@1']);
  expect(names('verdict', aVerdict())).toEqual([]);
  expect(names('patrol', { id: 'deacon', ticks: 0, skipped: 0, repaired: 0 })).toEqual(['patrols']);
  const asked = { id: 'e', cause: 'c', subject: 's', severity: 'high', why: 'w', count: 1, openedAt: 1, lastAt: 1 } as const;
  expect(names('escalation', { ...asked, state: 'acked' })).toEqual(['escalations.open', `escalations.open:${asked.subject}`]);
  expect(names('escalation', { ...asked, state: 'closed' })).toEqual(['escalations.closed']);
});

describe('a write concerns', () => {
  test('the slots when an item begins or ceases to want one', () => {
    const slots = 'dispatch/town@1';
    expect(concernedBy('work', item('gp-a'), undefined)).toEqual(['work/gp-a@1']);
    expect(concernedBy('work', item('gp-a', { want }), item('gp-a'))).toContain(slots);
    expect(concernedBy('work', item('gp-a'), item('gp-a', { want }))).toContain(slots);
    expect(concernedBy('work', item('gp-a', { want, run: 'r' }), item('gp-a', { run: 'r' }))).not.toContain(slots);
  });

  test('the slots and the item when a run ends, once', () => {
    const end = aRun('gp-a.r1', { state: 'ended' });
    expect(concernedBy('run', end, aRun('gp-a.r1'))).toEqual(['polecats/gp-a.r1', 'dispatch/town@1', 'work/gp-a@1']);
    expect(concernedBy('run', end, end)).toEqual([]);
    expect(concernedBy('run', aRun('gp-a.r1', { state: 'live' }), aRun('gp-a.r1'))).toEqual(['polecats/gp-a.r1']);
  });

  test("the item and the rig's train with every step of a request", () => {
    expect(concernedBy('merge', request('gp-a.m1'), undefined)).toEqual(['merges/gp-a.m1', 'work/gp-a@1', 'trains/gp@1']);
  });

  test('the train when a check ends, not when it is planned', () => {
    expect(concernedBy('check', aCheck('ck-1'), undefined)).toEqual(['checks/ck-1']);
    expect(concernedBy('check', aCheck('ck-1', { state: 'passed' }), aCheck('ck-1'))).toEqual(['checks/ck-1', 'trains/gp@1']);
  });

  test('the new job of an item that is opened again: the old one has ended', () => {
    const over = item('gp-a', { status: 'closed', closed });
    expect(isFinal.work(over)).toBe(true);
    expect(concernedBy('work', item('gp-a', { generation: 2 }), over)).toContain('work/gp-a@2');
  });
});

const option = <T>(value: T) => fc.constantFrom(undefined, value);
const clean = <T>(doc: T): T => JSON.parse(JSON.stringify(doc));
type Made = { [N in Noun]: { noun: N; doc: Records[N] } }[Noun];
const record: fc.Arbitrary<Made> = fc.oneof(
  fc
    .record({
      status: fc.constantFrom('open', 'hooked', 'in_progress', 'blocked', 'deferred', 'pinned', 'closed'),
      want: option(want),
      run: option('gp-a.r1'),
      merge: option('gp-a.m1'),
      hold: option(hold),
      needsYou: option({ escalation: 'e', why: 'w' }),
      closed: option(closed),
      jobsRemoved: option(true),
    })
    .map((more) => ({ noun: 'work' as const, doc: clean(item('gp-a', more as Partial<Work>)) })),
  fc
    .constantFrom('granted', 'ready', 'live', 'ended')
    .map((state) => ({ noun: 'run' as const, doc: aRun('gp-a.r1', { state: state as 'live' }) })),
  fc
    .tuple(
      fc.constantFrom('submitted', 'queued', 'checking', 'landing', 'merged', 'returned', 'superseded', 'cancelled'),
      option({ state: 'left' }),
    )
    .map(([state, mirror]) => ({ noun: 'merge' as const, doc: clean(request('gp-a.m1', { state, mirror } as never)) })),
  fc
    .constantFrom('planned', 'passed', 'failed', 'timed_out', 'error')
    .map((state) => ({ noun: 'check' as const, doc: aCheck('ck-1', { state: state as 'error' }) })),
  fc.constantFrom<Made>({ noun: 'train', doc: aTrain() }, { noun: 'verdict', doc: aVerdict() }),
);

test('a step stands among the open or the closed ones of its molecule, and in no index of jobs: its molecule lists it', () => {
  const step = { id: 'gp-mol-a.s', mol: 'gp-mol-a', seq: 3, key: 's', title: 's', exec: 'mark', at: 3, status: 'open' } as never;
  expect(standingOf('step', step)).toEqual([['steps.open:gp-mol-a', 3]]);
  expect(standingOf('step', { ...(step as object), status: 'closed' } as never)).toEqual([['steps.closed:gp-mol-a', 3]]);
});

describe('whatever the record', () => {
  test('it has its job among the jobs that should live exactly while it is not final', () => {
    fc.assert(
      fc.property(record, ({ noun, doc }) => {
        const job = jobMember[noun](doc as never);
        const jobs = standingOf(noun, doc as never).filter(([index]) => index === 'jobs');
        expect(jobs.map(([, , member]) => member)).toEqual(job && !isFinal[noun](doc as never) ? [job] : []);
      }),
      { numRuns: 500 },
    );
  });

  test('its own job is never concerned once it was final, and always before', () => {
    fc.assert(
      fc.property(record, record, (before, after) => {
        fc.pre(before.noun === after.noun);
        const { noun } = after;
        const job = jobMember[noun](after.doc as never);
        const concerned = concernedBy(noun, after.doc as never, before.doc as never);
        if (job) expect(concerned.includes(job)).toBe(!isFinal[noun](before.doc as never));
        else expect(concerned).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test('it stands once in each index, with a score that Redis keeps exactly', () => {
    fc.assert(
      fc.property(record, ({ noun, doc }) => {
        const standing = standingOf(noun, doc as never);
        expect(new Set(standing.map(([index, , member]) => `${index} ${member ?? ''}`)).size).toBe(standing.length);
        for (const [, score] of standing) expect(Number.isSafeInteger(score)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
