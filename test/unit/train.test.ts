import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BROKEN_AGAIN_MS } from '#core/limits';
import { landing, merged } from '#core/merge';
import type { Train, Verdict } from '#core/records';
import { learned, nextForTrain, type TrainFacts } from '#core/train';
import { aTrain, aVerdict, item, request } from '../support/records.ts';

const verdict = fc.option(
  fc
    .record({
      passed: fc.option(fc.constant({ at: 1, check: 'ck-p' }), { nil: undefined }),
      failures: fc.array(fc.constantFrom('ck-1', 'ck-2', 'ck-3'), { maxLength: 4 }),
      errors: fc.nat(4),
    })
    .map(({ passed, failures, errors }) => aVerdict({ failures, errors, ...(passed ? { passed } : {}) })),
  { nil: undefined },
);
const tip = fc.constantFrom('t1', 't2');
const current = fc.option(
  fc
    .record({
      state: fc.constantFrom('submitted', 'queued', 'checking', 'landing', 'merged', 'returned', 'cancelled'),
      base: tip,
      override: fc.constantFrom({}, { override: { at: 1, by: 'overseer', reason: 'the site is down' } }),
    })
    .map(({ state, base, override }) =>
      request('gp-a.m1', { state: state as 'queued', candidate: { base, tip: 'c', tree: 'tree' }, ...override }),
    ),
  { nil: undefined },
);
const facts: fc.Arbitrary<TrainFacts> = fc.record({
  first: fc.constantFrom(undefined, 'gp-b.m1'),
  current,
  tip,
  spec: fc.constantFrom('s1', 's2'),
  now: fc.nat(1e9),
  hasChecks: fc.boolean(),
  retries: fc.nat(2),
  maxErrors: fc.constant(3),
  verdict,
  baseVerdict: verdict,
  openCheck: fc.constantFrom(undefined, 'ck-open'),
});
const train: fc.Arbitrary<Train> = fc
  .tuple(fc.boolean(), fc.option(tip, { nil: undefined }), fc.constantFrom('base_red' as const, 'checks_broken' as const))
  .map(([busy, base, why]) =>
    aTrain({
      ...(busy ? { current: 'gp-a.m1' } : {}),
      ...(base ? { blocked: { why, at: 1, base, spec: 's1', note: 'red' } } : {}),
    }),
  );

/** A request under check on the tip of now. */
const checking = (more: Partial<TrainFacts> = {}): TrainFacts => ({
  first: undefined,
  current: request('gp-a.m1', { state: 'checking', candidate: { base: 't1', tip: 'c', tree: 'tree' } }),
  tip: 't1',
  spec: 's1',
  now: 1,
  hasChecks: true,
  retries: 1,
  maxErrors: 3,
  verdict: undefined,
  baseVerdict: undefined,
  openCheck: undefined,
  ...more,
});
const on = aTrain({ current: 'gp-a.m1' });
/** The facts in which blame is decided, and any others. */
const given = fc.oneof(
  fc.tuple(train, facts),
  fc.tuple(verdict, verdict).map(([ofTree, ofBase]) => [on, checking({ verdict: ofTree, baseVerdict: ofBase })] as const),
);

const red = aVerdict({ failures: ['ck-1', 'ck-2'] });
const green = aVerdict({ passed: { at: 1, check: 'ck-p' } });

describe('whatever the facts are', () => {
  const always = (law: (facts: TrainFacts, train: Train, move: ReturnType<typeof nextForTrain>) => void) =>
    fc.assert(
      fc.property(given, ([one, all]) => law(all, one, nextForTrain(one, all))),
      { numRuns: 2000 },
    );

  test('nobody is returned without a failed run of the candidate and a passed run of its base', () => {
    let returns = 0;
    always((given, _train, move) => {
      if (move.do !== 'return') return;
      returns++;
      expect(given.verdict?.failures).toContain(move.check);
      expect(given.verdict?.failures.length).toBeGreaterThan(given.retries);
      expect(given.verdict?.passed).toBeUndefined();
      expect(given.baseVerdict?.passed).toBeDefined();
      expect(given.current?.candidate?.base).toBe(given.tip);
    });
    expect(returns).toBeGreaterThan(0);
  });

  test('nothing lands whose tree has not passed on the tip of now, but where there are no checks, or a person overrode them, and that is said', () => {
    let lands = 0;
    always((given, _train, move) => {
      if (move.do !== 'land') return;
      lands++;
      expect(given.current?.candidate?.base).toBe(given.tip);
      expect(given.current?.state).toBe('checking');
      const overrode = given.current?.override !== undefined && !given.verdict?.passed;
      expect(move.unchecked).toBe(!given.hasChecks || overrode);
      if (given.hasChecks && !overrode) expect(given.verdict?.passed).toBeDefined();
    });
    expect(lands).toBeGreaterThan(0);
  });

  test('a train whose checks cannot be run touches no request until its target moves, its checks are others, or it is time to try again', () => {
    always((given, one, move) => {
      if (!one.blocked) return;
      const { why, base, spec, at } = one.blocked;
      const still = base === given.tip && spec === given.spec && (why === 'base_red' || given.now - at < BROKEN_AGAIN_MS);
      if (!still) expect(move.do).toBe('unblock');
      else if (why === 'checks_broken') expect(move.do).toBe('rest');
    });
  });

  test('on a red base requests are tried, and none of them is sent back', () => {
    always((given, one, move) => {
      if (one.blocked?.why !== 'base_red' || given.baseVerdict?.passed) return;
      expect(move.do).not.toBe('return');
      if (!one.current && one.blocked.base === given.tip && one.blocked.spec === given.spec)
        expect(move.do).toBe(given.first ? 'start' : 'rest');
    });
  });

  test('a request that is over is dropped, and the next one started', () => {
    always((given, one, move) => {
      if (one.blocked) return;
      if (!one.current) expect(move.do).toBe(given.first ? 'start' : 'rest');
      else if (!given.current || ['submitted', 'merged', 'returned', 'cancelled'].includes(given.current.state))
        expect(move.do).toBe('drop');
    });
  });
});

describe('a request', () => {
  test.each<[law: string, facts: Partial<TrainFacts>, move: object]>([
    ['whose target moved is built anew, whatever is known of its tree', { tip: 't2', verdict: green }, { do: 'build' }],
    ['that nothing is known of is checked', {}, { do: 'check', what: 'candidate' }],
    ['whose check runs waits for it', { openCheck: 'ck-1' }, { do: 'wait-check', check: 'ck-1' }],
    ['that passed lands', { verdict: green }, { do: 'land', unchecked: false }],
    [
      'that passed once lands in spite of failures',
      { verdict: aVerdict({ ...red, ...green, failures: red.failures }) },
      { do: 'land' },
    ],
    ['that failed once is checked again', { verdict: aVerdict({ failures: ['ck-1'] }) }, { do: 'check', what: 'candidate' }],
    ['that failed blames nobody before its base was checked', { verdict: red }, { do: 'check', what: 'base' }],
    ['that failed on a green base comes back', { verdict: red, baseVerdict: green }, { do: 'return', check: 'ck-2' }],
    [
      'that failed on a red base stops the train',
      { verdict: red, baseVerdict: red },
      { do: 'block', why: 'base_red', base: 't1' },
    ],
    ['whose checks break is not to blame', { verdict: aVerdict({ errors: 3 }) }, { do: 'block', why: 'checks_broken' }],
    ['whose checks broke once is checked again', { verdict: aVerdict({ errors: 1 }) }, { do: 'check', what: 'candidate' }],
    [
      "whose base's checks break is not to blame",
      { verdict: red, baseVerdict: aVerdict({ errors: 3 }) },
      { do: 'block', why: 'checks_broken' },
    ],
    ['of a rig without checks lands unchecked', { hasChecks: false }, { do: 'land', unchecked: true }],
  ])('%s', (_law, more, move) => {
    expect(nextForTrain(on, checking(more))).toMatchObject(move);
  });

  test('that was about to land is brought to its end first, also when the target has moved', () => {
    const landing = request('gp-a.m1', { state: 'landing', candidate: { base: 't1', tip: 'c', tree: 'tree' } });
    expect(nextForTrain(on, checking({ current: landing, tip: 'c' }))).toMatchObject({ do: 'swap' });
  });
});

describe('what a person landed untested', () => {
  const owing = aTrain({ owed: { tip: 't1', merge: 'gp-z.m1', at: 1 } });
  const owes = (more: Partial<TrainFacts>) => nextForTrain(owing, { ...checking(more), current: undefined, first: 'gp-b.m1' });
  test('lands without its checks, also while they run or cannot be run; a conflict is built anew all the same', () => {
    const override = { at: 1, by: 'overseer', reason: 'the site is down' };
    const current = request('gp-a.m1', { state: 'checking', candidate: { base: 't1', tip: 'c', tree: 'tree' }, override });
    const facts = checking({ current, overridden: true, openCheck: 'ck-1', verdict: red });
    expect(nextForTrain(on, facts)).toMatchObject({ do: 'land', unchecked: true });
    expect(nextForTrain(on, { ...facts, tip: 't2' })).toMatchObject({ do: 'build' });
    expect(nextForTrain(on, { ...facts, verdict: green })).toMatchObject({ do: 'land', unchecked: false });
    const broken = aTrain({ current: 'gp-a.m1', blocked: { why: 'checks_broken', at: 1, base: 't1', spec: 's1', note: '' } });
    expect(nextForTrain(broken, facts)).toMatchObject({ do: 'land', unchecked: true });
  });

  test('is checked on the target before anything else is begun', () => {
    expect(owes({})).toEqual({ do: 'check-landed' });
    expect(owes({ openCheck: 'ck-1' })).toEqual({ do: 'wait-check', check: 'ck-1' });
    expect(owes({ baseVerdict: green })).toEqual({ do: 'proven' });
    expect(owes({ hasChecks: false })).toEqual({ do: 'proven' });
    expect(owes({ baseVerdict: red })).toMatchObject({ do: 'block', why: 'base_red' });
    expect(owes({ baseVerdict: aVerdict({ errors: 3 }) })).toMatchObject({ do: 'block', why: 'checks_broken' });
  });

  test('closes its item with who said so and why, and the train owes its check', () => {
    const override = { at: 1, by: 'overseer', reason: 'the site is down' };
    const merge = request('gp-a.m1', { state: 'landing', unchecked: true, override });
    const { put } = merged(merge, item('gp-a', { merge: 'gp-a.m1' }), on, { tip: 'c', how: 'swap' }, 5);
    expect(put.find(({ noun }) => noun === 'train')?.doc).toMatchObject({ owed: { tip: 'c', merge: 'gp-a.m1' } });
    expect(put.find(({ noun }) => noun === 'work')?.doc).toMatchObject({
      closed: { reason: 'landed without its checks by overseer: the site is down' },
    });
    expect(landing(merge, true, true).events?.map(({ type }) => type)).toContain('merge.override');
  });
});

test('errors never count as failures, and any real outcome ends their row', () => {
  const outcome = fc.constantFrom<'passed' | 'failed' | 'timed_out' | 'error'>('passed', 'failed', 'timed_out', 'error');
  fc.assert(
    fc.property(fc.array(outcome, { maxLength: 12 }), (outcomes) => {
      const known = outcomes.reduce<Verdict>((all, state, i) => learned(all, { id: `ck-${i}`, state, at: i }), aVerdict());
      const failed = outcomes.flatMap((state, i) => (state === 'failed' || state === 'timed_out' ? [`ck-${i}`] : []));
      expect(known.failures).toEqual(failed);
      expect(known.runs).toBe(outcomes.length);
      expect(known.passed !== undefined).toBe(outcomes.includes('passed'));
      expect(known.errors).toBe(outcomes.length - 1 - outcomes.findLastIndex((state) => state !== 'error'));
    }),
  );
});
