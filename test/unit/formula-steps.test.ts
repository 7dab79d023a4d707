import { describe, expect, test } from 'vitest';
import { titleOf } from '#core/formula/step';
import { faultsOf, formulaOf, graph, protoOf, steps, warningsOf } from '../support/formulas.ts';

const named = (text: string) => `formula = "f"\n${text}`;
const one = (more: string) => named(`[[steps]]\nid = "a"\n${more}\n`);

describe('ids and needs', () => {
  test('F9: a need on an unknown id is refused with that id and the nearest one', () => {
    expect(faultsOf(named(steps('design build<desing')))).toEqual([
      'f.toml:6: steps[1].needs[0]: there is no step `desing` (did you mean `design`?)',
    ]);
  });

  test('F10: needs may name later steps and children of other steps', () => {
    const text = `${steps('a<b,c1 b')}[[steps]]\nid = "c"\n[[steps.children]]\nid = "c1"\n`;
    expect(faultsOf(named(text))).toEqual([]);
    expect(graph(protoOf({ f: text }))).toEqual({ a: ['b', 'c1'], b: [], c: [], c1: [] });
  });

  test('F11: an id in both needs and depends_on gives one edge', () => {
    const text = `${steps('a')}[[steps]]\nid = "b"\nneeds = ["a"]\ndepends_on = ["a"]\n`;
    expect(graph(protoOf({ f: text }))['b']).toEqual(['a']);
  });

  test('F12: a doubled id is refused with both places, a child among them', () => {
    const text = `${steps('a b')}[[steps.children]]\nid = "a"\n`;
    expect(faultsOf(named(text))).toEqual(['f.toml:7: steps[1].children[0].id: id `a` is there twice (the other is steps[0])']);
  });

  test.each(['', 'a b', 'ä', 'a/b'])('the id "%s" is refused', (id) => {
    expect(faultsOf(named(`[[steps]]\nid = ${JSON.stringify(id)}\n`)).join()).toMatch(/steps\[0\]\.id/);
  });

  test.each([
    ['a<a', '`a` waits for itself: a → a'],
    ['a<c b<a c<b', 'a → c → b → a'],
  ])('F14: the ring of %s is refused with its path', (words, says) => {
    expect(faultsOf(named(steps(words)))).toEqual([expect.stringContaining(says)]);
    expect(faultsOf(named(`type = "expansion"\n${steps(words, 'template')}`))).toEqual([expect.stringContaining(says)]);
    const body = `[[steps]]\nid = "l"\nloop.count = 1\n${steps(words, 'steps.loop.body')}`;
    expect(faultsOf(named(body))).toEqual([expect.stringContaining(says)]);
  });

  test('F14: a ring through a container is a ring: it ends after its children', () => {
    const text = `[[steps]]\nid = "p"\n[[steps.children]]\nid = "c"\nneeds = ["x"]\n${steps('x<p')}`;
    expect(faultsOf(named(text))).toEqual([expect.stringContaining('p → c → x → p')]);
  });

  test('a child may need its own container: it starts no sooner anyway', () => {
    const text = `[[steps]]\nid = "p"\n[[steps.children]]\nid = "c"\nneeds = ["p"]\n`;
    expect(graph(protoOf({ f: text }))).toEqual({ p: [], c: [] });
  });

  test('F24: children more than 32 levels deep are refused', () => {
    const deep = (levels: number) => {
      let step: unknown = { id: `s${levels}` };
      for (let level = levels - 1; level > 0; level--) step = { id: `s${level}`, children: [step] };
      return JSON.stringify({ formula: 'f', steps: [step] });
    };
    expect(faultsOf(deep(32), 'f.json')).toEqual([]);
    expect(faultsOf(deep(33), 'f.json')).toEqual([expect.stringContaining('more than 32 levels')]);
  });
});

describe('the words of a step', () => {
  test('F13: a title may be missing: the first line of the description, else the id', () => {
    const [a, b, c] = formulaOf(
      named('[[steps]]\nid = "a"\ntitle = "T"\n[[steps]]\nid = "b"\ndescription = "\\n first \\nsecond"\n[[steps]]\nid = "c"\n'),
    ).steps;
    expect([a, b, c].map((step) => step && titleOf(step))).toEqual(['T', 'first', 'c']);
  });

  test('F13: priorities are 0 to 4', () => {
    expect([0, 4].map((priority) => faultsOf(one(`priority = ${priority}`)))).toEqual([[], []]);
    for (const priority of [5, -1, 1.5, '"1"']) expect(faultsOf(one(`priority = ${priority}`))).toHaveLength(1);
  });

  test.each([
    ['waits_for = "some"', '`some` is not understood'],
    ['waits_for = "children-of(ghost)"', 'there is no step `ghost`'],
    ['waits_for = "all-children"', 'nobody is needed'],
    ['waits_for = "any-children"', 'nobody is needed'],
  ])('F15: %s is refused', (text, says) => {
    expect(faultsOf(one(text))).toEqual([expect.stringContaining(says)]);
  });

  test('F15: the spawner is the first that is needed, or the one that is named; it is needed too', () => {
    const text = `${steps('s t')}[[steps]]\nid = "all"\nneeds = ["s", "t"]\nwaits_for = "all-children"\n[[steps]]\nid = "of"\nwaits_for = "children-of(t)"\n`;
    const proto = protoOf({ f: text });
    expect(proto.steps.map(({ waits }) => waits)).toEqual([
      undefined,
      undefined,
      { kind: 'all-children', spawner: 'f.s' },
      { kind: 'children-of', spawner: 'f.t' },
    ]);
    expect(graph(proto)).toMatchObject({ all: ['s', 't'], of: ['t'] });
    expect(proto.steps[2]?.labels).toEqual(['gate:all-children']);
  });

  test('F19: an unknown type of step is worked as a task, and its word is kept', () => {
    const text = '[[steps]]\nid = "a"\ntype = "human"\n';
    expect(warningsOf(named(text))).toEqual([expect.stringContaining('`human` is no type of step')]);
    expect(protoOf({ f: text }).steps[0]).toMatchObject({ type: 'task', wrote: 'human' });
  });

  test('F19: an unknown gate waits for a human, and shows what else it says', () => {
    const text = '[[steps]]\nid = "a"\ngate = { type = "conditional", whim = "x" }\n';
    expect(warningsOf(named(text)).join()).toMatch(/waits for a human/);
    expect(protoOf({ f: text }).steps[0]).toMatchObject({ kind: 'gate', gate: { type: 'conditional', extra: { whim: 'x' } } });
  });

  test.each(['1h30m', '90s', '1.5h', '250ms', '5µs', '{{wait}}'])('F20: %s is a timeout', (timeout) => {
    expect(faultsOf(one(`gate = { type = "timer", timeout = "${timeout}" }`))).toEqual([]);
  });

  test.each(['soon', '7d', '90', '-1s', '1h 30m'])('F20: %s is none', (timeout) => {
    expect(faultsOf(one(`gate = { type = "gh:pr", timeout = "${timeout}" }`))).toEqual([
      expect.stringContaining('is no duration'),
    ]);
  });

  test('F20: a timer without a timeout is warned of: it opens only by hand', () => {
    expect(warningsOf(one('gate = { type = "timer", duration = "2h" }'))).toEqual([
      expect.stringContaining('unknown key `duration` (the time of a gate is its `timeout`)'),
      expect.stringContaining('a timer without a `timeout` opens only by hand'),
    ]);
  });

  test('K2, G4: a gate is a record beside its step, and `await_id` goes before `id`', () => {
    const text = `${steps('z')}[[steps]]\nid = "a"\nneeds = ["z"]\ngate = { type = "gh:pr", id = "1", await_id = "2" }\n`;
    const proto = protoOf({ f: text });
    expect(proto.steps[1]).toMatchObject({ id: 'f.gate-a', parent: 'f', title: 'Gate: gh:pr 2', type: 'gate', needs: [] });
    expect(graph(proto)).toEqual({ z: [], 'gate-a': [], a: ['z', 'gate-a'] });
  });
});

describe('what runs after, again, or for each', () => {
  test.each([
    ['on_complete = { for_each = "output.xs" }', 'need each other'],
    ['on_complete = { bond = "x" }', 'need each other'],
    ['on_complete = { for_each = "xs", bond = "x" }', 'is no path'],
    ['on_complete = { for_each = "output.xs", bond = "x", parallel = true, sequential = true }', 'exclude each other'],
    ['retry = { max_attempts = 0 }', 'at least 1'],
    ['retry = { max_attempts = 2, on_exhausted = "shrug" }', 'hard_fail'],
    ['retry = { max_attempts = 2 }\nralph = { max_attempts = 2, check = { path = "x" } }', '`retry` and `ralph` exclude'],
    ['retry = { max_attempts = 2 }\ngate = { type = "human" }', '`retry` and `gate` exclude'],
    ['retry = { max_attempts = 2 }\n[[steps.children]]\nid = "c"', '`retry` and `children` exclude'],
    ['ralph = { max_attempts = 2, check = { path = "x" } }\nassignee = "x"', '`ralph` and `assignee` exclude'],
    ['ralph = { max_attempts = 2 }', '`check` is missing'],
    ['ralph = { max_attempts = 2, check = { path = "x", mode = "ask" } }', 'must be one of "exec"'],
    ['ralph = { max_attempts = 2, check = { path = "x", timeout = "1w" } }', 'is no duration'],
  ])('F23: %s is refused', (text, says) => {
    expect(faultsOf(one(text)).join()).toContain(says);
  });

  test('F23: what is whole is kept in the proto', () => {
    const text = `[[steps]]\nid = "a"\nretry = { max_attempts = 2 }\n[[steps]]\nid = "b"\nralph = { max_attempts = 3, check = { path = "c.sh" } }\n[[steps]]\nid = "c"\non_complete = { for_each = "output.xs", bond = "e", vars = { x = "{item}" } }\n`;
    expect(protoOf({ f: text }).steps).toMatchObject([
      { retry: { max_attempts: 2, on_exhausted: 'hard_fail' } },
      { ralph: { max_attempts: 3, check: { mode: 'exec', path: 'c.sh', timeout: '60s' } } },
      { on_complete: { for_each: 'output.xs', bond: 'e', vars: { x: '{item}' } } },
    ]);
  });
});

test('F22: unknown legs and inputs are refused wherever they are named', () => {
  const text = `${steps('l', 'legs')}[synthesis]\ndepends_on = ["m"]\n[presets.p]\nlegs = ["n"]\n[inputs.pr]\nrequired_unless = ["files"]\n[inputs.file]\n`;
  expect(faultsOf(named(text))).toEqual([
    expect.stringContaining('synthesis.depends_on[0]: there is no leg `m`'),
    expect.stringContaining('presets.p.legs[0]: there is no leg `n`'),
    expect.stringContaining('inputs.pr.required_unless[0]: there is no input `files` (did you mean `file`?)'),
  ]);
  expect(faultsOf(named(steps('l l', 'legs')))).toEqual([expect.stringContaining('there twice')]);
});

test('bond points name at most one side, and a step that there is', () => {
  const point = (more: string) => named(`${steps('a')}[[compose.bond_points]]\nid = "p"\n${more}\n`);
  expect(faultsOf(point('before_step = "a"'))).toEqual([]);
  expect(faultsOf(point(''))).toEqual([]);
  expect(faultsOf(point('before_step = "a"\nafter_step = "a"'))).toHaveLength(1);
  expect(faultsOf(point('after_step = "b"'))).toEqual([expect.stringContaining('there is no step `b`')]);
});
