import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { TOPICS } from '#cli/verbs';
import { sentence } from '#core/formula/faults';
import { parseFormula } from '#core/formula/parse';
import type { Proto } from '#core/formula/proto';
import { planConvoy } from '#core/formula/run-convoy';
import { explain, isRefusal } from '#core/refusals';
import { cookWith } from '#world/formulas/cook-with';
import { BUILT_IN_FORMULAS, formulaFiles } from '#world/formulas/formula-files';
import { graph } from '../support/formulas.ts';
import { replay } from '../support/hanoi.ts';
import { ROOT } from '../support/tidy.ts';

const files = formulaFiles(undefined, undefined, [BUILT_IN_FORMULAS]);
const NAMES = files.names();
const WORK = { issue: 'sh-4kx', feature: 'Greet in Spanish' };
const LEDGER = { ledger: '/tmp/some where/ledger' };

/** What must be given to those formulas that demand something. */
const GIVEN: Readonly<Record<string, Record<string, string>>> = {
  'beads-release': { version: '1.2.3' },
  'mol-conflict-resolve': WORK,
  'mol-polecat-work': WORK,
  'mol-polecat-work-monorepo': WORK,
  'mol-refinery-patrol': { rig: 'shop' },
  'mol-witness-patrol': { rig: 'shop' },
  plan: { idea: 'Greet in all languages', rig: 'shop' },
  release: { version: '1.2.3', rig: 'shop' },
  shiny: { feature: WORK.feature },
  'shiny-enterprise': { feature: WORK.feature },
  'tdd-cycle': { feature: WORK.feature },
  ...Object.fromEntries([3, 7, 8, 9, 10].map((discs) => [`towers-of-hanoi-${discs}`, LEDGER])),
};

const textOf = (name: string) => readFileSync(join(BUILT_IN_FORMULAS, `${name}.formula.toml`), 'utf8');

function formulaOf(name: string) {
  const read = parseFormula({ file: name, text: textOf(name) });
  if ('faults' in read) throw new Error(read.faults.map(sentence).join('\n'));
  return read;
}

/** The formula, cooked and filled; expansions for pegs that they are given. */
function served(name: string): { plan: Proto; warnings: string[] } {
  const vars = GIVEN[name] ?? {};
  const pegs = { disc: '1', from: 'A', to: 'C', spare: 'B', discs: '10', ...LEDGER };
  const dish = cookWith(files, { name, vars: name.startsWith('move-') ? pick(pegs, formulaOf(name).formula.vars) : vars });
  if (isRefusal(dish)) throw new Error(explain(dish).says);
  return { plan: dish.plan, warnings: dish.warnings.map(sentence) };
}

const pick = (from: Record<string, string>, keys: object) =>
  Object.fromEntries(Object.keys(keys).flatMap((key) => (key in from ? [[key, from[key] ?? '']] : [])));

/** What is left of variables in a plan, or in its steps. */
const unfilled = (plan: object) => [...new Set(JSON.stringify({ ...plan, vars: {} }).match(/\{\{.{0,40}/g))];

/** A chain: each step needs the one before. */
const chain = (words: string): Record<string, string[]> => {
  const ids = words.split(' ');
  return Object.fromEntries(ids.map((id, at) => [id, at === 0 ? [] : [ids[at - 1] ?? '']]));
};

describe('every formula that gt ships', () => {
  test('is a TOML file named after itself, whose every key is read', () => {
    expect(NAMES.length).toBeGreaterThan(20);
    expect(readdirSync(BUILT_IN_FORMULAS).sort()).toEqual(NAMES.map((name) => `${name}.formula.toml`).sort());
    for (const name of NAMES) {
      const { formula, warnings, keys } = formulaOf(name);
      expect([formula.formula, warnings.map(sentence), keys.ignored]).toEqual([name, [], []]);
      expect(formula.description.trim(), name).not.toBe('');
    }
  });

  test.each(NAMES.filter((name) => formulaOf(name).formula.type !== 'aspect'))(
    '%s cooks without a warning, and nothing in it is left unfilled',
    (name) => {
      const { plan, warnings } = served(name);
      expect(warnings).toEqual([]);
      expect(plan.steps.length).toBeGreaterThan(0);
      // A convoy is filled at its run, and an expansion with the formula that it stands in.
      if (plan.type === 'workflow') expect(unfilled(plan)).toEqual([]);
    },
  );

  test('tells of each of its variables what it is', () => {
    for (const name of NAMES) {
      const { vars, inputs } = formulaOf(name).formula;
      for (const [key, { description }] of Object.entries({ ...vars, ...inputs }))
        expect(description, `${name} ${key}`).not.toBe('');
    }
  });

  test('tells an agent when its step is done, and how it is closed', () => {
    for (const name of NAMES) {
      if (formulaOf(name).formula.type !== 'workflow') continue;
      for (const step of served(name).plan.steps) {
        if (step.kind !== 'step' || step.exec?.executor !== undefined) continue;
        const advised = step.origin.by.some(({ how }) => how === 'advice');
        if (!advised) expect(step.acceptance, step.id).not.toBe('');
        expect(step.description, step.id).toMatch(/gt mol step done/);
      }
    }
  });

  test('names only commands of gt that there are', () => {
    const known = new Set(TOPICS.flatMap(({ verbs }) => Object.keys(verbs)));
    for (const name of NAMES)
      for (const [, verb = ''] of textOf(name).matchAll(/`gt ([a-z]+)/g))
        expect(known.has(verb), `${name}: gt ${verb}`).toBe(true);
  });

  test('has its line in the documentation', () => {
    const page = readFileSync(join(ROOT, 'docs/shipped-formulas.md'), 'utf8');
    const told = [...page.matchAll(/^\| `([\w-]+)`/gm)].map(([, name]) => name);
    expect(told.sort()).toEqual(NAMES.filter((name) => !/^move-tower-/.test(name)).sort());
  });
});

describe('the steps that people know', () => {
  test('mol-polecat-work has nine, in a row', () => {
    expect(graph(served('mol-polecat-work').plan)).toEqual(
      chain('load-context branch implement self-review test commit clean-up prepare submit'),
    );
  });

  test('the variant for monorepos names the affected packages before the work', () => {
    expect(graph(served('mol-polecat-work-monorepo').plan)).toEqual({
      ...chain('load-context branch affected implement self-review test commit clean-up prepare submit'),
    });
  });

  test('what gt knows of a slung item is all that work formulas demand', () => {
    for (const name of [
      'mol-polecat-work',
      'mol-polecat-work-monorepo',
      'mol-conflict-resolve',
      'shiny',
      'shiny-enterprise',
      'tdd-cycle',
    ]) {
      const dish = cookWith(files, { name, vars: WORK });
      expect(isRefusal(dish) ? explain(dish).says : dish.warnings.map(sentence)).toEqual([]);
    }
  });

  test('shiny designs before it builds, and reviews before it ships', () => {
    expect(graph(served('shiny').plan)).toEqual(chain('design implement review test submit'));
  });

  test('shiny-enterprise has no steps of its own: five passes instead of one, and an audit before the hand-in', () => {
    expect(formulaOf('shiny-enterprise').formula.steps).toEqual([]);
    const ids = 'design implement.draft implement.correct implement.clear implement.edges implement.excellent review test';
    expect(graph(served('shiny-enterprise').plan)).toEqual({
      ...chain(`${ids} submit.attack-surface submit.security-audit`),
      // Advice keeps what the step needed before.
      submit: ['test', 'submit.security-audit'],
    });
  });

  test('the audit goes before the hand-in of any formula that has one', () => {
    for (const name of NAMES) {
      const { formula } = formulaOf(name);
      if (formula.type !== 'workflow' || !formula.steps.some(({ id }) => id === 'submit')) continue;
      const text = `formula = "own"\ntype = "workflow"\nextends = ["${name}"]\n[compose]\naspects = ["security-audit"]\n`;
      const own = { ...files, find: (one: string) => (one === 'own' ? { file: 'own.formula.toml', text } : files.find(one)) };
      const dish = cookWith(own, { name: 'own', vars: GIVEN[name] ?? {} });
      if (isRefusal(dish)) throw new Error(explain(dish).says);
      expect(dish.warnings).toEqual([]);
      expect(graph(dish.plan)['submit']).toContain('submit.security-audit');
    }
  });

  test('the test-first cycle is red, green, refactor, and then asks whether the list is done', () => {
    const { plan } = served('tdd-cycle');
    expect(graph(plan)).toEqual(chain('list cycle.iter1.red cycle.iter1.green cycle.iter1.refactor cycle finish submit'));
    expect(plan.steps.find(({ kind }) => kind === 'round')?.repeat).toMatchObject({ until: "file.exists('.tdd-done')", max: 20 });
  });

  test('beads-release keeps the steps of the release that it is an example of, and a person before the tag', () => {
    expect(graph(served('beads-release').plan)).toEqual({
      ...chain('bump-version update-deps run-tests build-binaries create-tag publish-release'),
      'gate-create-tag': [],
      'create-tag': ['build-binaries', 'gate-create-tag'],
      'gate-publish-release': [],
      'publish-release': ['create-tag', 'gate-publish-release'],
    });
  });

  test('whatever cannot be taken back quietly comes after a person, and can be asked whether it is done', () => {
    const { plan } = served('release');
    const at = (id: string) => plan.steps.findIndex(({ step, kind }) => step === id && kind === 'step');
    expect(plan.steps.find(({ kind }) => kind === 'gate')?.gate?.type).toBe('human');
    for (const id of ['tag', 'push-tag', 'publish']) {
      expect(at(id)).toBeGreaterThan(at('approve'));
      expect(plan.steps[at(id)]?.exec).toMatchObject({ executor: 'command', done_if: expect.any(String) });
    }
  });

  test('a plan makes no work item before a person has approved it', () => {
    const needs = graph(served('plan').plan);
    expect(needs['approval']).toEqual(['attack', 'gate-approval']);
    expect(needs['create-work']).toEqual(['approval']);
  });

  test('patrols are wisps', () => {
    for (const role of ['witness', 'deacon', 'refinery']) expect(served(`mol-${role}-patrol`).plan.phase).toBe('vapor');
  });
});

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
