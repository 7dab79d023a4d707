import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BD_TOPICS } from '#cli/bd/verbs';
import { TOPICS } from '#cli/verbs';
import { find } from '#cli/words';
import { sentence } from '#core/formula/faults';
import { explain, isRefusal } from '#core/refusals';
import { cookWith } from '#world/formulas/cook-with';
import { BUILT_IN_FORMULAS } from '#world/formulas/formula-files';
import { graph } from '../support/formulas.ts';
import { chain, files, formulaOf, GIVEN, NAMES, served, textOf, unfilled, WORK } from '../support/shipped.ts';
import { ROOT } from '../support/tidy.ts';

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

  test('names only commands and options that there are', async () => {
    for (const name of NAMES)
      for (const [, program = '', words = ''] of textOf(name).matchAll(/(?:`|^ {4})(gt|bd) ([a-z][^`\n]*)/gm)) {
        const topics = program === 'gt' ? TOPICS : BD_TOPICS;
        const verbs = Object.assign({}, ...topics.map((topic) => topic.verbs));
        const found = await find({ verbs }, words.split(/\s+/), program);
        if (!('kind' in found)) throw new Error(`${name}: ${program} ${words}`);
        if (found.kind === 'group') continue;
        const options = found.command.options.flatMap((one) => [`--${one.name}`, ...(one.short ? [`-${one.short}`] : [])]);
        for (const [, option] of found.rest
          .join(' ')
          .replaceAll(/"[^"]*"|'[^']*'|<[^>]*>/g, '')
          .matchAll(/(?:^| )(--?[a-z][a-z-]*)/g))
          expect(options, `${name}: ${program} ${words}`).toContain(option);
      }
  });

  test('is in the package, beside the build', () => {
    const { files: packed } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { files: string[] };
    expect(packed).toContain('formulas');
    expect(BUILT_IN_FORMULAS).toBe(join(ROOT, 'formulas'));
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
    expect(plan.steps.find(({ kind }) => kind === 'round')?.repeat).toMatchObject({
      until: 'refactor.output.open == 0',
      max: 20,
    });
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
