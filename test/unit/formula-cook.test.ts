import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inOrder } from '#core/formula/graph';
import { cooked, cookFaults, graph, protoOf, seed, stepOf, steps } from '../support/formulas.ts';

const unnamed = (name: string) => seed(`${name}.formula.toml`).replace(/^formula = .*$/m, '');

describe('the seeds', () => {
  test('shiny cooks to its four steps, each called by its description or its id', () => {
    const proto = protoOf({ shiny: unnamed('shiny') }, {});
    expect(graph(proto)).toEqual({ design: [], implement: ['design'], test: ['implement'], submit: ['test'] });
    expect(proto.steps.map(({ id, title }) => [id, title])).toEqual([
      ['shiny.design', 'Think about architecture'],
      ['shiny.implement', 'implement'],
      ['shiny.test', 'test'],
      ['shiny.submit', 'submit'],
    ]);
  });

  test('shiny is poured with a variable that it does not declare, with a warning', () => {
    const result = cooked({ shiny: unnamed('shiny') }, { feature: 'auth' });
    expect(result).toMatchObject({ proto: { formula: 'shiny' }, warnings: [{ says: 'no variable `feature` is declared' }] });
  });

  test('beads-release is a chain of six', () => {
    const proto = protoOf({ 'beads-release': unnamed('beads-release') });
    expect(Object.entries(graph(proto)).slice(4)).toEqual([
      ['create-tag', ['build-binaries']],
      ['publish-release', ['create-tag']],
    ]);
  });

  test('shiny-enterprise has the steps of shiny and what its aspect puts around them', () => {
    const files = {
      'shiny-enterprise': unnamed('shiny-enterprise'),
      shiny: unnamed('shiny'),
      'security-audit':
        '[[advice]]\ntarget = "implement"\n[advice.after]\nid = "{step.id}-audit"\ntitle = "Audit {step.title}"\n',
    };
    const proto = protoOf(files);
    expect(graph(proto)).toEqual({
      design: [],
      implement: ['design'],
      'implement-audit': ['implement'],
      test: ['implement-audit'],
      submit: ['test'],
    });
    expect(stepOf(proto, 'implement').origin).toEqual({ formula: 'shiny', file: 'shiny.toml', line: 10, at: 'steps[1]', by: [] });
    expect(stepOf(proto, 'implement-audit').origin).toMatchObject({
      formula: 'security-audit',
      at: 'advice[0].after',
      by: [{ how: 'advice', name: 'security-audit', on: 'implement' }],
    });
  });

  test('a missing aspect is refused with the place that names it, and the nearest name', () => {
    const files = { 'shiny-enterprise': unnamed('shiny-enterprise'), shiny: unnamed('shiny'), 'security-adit': steps('a') };
    expect(cookFaults(files)).toEqual([
      'shiny-enterprise.toml:7: compose.aspects: there is no formula `security-audit` (did you mean `security-adit`?)',
    ]);
  });

  test("the reference's composition replaces the step by the macro", () => {
    const files = {
      whole: seed('composition.fragment.toml'),
      'base-formula': steps('first step-id<first last<step-id'),
      'macro-formula': steps('{target}.do {target}.check<{target}.do', 'template'),
      'cross-cutting': '[[advice]]\ntarget = "*.check"\nafter = { id = "{step.id}.log" }',
    };
    expect(graph(protoOf(files))).toEqual({
      first: [],
      'step-id.do': ['first'],
      'step-id.check': ['step-id.do'],
      'step-id.check.log': ['step-id.check'],
      last: ['step-id.check.log'],
    });
  });
});

describe('cook', () => {
  test('K2, K3, K4: ids hold their containers, a step with children is an epic, and every step knows its container and origin', () => {
    const text = `[[steps]]\nid = "p"\n[[steps.children]]\nid = "c"\n[[steps.children.children]]\nid = "d"\ngate = { type = "human" }\n${steps('q<p')}`;
    const proto = protoOf({ f: text });
    expect(proto.steps.map(({ id, parent, type, step }) => [id, parent, type, step])).toEqual([
      ['f.p', 'f', 'epic', 'p'],
      ['f.p.c', 'f.p', 'epic', 'c'],
      ['f.p.c.gate-d', 'f.p.c', 'gate', 'd'],
      ['f.p.c.d', 'f.p.c', 'task', 'd'],
      ['f.q', 'f', 'task', 'q'],
    ]);
    expect(proto.steps[4]?.needs).toEqual(['f.p']);
    expect(stepOf(proto, 'd').origin).toMatchObject({ file: 'f.toml', at: 'steps[0].children[0].children[0]', line: 6 });
  });

  test('two steps whose whole ids would be the same are refused', () => {
    const text = `[[steps]]\nid = "p"\n[[steps.children]]\nid = "c"\n${steps('p.c')}`;
    expect(cookFaults({ f: text })).toEqual([expect.stringContaining('two steps come out as `f.p.c`')]);
  });

  test('K5: a chain of 1025 steps cooks in well under a second', () => {
    const chain = Array.from({ length: 1025 }, (_, index) => `s${index}${index > 0 ? `<s${index - 1}` : ''}`).join(' ');
    const proto = protoOf({ f: steps(chain) });
    expect(proto.steps.at(-1)?.needs).toEqual(['f.s1023']);
  });

  test('F24: more than 5000 steps are refused', () => {
    const text = `[[steps]]\nid = "l"\nloop.count = 900\n${steps('a b c d e f', 'steps.loop.body')}`;
    expect(cookFaults({ f: text })).toEqual([expect.stringContaining('more than 5000 steps')]);
  });

  test('the hash is that of the content: a comment does not change it, a word does', () => {
    const of = (text: string) => protoOf({ f: text }).hash;
    expect(of(`# why\n\n${steps('a b<a')}`)).toBe(of(steps('a b<a')));
    expect(of(steps('a b'))).not.toBe(of(steps('a b<a')));
  });

  test('F5: every version cooks the same steps', () => {
    const at = (version: number) => protoOf({ f: `version = ${version}\n${steps('a b<a')}` }).steps;
    expect(at(14)).toEqual(at(1));
  });

  test('a convoy cooks to its legs and a synthesis that waits for those it names, else for all', () => {
    const legs = `agent = "claude"\n${steps('l m', 'legs')}agent = "codex"\n`;
    expect(graph(protoOf({ f: `${legs}[synthesis]\ntitle = "S"\n` }))).toEqual({ l: [], m: [], synthesis: ['l', 'm'] });
    const proto = protoOf({ f: `${legs}[synthesis]\ndepends_on = ["m"]\n` });
    expect(graph(proto)['synthesis']).toEqual(['m']);
  });
});

/** A random graph: each step needs some of those before it, and the file has them in any order. */
const dag = fc.array(fc.array(fc.nat(30), { maxLength: 3 }), { minLength: 1, maxLength: 12 }).chain((needs) => {
  const all = needs.map((list, index) => ({
    id: `s${index}`,
    needs: list.filter((need) => need < index).map((need) => `s${need}`),
  }));
  return fc.shuffledSubarray(all, { minLength: all.length });
});
const asText = (all: ReadonlyArray<{ id: string; needs: readonly string[] }>) =>
  steps(all.map(({ id, needs }) => (needs.length > 0 ? `${id}<${[...new Set(needs)].join(',')}` : id)).join(' '));

describe('any graph', () => {
  test('K1: the same files give the same bytes', () => {
    fc.assert(
      fc.property(dag, (all) => {
        const files = { f: asText(all), a: '[[advice]]\ntarget = "s1*"\nbefore = { id = "{step.id}-b" }' };
        expect(JSON.stringify(cooked(files))).toBe(JSON.stringify(cooked({ ...files })));
      }),
      { numRuns: 40 },
    );
  });

  test('its order reaches every step, and none before what it needs', () => {
    fc.assert(
      fc.property(dag, fc.boolean(), (all, advised) => {
        const aspect = '[compose]\naspects = ["a"]\n';
        const files = {
          f: `${advised ? aspect : ''}${asText(all)}`,
          a: '[[advice]]\ntarget = "s1*"\nbefore = { id = "{step.id}-b" }\nafter = { id = "{step.id}-a" }',
        };
        const proto = protoOf(files);
        const order = inOrder(proto.steps);
        expect(new Set(order)).toEqual(new Set(proto.steps.map(({ id }) => id)));
        for (const { id, needs } of proto.steps)
          for (const need of needs) expect(order.indexOf(need)).toBeLessThan(order.indexOf(id));
      }),
      { numRuns: 40 },
    );
  });

  test('a planted ring is named with its path', () => {
    fc.assert(
      fc.property(dag, fc.integer({ min: 1, max: 6 }), (all, length) => {
        const ring = Array.from({ length }, (_, index) => ({ id: `r${index}`, needs: [`r${(index + 1) % length}`] }));
        const told = cookFaults({ f: asText([...all, ...ring]) });
        expect(told).toHaveLength(1);
        const path = /waits for itself: (.*)$/.exec(told[0] ?? '')?.[1]?.split(' → ') ?? [];
        expect(path).toHaveLength(length + 1);
        path.slice(1).forEach((id, index) => {
          const from = Number(path[index]?.slice(1));
          expect(id).toBe(`r${(from + 1) % length}`);
        });
      }),
      { numRuns: 40 },
    );
  });
});
