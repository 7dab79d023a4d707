import { describe, expect, test } from 'vitest';
import { cooked, cookFaults, graph, protoOf, stepOf, steps } from '../support/formulas.ts';

const rule = (target: string, formula = 'e') => `[[compose.expand]]\ntarget = "${target}"\nwith = "${formula}"\n`;
const two = steps('{target}.x {target}.y', 'template');

describe('expansion', () => {
  test('X1: the template stands where the target stood, in children too, with ids as written', () => {
    const text = `${steps('a')}[[steps]]\nid = "p"\n[[steps.children]]\nid = "t"\n${steps('z<t')}${rule('t')}`;
    const proto = protoOf({ f: text, e: steps('{target}.x plain<{target}.x', 'template') });
    expect(proto.steps.map(({ id }) => id)).toEqual(['f.a', 'f.p', 'f.p.t.x', 'f.p.plain', 'f.z']);
    expect(graph(proto)['z']).toEqual(['plain']);
  });

  test('X2, X3: entries get what the target needs, and who needs the target needs every sink', () => {
    expect(graph(protoOf({ f: `${steps('a t<a z<t')}${rule('t')}`, e: two }))).toEqual({
      a: [],
      't.x': ['a'],
      't.y': ['a'],
      z: ['t.x', 't.y'],
    });
  });

  test('X4, X5: fields of the target and values are filled in, unknown names stay, and double braces are another language', () => {
    const e = `[vars]\nv = "default"\nw = "w"\n[[template]]\nid = "{target}.x"\ntitle = "{target.title} {v} {w} {k} {{v}}"\ndescription = "{target.description}"\nassignee = "{v}"\nlabels = ["{w}"]\n`;
    const f = `[[steps]]\nid = "t"\ndescription = "Do it"\nexpand = "e"\nexpand_vars = { v = "given" }\n`;
    expect(stepOf(protoOf({ f, e }), 't.x')).toMatchObject({
      title: 'Do it given w {k} {{v}}',
      description: 'Do it',
      assignee: 'given',
      labels: ['w'],
    });
  });

  test('X6: every key of the template survives, expand and loop among them', () => {
    const e = `[[template]]\nid = "{target}.x"\nacceptance = "A {target}"\nnotes = "N"\nmetadata = { "a.b" = ["{target}"] }\ncondition = "{{c}}"\ngate = { type = "bead", id = "{target}" }\n[[template]]\nid = "{target}.y"\nexpand = "inner"\n[[template]]\nid = "{target}.l"\nloop.count = 2\n[[template.loop.body]]\nid = "b"\n`;
    const proto = protoOf({ f: `${steps('t')}${rule('t')}`, e, inner: steps('{target}.deep', 'template') });
    expect(stepOf(proto, 't.x')).toMatchObject({
      acceptance: 'A t',
      notes: 'N',
      metadata: { 'a.b': ['t'] },
      conditions: ['{{c}}'],
    });
    expect(proto.steps[0]).toMatchObject({ kind: 'gate', gate: { type: 'bead', id: 't' } });
    expect(Object.keys(graph(proto)).slice(2)).toEqual(['t.y.deep', 't.l.iter1.b', 't.l.iter2.b']);
    expect(stepOf(proto, 't.y.deep').origin.by).toEqual([
      { how: 'expand', name: 'e', on: 't' },
      { how: 'expand', name: 'inner', on: 't.y' },
    ]);
  });

  test.each([
    ['a target that is missing', steps('tt') + rule('t'), 'compose.expand[0].target: `t` is no step (did you mean `tt`?)'],
    ['a second rule on one target', steps('t') + rule('t') + rule('t'), 'compose.expand[1].target: `t` has been replaced'],
    ['another type of formula', steps('t') + rule('t', 'g'), '`g` is of type workflow, and must be an expansion'],
    ['a formula that is missing', steps('t') + rule('t', 'h'), 'compose.expand[0].with: there is no formula `h`'],
    ['ids that come out twice', steps('t t.x') + rule('t'), 'id `t.x` comes out twice (the other is template[0] of e.toml)'],
  ])('X7: %s is refused', (_, f, says) => {
    expect(cookFaults({ f, e: two, g: steps('a') })).toEqual([expect.stringContaining(says)]);
  });

  test('X8: what steps say themselves comes first, then the rules, then map over what is left, in the order of the file', () => {
    const f = `[[steps]]\nid = "a"\nexpand = "e"\n${steps('b<a c<b d')}${rule('b')}[[compose.map]]\nselect = "?"\nwith = "m"\n`;
    expect(Object.keys(graph(protoOf({ f, e: two, m: steps('{target}.m', 'template') })))).toEqual([
      'a.x',
      'a.y',
      'b.x',
      'b.y',
      'c.m',
      'd.m',
    ]);
  });

  test('X7, X8: a step of the template that is called like the target is not replaced again', () => {
    const e = steps('{target} {target}.y<{target}', 'template');
    const map = '[[compose.map]]\nselect = "*"\nwith = "m"\n';
    const proto = protoOf({ f: `${steps('t z<t')}${rule('t')}${map}`, e, m: steps('{target}.m', 'template') });
    expect(graph(proto)).toEqual({ t: [], 't.y.m': ['t'], 'z.m': ['t.y.m'] });
    expect(cookFaults({ f: `${steps('t')}${rule('t')}${rule('t')}`, e })).toEqual([
      expect.stringContaining('`t` has been replaced'),
    ]);
  });

  test('X8: a map that matches nothing is no fault', () => {
    const result = cooked({ f: `${steps('a')}[[compose.map]]\nselect = "b*"\nwith = "e"\n`, e: two });
    expect(result).toMatchObject({ proto: { steps: [{ step: 'a' }] }, warnings: [{ says: '`b*` matches no step' }] });
  });

  test('X9: an expansion by itself has the target `main`, named like it', () => {
    const e = `description = "What it does"\n[vars]\nv = "x"\n[[template]]\nid = "{target}.a"\ntitle = "{target.title} {v}"\ndescription = "{target.description}"\n`;
    expect(protoOf({ e }).steps).toMatchObject([{ id: 'e.main.a', title: 'e x', description: 'What it does' }]);
    expect(protoOf({ e }, { v: 'y' }).steps[0]?.title).toBe('e y');
  });

  test('X10: an expansion that reaches itself is refused with the chain', () => {
    const e = '[[template]]\nid = "{target}.x"\nexpand = "g"\n';
    const g = '[[template]]\nid = "{target}.y"\nexpand = "e"\n';
    expect(cookFaults({ f: `${steps('t')}${rule('t')}`, e, g })).toEqual([expect.stringContaining('e → g → e')]);
  });

  test('a template may have a step of the name of its target', () => {
    const e = steps('{target} {target}.check<{target}', 'template');
    expect(graph(protoOf({ f: `${steps('a t<a z<t')}${rule('t')}`, e }))).toEqual({
      a: [],
      t: ['a'],
      't.check': ['t'],
      z: ['t.check'],
    });
  });

  test('what the target says and nobody keeps is told', () => {
    const f = `[[steps]]\nid = "t"\nassignee = "me"\nlabels = ["l"]\nexpand = "e"\n`;
    expect(cooked({ f, e: two }).warnings).toMatchObject([{ says: 'labels, assignee of `t` are lost: `e` takes its place' }]);
  });
});

const loop = (head: string, body: string, more = '') => `[[steps]]\nid = "L"\n${more}${head}\n${steps(body, 'steps.loop.body')}`;

describe('loops', () => {
  test('L1: two rounds, the second needs the first', () => {
    expect(graph(protoOf({ f: loop('loop.count = 2', 'x') }))).toEqual({ 'L.iter1.x': [], 'L.iter2.x': ['L.iter1.x'] });
  });

  test('L2: a range counts its rounds from 1, its variable has the numbers', () => {
    const f = `[[steps]]\nid = "L"\nloop = { range = "2..4", var = "i", body = [{ id = "x", title = "{i} of {n} {{i}}", labels = ["r{i}"] }] }\n`;
    expect(protoOf({ f }).steps.map(({ step, title, labels }) => [step, title, labels[0]])).toEqual([
      ['L.iter1.x', '2 of {n} {{i}}', 'r2'],
      ['L.iter2.x', '3 of {n} {{i}}', 'r3'],
      ['L.iter3.x', '4 of {n} {{i}}', 'r4'],
    ]);
  });

  test.each([
    ['1..2^3', 8],
    ['1..(2+1)*2', 6],
    ['1..1', 1],
    ['2^3^2..513', 2],
    ['-2..7/2', 6],
    ['-2^2..-(1 + 2)', 2],
  ])('L3: %s has %i rounds', (range, rounds) => {
    expect(protoOf({ f: loop(`loop.range = "${range}"`, 'x') }).steps).toHaveLength(rounds);
  });

  test.each(['4..2', '1', '1..x', '1..2)', '1..1/0', '(1..2', '1..', '1..2 3', '1..9^99'])('L3: %s is refused', (range) => {
    expect(cookFaults({ f: loop(`loop.range = "${range}"`, 'x') })).toHaveLength(1);
  });

  test('L4: a range takes its numbers from variables and from loops around it', () => {
    const f = `[vars]\nn = "2"\n[[steps]]\nid = "A"\n[steps.loop]\nrange = "1..{n}"\nvar = "i"\n[[steps.loop.body]]\nid = "B"\nloop = { range = "1..{i}", body = [{ id = "x" }] }\n`;
    expect(protoOf({ f }).steps.map(({ step }) => step)).toEqual(['A.iter1.B.iter1.x', 'A.iter2.B.iter1.x', 'A.iter2.B.iter2.x']);
    expect(protoOf({ f }, { n: '1' }).steps).toHaveLength(1);
    expect(cookFaults({ f }, { n: 'many' })).toEqual([expect.stringContaining('steps[0].loop.range')]);
  });

  test('L5, L6, L7: needs stay in the round or outside; what the loop needs its first entries need, who needs it waits for its last sinks', () => {
    const body =
      '[[steps.loop.body]]\nid = "x"\n[[steps.loop.body]]\nid = "y"\nneeds = ["x", "a"]\n[[steps.loop.body]]\nid = "w"\n';
    const f = `${steps('a z<L')}[[steps]]\nid = "L"\nneeds = ["a"]\nloop.count = 2\n${body}`;
    expect(graph(protoOf({ f }))).toEqual({
      a: [],
      z: ['L.iter2.y', 'L.iter2.w'],
      'L.iter1.x': ['a'],
      'L.iter1.y': ['L.iter1.x', 'a'],
      'L.iter1.w': ['a'],
      'L.iter2.x': ['L.iter1.y', 'L.iter1.w'],
      'L.iter2.y': ['L.iter2.x', 'a'],
      'L.iter2.w': ['L.iter1.y', 'L.iter1.w'],
    });
    const nested = `[[steps]]\nid = "A"\nloop.count = 1\n[[steps.loop.body]]\nid = "B"\nloop = { count = 2, body = [{ id = "x" }, { id = "y", needs = ["x"] }] }\n[[steps.loop.body]]\nid = "c"\nneeds = ["B"]\n`;
    expect(graph(protoOf({ f: nested }))).toEqual({
      'A.iter1.B.iter1.x': [],
      'A.iter1.B.iter1.y': ['A.iter1.B.iter1.x'],
      'A.iter1.B.iter2.x': ['A.iter1.B.iter1.y'],
      'A.iter1.B.iter2.y': ['A.iter1.B.iter2.x'],
      'A.iter1.c': ['A.iter1.B.iter2.y'],
    });
    expect(stepOf(protoOf({ f: nested }), 'A.iter1.B.iter2.y').origin).toMatchObject({
      at: 'steps[0].loop.body[0].loop.body[1]',
      by: [{ name: 'A.iter1' }, { name: 'A.iter1.B.iter2' }],
    });
  });

  test.each([
    ['loop.var = "i"', 'says not how often'],
    ['loop.count = 2\nloop.range = "1..2"', 'has count and range'],
    ['loop.until = "step.status == \'complete\'"', '`until` needs `max`'],
    ['loop.until = "whenever"\nloop.max = 2', 'condition is not understood'],
    ['loop.count = 0', 'at least 1'],
  ])('L8: %s is refused', (head, says) => {
    expect(cookFaults({ f: loop(head, 'x') }).join()).toContain(says);
  });

  test('L8: a loop needs a body', () => {
    expect(cookFaults({ f: '[[steps]]\nid = "L"\nloop = { count = 2 }' })).toEqual([expect.stringContaining('has no body')]);
  });

  test('L9: a loop with until has one round, then the step that decides on another; later steps wait for that', () => {
    const f = `${steps('a z<L')}${loop('loop.until = "step.status == \'complete\'"\nloop.max = 3', 'x y<x', 'needs = ["a"]\n')}`;
    const proto = protoOf({ f });
    expect(graph(proto)).toEqual({ a: [], z: ['L'], 'L.iter1.x': ['a'], 'L.iter1.y': ['L.iter1.x'], L: ['L.iter1.y'] });
    expect(stepOf(proto, 'L')).toMatchObject({ kind: 'round', repeat: { max: 3, round: 'L.iter1.' } });
  });

  test('F24: more than 1000 rounds are refused', () => {
    expect(cookFaults({ f: loop('loop.count = 1001', 'x') })).toEqual([expect.stringContaining('the limit is 1000')]);
    expect(protoOf({ f: loop('loop.count = 1000', 'x') }).steps).toHaveLength(1000);
  });

  test('L10: a branch adds its edges without doubles; unknown ids are refused', () => {
    const rules = (join: string) => `[[compose.branch]]\nfrom = "a"\nsteps = ["b", "c"]\njoin = "${join}"\n`;
    const f = steps('a b<a c d<c');
    expect(graph(protoOf({ f: f + rules('d') }))).toEqual({ a: [], b: ['a'], c: ['a'], d: ['c', 'b'] });
    expect(cookFaults({ f: f + rules('dd') })).toEqual([
      expect.stringContaining('compose.branch[0].join: there is no step `dd`'),
    ]);
  });
});
