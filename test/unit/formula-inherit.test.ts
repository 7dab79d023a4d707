import { describe, expect, test } from 'vitest';
import { cookFaults, graph, protoOf, stepOf, steps } from '../support/formulas.ts';

const base = steps('p q<p r<q');

describe('extends', () => {
  test('E1: the same id replaces the whole step in place; new ones go last', () => {
    const proto = protoOf({ f: `extends = ["base"]\n[[steps]]\nid = "q"\ntitle = "my q"\n${steps('new<r')}`, base });
    expect(Object.entries(graph(proto))).toEqual([
      ['p', []],
      ['q', []],
      ['r', ['q']],
      ['new', ['r']],
    ]);
    expect(stepOf(proto, 'q')).toMatchObject({ title: 'my q', origin: { formula: 'f', at: 'steps[0]' } });
    expect(stepOf(proto, 'r').origin.formula).toBe('base');
  });

  test('E2: variables of the child go over those of parents, of parents the first', () => {
    const proto = protoOf({
      f: `extends = ["one", "two"]\n[vars]\na = "f"\n`,
      one: `[vars]\na = "one"\nb = "one"\n${steps('x')}`,
      two: `[vars]\na = "two"\nb = "two"\nc = "two"\n${steps('y')}`,
    });
    expect(Object.entries(proto.vars).map(([name, one]) => [name, one.default])).toEqual([
      ['a', 'f'],
      ['b', 'one'],
      ['c', 'two'],
    ]);
    expect(Object.keys(graph(proto))).toEqual(['x', 'y']);
  });

  test('E3: needs may name inherited ids; others are refused when all is known', () => {
    expect(graph(protoOf({ f: `extends = ["base"]\n${steps('s<r')}`, base }))['s']).toEqual(['r']);
    expect(cookFaults({ f: `extends = ["base"]\n${steps('s<rr')}`, base })).toEqual([
      'f.toml:5: steps[0].needs[0]: there is no step `rr` (did you mean `r`?)',
    ]);
  });

  test('E4: a formula that is its own ancestor is refused with the chain', () => {
    const files = { f: 'extends = ["g"]', g: 'extends = ["h"]', h: 'extends = ["g"]' };
    expect(cookFaults(files)).toEqual(['h.toml:2: extends[0]: `g` is its own ancestor: g → h → g']);
  });

  test('E4: a parent that is missing is refused where it is named', () => {
    expect(cookFaults({ f: 'extends = ["bse"]', base })).toEqual([
      'f.toml:2: extends[0]: there is no formula `bse` (did you mean `base`?)',
    ]);
  });

  test('E5: a diamond has its common ancestor once, with what one side has made of it', () => {
    const proto = protoOf({
      f: 'extends = ["left", "right"]',
      left: `extends = ["base"]\n${steps('l<r')}`,
      right: `extends = ["base"]\n[[steps]]\nid = "q"\ntitle = "of right"\nneeds = ["p"]\n`,
      base,
    });
    expect(graph(proto)).toEqual({ p: [], q: ['p'], r: ['q'], l: ['r'] });
    expect(stepOf(proto, 'q').title).toBe('of right');
  });

  test('E5: the same id of two parents is refused, unless the child defines it', () => {
    const parents = { one: steps('x'), two: steps('y x') };
    expect(cookFaults({ f: 'extends = ["one", "two"]', ...parents })).toEqual([
      'two.toml:5: steps[1].id: id `x` comes from two parents (the other is steps[0] of one.toml: let the formula that extends both define it)',
    ]);
    expect(graph(protoOf({ f: `extends = ["one", "two"]\n${steps('x')}`, ...parents }))).toEqual({ x: [], y: [] });
  });

  test('E3: a parent may need what only the child defines; alone it is refused', () => {
    const files = { f: `extends = ["base"]\n${steps('b')}`, base: steps('a<b') };
    expect(graph(protoOf(files))).toEqual({ a: ['b'], b: [] });
    expect(cookFaults({ base: files.base })).toEqual([expect.stringContaining('there is no step `b`')]);
    expect(cookFaults({ ...files, f: 'extends = ["base"]' })).toEqual([expect.stringContaining('there is no step `b`')]);
  });

  test('E6: legs and inputs that a child names may be inherited', () => {
    const base = 'type = "convoy"\n[[legs]]\nid = "l"\n';
    const child = (leg: string) => `type = "convoy"\nextends = ["base"]\n[presets.quick]\nlegs = ["${leg}"]\n`;
    expect(cookFaults({ f: child('l'), base })).toEqual([]);
    expect(cookFaults({ f: child('m'), base })).toEqual([expect.stringContaining('there is no leg `m`')]);
  });

  test('E6: what the child does not say it inherits; lists of compose are joined', () => {
    const proto = protoOf({
      f: `extends = ["base"]\n[compose]\naspects = ["two"]\n`,
      base: `description = "D"\nphase = "vapor"\npour = true\nlabels = ["plugin"]\n${steps('p')}[compose]\naspects = ["one"]\n[[advice]]\ntarget = "p"\nbefore = { id = "own" }\n`,
      one: '[[advice]]\ntarget = "p"\nafter = { id = "first" }',
      two: '[[advice]]\ntarget = "p"\nafter = { id = "second" }',
    });
    expect(proto).toMatchObject({ description: 'D', phase: 'vapor', pour: true, labels: ['plugin'] });
    expect(Object.keys(graph(proto))).toEqual(['own', 'p', 'second', 'first']);
  });

  test('E6: an expansion inherits its template', () => {
    const files = {
      f: '[[steps]]\nid = "t"\nexpand = "e"',
      e: 'type = "expansion"\nextends = ["base"]',
      base: steps('{target}.x', 'template'),
    };
    expect(graph(protoOf(files))).toEqual({ 't.x': [] });
  });

  test('a child that only extends, of a parent with nothing, has nothing to do', () => {
    expect(cookFaults({ f: 'extends = ["e"]', e: steps('{target}', 'template') })).toEqual([
      expect.stringContaining('needs steps'),
    ]);
  });
});
