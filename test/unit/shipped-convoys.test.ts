import { describe, expect, test } from 'vitest';
import { sentence } from '#core/formula/faults';
import { planConvoy } from '#core/formula/run-convoy';
import { replay } from '../support/hanoi.ts';
import { formulaOf, served, unfilled } from '../support/shipped.ts';

describe('convoys', () => {
  const planned = (name: string, inputs: Record<string, string>, preset?: string) => {
    const run = { id: 'x4k2p', inputs: new Map(Object.entries(inputs)), ...(preset ? { preset } : {}) };
    return planConvoy(served(name).plan, run, name);
  };

  test('each leg of a review reads the same change through its own lens, and the last step reads them all', () => {
    const made = planned('code-review', { branch: 'polecat/toast', attention: 'the lock' });
    if ('faults' in made) throw new Error(made.faults.map(sentence).join('\n'));
    const legs = made.plan.proto.steps.filter(({ leg }) => leg);
    expect(legs.map(({ step }) => step)).toEqual(
      'correctness security resilience performance design clarity tests wiring commits'.split(' '),
    );
    for (const leg of legs) {
      expect(leg.leg?.review_only).toBe(true);
      expect(leg.description).toContain(`.reviews/x4k2p/${leg.step}.md`);
      expect(leg.description).toContain('git diff main...polecat/toast');
      expect(leg.description).toContain('Above all: the lock');
    }
    const last = made.plan.proto.steps.at(-1);
    expect(last?.needs).toHaveLength(legs.length);
    for (const leg of legs) expect(last?.description).toContain(`- .reviews/x4k2p/${leg.step}.md`);
    expect(unfilled(made.plan.proto.steps)).toEqual([]);
  });

  test.each(Object.keys(formulaOf('code-review').formula.presets))('the preset %s runs its legs alone', (preset) => {
    const made = planned('code-review', { pr: '7' }, preset);
    const legs = 'plan' in made ? made.plan.proto.steps.filter(({ leg }) => leg).map(({ step }) => step) : [];
    expect(legs).toEqual(formulaOf('code-review').formula.presets[preset]?.legs.toSorted((a, b) => order(a) - order(b)));
  });
  const order = (id: string) => formulaOf('code-review').formula.legs.findIndex((leg) => leg.id === id);

  test('a review of nothing, and a design of nothing, are refused', () => {
    expect(planned('code-review', {})).toHaveProperty('faults');
    expect(planned('design', {})).toHaveProperty('faults');
  });

  test('a design is explored along its dimensions, and brought together', () => {
    const made = planned('design', { problem: 'Greet people in their language' });
    if ('faults' in made) throw new Error(made.faults.map(sentence).join('\n'));
    const { steps } = made.plan.proto;
    expect(steps.map(({ step }) => step)).toEqual('interface data experience scale safety integration synthesis'.split(' '));
    for (const step of steps) expect(step.description).toContain('Greet people in their language');
    expect(unfilled(steps)).toEqual([]);
  });
});

describe('the towers of Hanoi', () => {
  test.each([3, 7, 8, 9, 10])('%i discs are moved by commands alone, one after the other, and the moves solve it', (discs) => {
    const { steps } = served(`towers-of-hanoi-${discs}`).plan;
    expect(steps).toHaveLength(2 ** discs - 1);
    steps.forEach((step, at) => {
      expect(step.needs).toEqual(at === 0 ? [] : [steps[at - 1]?.id]);
      expect(step.exec).toMatchObject({ executor: 'command', repeatable: true, done_if: expect.any(String) });
    });
    const moves = steps.map(({ title }) => {
      const [, disc, from = '', to = ''] = /^Disc (\d+): ([ABC]) to ([ABC])$/.exec(title) ?? [];
      return { disc: Number(disc), from, to };
    });
    expect(replay(discs, moves).pegs.C).toEqual(Array.from({ length: discs }, (_, at) => discs - at));
  });

  test('the replay is no rubber stamp: a move left out or done twice is found', () => {
    const moves = [
      { disc: 1, from: 'A', to: 'B' },
      { disc: 2, from: 'A', to: 'C' },
      { disc: 1, from: 'B', to: 'C' },
    ];
    expect(replay(2, moves).fault).toBeUndefined();
    expect(replay(2, moves.slice(1)).fault).toMatch(/move 1/);
    expect(replay(2, [...moves.slice(0, 1), ...moves]).fault).toMatch(/move 2/);
  });
});
