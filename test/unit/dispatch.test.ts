import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { standingOf } from '#core/derive';
import { begins, grantRun, grants, type Pace, type Slots } from '#core/dispatch';
import { item } from '../support/records.ts';

const RIGS = ['gp', 'ct', 'bd'];
const rig = fc.constantFrom(...RIGS);
const slots = fc
  .record({
    rigs: fc.array(rig, { maxLength: 30 }),
    live: fc.dictionary(rig, fc.nat(6)),
    maxTown: fc.nat(20),
    max: fc.dictionary(rig, fc.nat(6)),
    closed: fc.subarray(RIGS),
  })
  .map(
    ({ rigs, live, maxTown, max, closed }): Slots => ({
      waiting: rigs.map((one, i) => ({ id: `${one}-${i}`, rig: one })),
      live: new Map(Object.entries(live)),
      maxTown,
      maxRig: (one) => max[one] ?? 0,
      closed: new Set(closed),
    }),
  );
const sum = (live: ReadonlyMap<string, number>) => [...live.values()].reduce((total, count) => total + count, 0);
const rigOf = (id: string) => id.split('-')[0] ?? '';

describe('slots', () => {
  test('are never granted above the limits of town and rig, nor in a closed rig', () => {
    fc.assert(
      fc.property(slots, (given) => {
        const chosen = grants(given);
        expect(chosen.length).toBeLessThanOrEqual(Math.max(0, given.maxTown - sum(given.live)));
        for (const one of RIGS) {
          const here = chosen.filter((id) => rigOf(id) === one).length;
          if (here > 0) expect(here + (given.live.get(one) ?? 0)).toBeLessThanOrEqual(given.maxRig(one));
          if (given.closed.has(one)) expect(here).toBe(0);
        }
      }),
    );
  });

  test('go to the first that may have one: nobody who could have a slot is passed over for somebody later', () => {
    fc.assert(
      fc.property(slots, (given) => {
        const chosen = grants(given);
        const order = given.waiting.map(({ id }) => id);
        expect(chosen).toEqual(order.filter((id) => chosen.includes(id)));
        const free = given.maxTown - sum(given.live) - chosen.length;
        const last = free > 0 ? order.length : order.indexOf(chosen.at(-1) ?? '');
        for (const { id, rig: one } of given.waiting.slice(0, Math.max(0, last))) {
          if (chosen.includes(id)) continue;
          const here = (given.live.get(one) ?? 0) + chosen.filter((other) => rigOf(other) === one).length;
          expect(given.closed.has(one) || here >= given.maxRig(one), `${id} was passed over`).toBe(true);
        }
      }),
    );
  });

  test('of a full rig do not hold up the others', () => {
    const waiting = [
      { id: 'gp-1', rig: 'gp' },
      { id: 'gp-2', rig: 'gp' },
      { id: 'ct-1', rig: 'ct' },
    ];
    const given = { waiting, live: new Map([['gp', 2]]), maxTown: 10, maxRig: () => 2, closed: new Set<string>() };
    expect(grants(given)).toEqual(['ct-1']);
  });
});

describe('who waits begins', () => {
  const waiting = ['gp-1', 'gp-2', 'ct-1', 'gp-3', 'ct-2'].map((id) => ({ id, rig: rigOf(id) }));
  const given = { waiting, live: new Map(), maxTown: 10, maxRig: () => 2, closed: new Set<string>() };
  const at = (pace: Pace | undefined, more: Partial<Slots> = {}) =>
    Object.fromEntries(begins({ ...given, ...more }, new Map(pace ? [['gp', pace]] : []), 100));

  test('at once where a slot is free, and at no time that is known where none is', () => {
    expect(at(undefined)).toEqual({ 'gp-1': 100, 'gp-2': 100, 'ct-1': 100, 'ct-2': 100 });
  });

  test('one after the other in a rig that makes pauses, the first when its pause is over; others are not held up', () => {
    expect(at({ delay: 50, next: undefined })).toEqual({ 'gp-1': 100, 'gp-2': 150, 'ct-1': 100, 'ct-2': 100 });
    expect(at({ delay: 50, next: 120 })).toEqual({ 'gp-1': 120, 'gp-2': 170, 'ct-1': 100, 'ct-2': 100 });
  });

  test('before those whose rig makes a pause, where slots or programs are too few for both', () => {
    expect(at({ delay: 50, next: undefined }, { maxTown: 2 })).toEqual({ 'gp-1': 100, 'ct-1': 100 });
    const claude = { waiting: waiting.map((one) => ({ ...one, program: 'claude' })), room: new Map([['claude', 3]]) };
    expect(at({ delay: 50, next: 120 }, claude)).toEqual({ 'ct-1': 100, 'ct-2': 100, 'gp-1': 120 });
  });
});

test('who waits stands in order of priority, then rework before new work, then age', () => {
  const want = fc.record({ priority: fc.nat(4), rework: fc.boolean(), since: fc.integer({ min: 0, max: 4e12 }) });
  fc.assert(
    fc.property(want, want, (a, b) => {
      const score = ({ priority, ...wish }: typeof a) =>
        standingOf('work', item('gp-a', { priority, want: wish })).find(([index]) => index === 'want')?.[1] ?? Number.NaN;
      const before = a.priority - b.priority || Number(b.rework) - Number(a.rework) || a.since - b.since;
      expect(Math.sign(score(a) - score(b))).toBe(Math.sign(before));
      expect(Number.isSafeInteger(score(a))).toBe(true);
    }),
  );
});

describe('a grant', () => {
  const wanting = item('gp-a', { status: 'hooked', want: { since: 5, rework: false } });
  const input = { name: 'toast', dir: 'polecats/toast', agent: 'shell' };

  test('takes the item out of the line and gives it a run, in one change', () => {
    const { put } = grantRun(wanting, input, 9);
    const work = put.find((one) => one.noun === 'work')?.doc;
    expect(work).toMatchObject({ run: 'gp-a.r1', runs: 1, hold: { name: 'toast', dir: 'polecats/toast' } });
    expect(work).not.toHaveProperty('want');
    expect(standingOf('work', work as never).map(([index]) => index)).not.toContain('want');
    expect(put.find((one) => one.noun === 'run')?.doc).toMatchObject({
      id: 'gp-a.r1',
      state: 'granted',
      attempt: 1,
      name: 'toast',
    });
  });

  test('keeps name, branch and worktree of an item that has them, and says which attempt it is', () => {
    const again = item('gp-a', {
      ...wanting,
      runs: 3,
      failures: 1,
      hold: { name: 'nux', branch: 'polecat/nux', dir: 'polecats/nux' },
      rework: { kind: 'checks', evidence: 'red' },
    });
    const run = grantRun(again, input, 9).answer;
    expect(run).toMatchObject({
      id: 'gp-a.r4',
      name: 'nux',
      branch: 'polecat/nux',
      dir: 'polecats/nux',
      attempt: 2,
      rework: { kind: 'checks' },
    });
  });
});
