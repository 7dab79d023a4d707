import { describe, expect, test } from 'vitest';
import { matchesGlob } from '#core/formula/glob';
import { overlaid, parseOverlay } from '#core/formula/overlay';
import { nextRound } from '#core/formula/rounds';
import { cooked, cookFaults, graph, protoOf, stepOf, steps } from '../support/formulas.ts';

const put = (target: string, more: string) => `[[advice]]\ntarget = "${target}"\n${more}\n`;

describe('advice', () => {
  test('A1, A2: befores, step, afters in chains; the first before needs what the step needs, dependents need the last after', () => {
    const advice = put(
      't',
      'before = { id = "b1" }\nafter = { id = "a1" }\naround = { before = [{ id = "b2" }], after = [{ id = "a2" }] }',
    );
    const proto = protoOf({ f: `${steps('x t<x z<t')}${advice}${put('t', 'before = { id = "b3" }')}` });
    expect(Object.entries(graph(proto))).toEqual([
      ['x', []],
      ['b1', ['x']],
      ['b2', ['b1']],
      ['b3', ['b2']],
      ['t', ['x', 'b3']],
      ['a1', ['t']],
      ['a2', ['a1']],
      ['z', ['a2']],
    ]);
  });

  test('A2: a child that needs its container does not wait for what comes after it', () => {
    const f = `[[steps]]\nid = "p"\n[[steps.children]]\nid = "c"\nneeds = ["p"]\n${put('p', 'after = { id = "after" }')}`;
    expect(graph(protoOf({ f }))).toEqual({ p: [], c: [], after: ['p'] });
  });

  test('the step stands in the words of the advice', () => {
    const f = `[[steps]]\nid = "t"\ntitle = "Tea"\n${put('*', 'before = { id = "{step.id}-x", title = "{step.title}: {step.none} {{step}}", args = { n = 1 } }')}`;
    expect(stepOf(protoOf({ f }), 't-x')).toMatchObject({
      title: 'Tea: {step.none} {{step}}',
      priority: 2,
      extra: { args: { n: 1 } },
    });
  });

  test.each([
    ['*', 'any.id-1', true],
    ['build', 'build', true],
    ['build', 'builds', false],
    ['*.test', 'ui.test', true],
    ['*.test', 'ui.tests', false],
    ['ui.*', 'ui.a.b', true],
    ['ui.*', 'uix', false],
    ['re?iew', 'review', true],
    ['re?iew', 'reiew', false],
    ['[ab]x', 'bx', true],
    ['[a-c]x', 'dx', false],
    ['[^a]x', 'bx', true],
    ['a\\*', 'a*', true],
    ['a\\*', 'ab', false],
    ['*', 'a/b', false],
    ['[z-a', '[z-a', true],
    ['[z-a]', '[z-a]', true],
  ])('A3: the glob %s on %s: %s', (glob, id, matches) => {
    expect(matchesGlob(glob, id)).toBe(matches);
  });

  test('A4: an aspect does not match what it inserts; a later one does', () => {
    const files = {
      f: `${steps('t')}[compose]\naspects = ["one", "two"]\n`,
      one: put('*', 'after = { id = "{step.id}.one" }'),
      two: put('*', 'after = { id = "{step.id}.two" }'),
    };
    expect(graph(protoOf(files))).toEqual({
      t: [],
      't.two': ['t'],
      't.one': ['t.two'],
      't.one.two': ['t.one'],
    });
  });

  test('A5: aspects run after expansion, the own advice of a formula before', () => {
    const f = `[[steps]]\nid = "t"\nexpand = "e"\n${put('t', 'before = { id = "own" }')}[compose]\naspects = ["a"]\n`;
    const e = steps('{target}.x', 'template');
    expect(Object.keys(graph(protoOf({ f, e, a: put('t.*', 'before = { id = "late" }') })))).toEqual(['own', 'late', 't.x']);
    expect(cooked({ f, e, a: put('t', 'before = { id = "late" }') })).toMatchObject({
      proto: { steps: [{ step: 'own' }, { step: 't.x' }] },
      warnings: [{ says: '`t` matches no step' }],
    });
  });

  test('A6: ids doubled by advice are refused, pointcuts restrict the targets', () => {
    const f = `${steps('a')}[[steps]]\nid = "b"\ntype = "bug"\nlabels = ["l"]\n`;
    expect(cookFaults({ f: f + put('*', 'before = { id = "same" }') })).toEqual([
      'f.toml:10: advice[0].before.id: id `same` comes out twice (the other is advice[0].before of f.toml)',
    ]);
    const cut = (pointcut: string) =>
      Object.keys(graph(protoOf({ f: `${f}${put('*', 'before = { id = "{step.id}-b" }')}[[pointcuts]]\n${pointcut}\n` })));
    expect(cut('type = "bug"\nlabel = "l"')).toEqual(['a', 'b-b', 'b']);
    expect(cut('glob = "a"')).toEqual(['a-b', 'a', 'b']);
    expect(cut('glob = "a"\nlabel = "l"')).toEqual(['a', 'b']);
  });

  test('an aspect must be one', () => {
    expect(cookFaults({ f: `${steps('a')}[compose]\naspects = ["g"]\n`, g: steps('x') })).toEqual([
      expect.stringContaining('`g` is of type workflow, and must be an aspect'),
    ]);
  });

  test('an aspect by itself cooks to no steps, with a warning', () => {
    expect(cooked({ a: put('*', 'before = { id = "x" }') })).toMatchObject({
      proto: { type: 'aspect', steps: [] },
      warnings: [{ says: 'an aspect has no steps of its own' }],
    });
  });

  test('a gate of compose keeps its step back until its condition holds', () => {
    const rule = (condition: string) => `[[compose.gate]]\nbefore = "b"\ncondition = "${condition}"\n`;
    const proto = protoOf({ f: `${steps('a b<a')}${rule("a.output.ok == 'yes'")}` });
    expect(graph(proto)).toEqual({ a: [], 'gate-b': [], b: ['a', 'gate-b'] });
    expect(proto.steps[1]).toMatchObject({ gate: { type: 'condition', condition: "a.output.ok == 'yes'" } });
    expect(cookFaults({ f: `${steps('a b<a')}${rule('soon')}` })).toEqual([expect.stringContaining('compose.gate[0].condition')]);
  });
});

describe('overlays', () => {
  const overlay = (text: string) => parseOverlay({ file: 'o.toml', text });
  const override = (id: string, mode: string, description = '') =>
    `[[step-overrides]]\nstep_id = "${id}"\nmode = "${mode}"\ndescription = "${description}"\n`;

  test('O4: replace, append and skip; a skipped step hands its needs on, an unknown one is only warned of', () => {
    const read = overlay(
      override('a', 'replace', 'new') + override('c', 'append', 'more') + override('b', 'skip') + override('cc', 'skip'),
    );
    const proto = protoOf({ f: `[[steps]]\nid = "a"\ndescription = "old"\n${steps('b<a c<b')}description = "old"\n` });
    const { proto: laid, warnings } = overlaid(proto, 'overrides' in read ? read.overrides : [], 'o.toml');
    expect(graph(laid)).toEqual({ a: [], c: ['a'] });
    expect(laid.steps.map(({ description }) => description)).toEqual(['new', 'old\nmore']);
    expect(warnings).toMatchObject([{ says: 'f has no step `cc`', hint: 'did you mean `c`?' }]);
  });

  test('a wrong mode and a missing step are refused', () => {
    expect(overlay(`${override('a', 'repalce')}[[step-overrides]]\nmode = "skip"\n`)).toMatchObject({
      faults: [
        { line: 3, at: 'step-overrides[0].mode', hint: 'did you mean `replace`?' },
        { line: 5, says: '`step_id` is missing' },
      ],
    });
  });
});

test('L9: another round has the steps of the first, under its own number', () => {
  const body = '{ id = "x", gate = { type = "human" } }, { id = "y", needs = ["x"], children = [{ id = "c" }] }';
  const f = `${steps('a')}[[steps]]\nid = "L"\nneeds = ["a"]\nloop = { until = "y.status == 'complete'", max = 3, body = [${body}] }\n`;
  const proto = protoOf({ f });
  const { steps: next, sinks } = nextRound(proto, stepOf(proto, 'L'), 2);
  expect(next.map(({ id, parent, step, needs }) => [id, parent, step, needs])).toEqual([
    ['f.gate-L.iter2.x', 'f', 'L.iter2.x', []],
    ['f.L.iter2.x', 'f', 'L.iter2.x', ['f.gate-L.iter2.x']],
    ['f.L.iter2.y', 'f', 'L.iter2.y', ['f.L.iter2.x']],
    ['f.L.iter2.y.L.iter2.c', 'f.L.iter2.y', 'L.iter2.c', []],
  ]);
  expect(sinks).toEqual(['f.L.iter2.y']);
});

test('L9: what advice puts into a round comes again with it; what could not come twice is refused', () => {
  const loop = `[[steps]]\nid = "L"\nloop = { until = "x.status == 'complete'", max = 3, body = [{ id = "x" }] }\n[compose]\naspects = ["a"]\n`;
  const proto = protoOf({ f: loop, a: put('*.x', 'after = { id = "audit-{step.id}" }') });
  expect(graph(proto)).toEqual({ 'L.iter1.x': [], 'audit-L.iter1.x': ['L.iter1.x'], L: ['audit-L.iter1.x'] });
  const { steps: next, sinks } = nextRound(proto, stepOf(proto, 'L'), 3);
  expect(next.map(({ id, needs }) => [id, needs])).toEqual([
    ['f.L.iter3.x', []],
    ['f.audit-L.iter3.x', ['f.L.iter3.x']],
  ]);
  expect(sinks).toEqual(['f.audit-L.iter3.x']);
  expect(cookFaults({ f: loop, a: put('*.x', 'after = { id = "audit" }') })).toEqual([
    expect.stringContaining('`audit` would come out twice in a second round'),
  ]);
});
