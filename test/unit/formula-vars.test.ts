import { describe, expect, test } from 'vitest';
import { parseGiven } from '#core/formula/vars';
import { cooked, cookFaults, faultsOf, graph, protoOf, stepOf, steps, warningsOf } from '../support/formulas.ts';

const named = (text: string) => `formula = "f"\n${text}`;
const titled = (title: string, vars = '') => `${vars}[[steps]]\nid = "a"\ntitle = '${title}'\n`;
const titleWith = (title: string, given: Record<string, string>, vars = '') =>
  protoOf({ f: titled(title, vars) }, given).steps[0]?.title;

describe('variables', () => {
  test.each(['{{ a }}', '{{a.b}}', '{{#if a}}', '{{/if}}', '{{1a}}', '{a}', '{{else}}', '{{this}}', '{{b}}'])(
    'V1, V3: %s stays as it is',
    (text) => {
      expect(titleWith(`{{a}} ${text}`, { a: 'v', else: 'no', this: 'no' })).toBe(`v ${text}`);
    },
  );

  test('V2: what a value holds stays as it is', () => {
    expect(titleWith('{{a}} {{b}}', { a: '{{b}}', b: '{{a}} $& $1' })).toBe('{{b}} {{a}} $& $1');
  });

  test('V3: an undeclared name is not required', () => {
    expect(titleWith('{{ghost}} {{else}}', { other: 'x' })).toBe('{{ghost}} {{else}}');
  });

  test('V4: declared, without a default and used, or required, it must have a value; all are told at once', () => {
    const f = titled('{{used}}', '[vars]\nused = {}\nunused = {}\nmust = { required = true, description = "what for" }\n');
    expect(cookFaults({ f }, { x: '1' })).toEqual([
      'f.toml: vars.used: variable `used` has no value (give one: --var used=…)',
      'f.toml: vars.must: variable `must` has no value (give one: --var must=… (what for))',
    ]);
    expect(protoOf({ f }, { used: 'u', must: '' }).steps[0]?.title).toBe('u');
  });

  test('V4: a variable of a step that is left out is not missing', () => {
    const f = `[vars]\nonly = {}\n${titled('{{only}}')}condition = "{{yes}}"\n`;
    expect(protoOf({ f }, { x: '1' }).steps).toEqual([]);
  });

  test('V5: enum, pattern and type are checked, all at once; an empty value skips them', () => {
    const vars = `[vars]\ne = { enum = ["x", "y"], default = "" }\np = { pattern = "(?i)^v\\\\d", default = "" }\ni = { type = "int", default = "" }\nb = { type = "bool", default = "" }\n`;
    const f = titled('t', vars);
    expect(cookFaults({ f }, { e: 'z', p: 'w1', i: '1.5', b: 'perhaps' })).toEqual([
      'f.toml: vars.e: `e` is "z", and must be one of x, y',
      'f.toml: vars.p: `p` is "w1", which does not match (?i)^v\\d',
      'f.toml: vars.i: `i` is "1.5", and must be a whole number',
      'f.toml: vars.b: `b` is "perhaps", and must be true or false',
    ]);
    expect(cookFaults({ f }, { e: 'x', p: 'V1 and more', i: '-3', b: 'True' })).toEqual([]);
    expect(cookFaults({ f }, { e: '', p: '', i: '', b: '' })).toEqual([]);
  });

  test('V6: given goes over the default; a value may hold `=`; a word without one is refused; an unknown name is warned of', () => {
    expect(parseGiven(['a=b=c', 'd='])).toEqual({
      given: new Map([
        ['a', 'b=c'],
        ['d', ''],
      ]),
    });
    expect(parseGiven(['a', '=b', 'c=d'])).toMatchObject({
      faults: [expect.stringContaining('`a`'), expect.stringContaining('`=b`')],
    });
    expect(titleWith('{{a}}', { a: 'given' }, '[vars]\na = "default"\n')).toBe('given');
    expect(cooked({ f: titled('{{branch}}', '[vars]\nbranch = "main"\n') }, { brnch: 'x' }).warnings).toMatchObject([
      { says: 'no variable `brnch` is declared', hint: 'did you mean `branch`?' },
    ]);
  });

  test('V7: assignee, labels, metadata and gates are filled in too; ids and needs never', () => {
    const f = `[vars]\nx = "v"\n[[steps]]\nid = "a"\nassignee = "{{x}}"\nlabels = ["l-{{x}}"]\nmetadata = { deep = { "{{x}}" = ["{{x}}", 1] } }\nnotes = "{{x}}"\nacceptance = "{{x}}"\ngate = { type = "timer", id = "{{x}}", timeout = "{{t}}" }\n`;
    expect(protoOf({ f }, { t: '5m' }).steps).toMatchObject([
      { gate: { id: 'v', timeout: '5m' } },
      { assignee: 'v', labels: ['l-v'], metadata: { deep: { '{{x}}': ['v', 1] } }, notes: 'v', acceptance: 'v' },
    ]);
    expect(cookFaults({ f }, { t: 'soon' })).toEqual([
      'f.toml: steps.a.gate.timeout: "soon" is no duration (such as "90s", "1h30m")',
    ]);
    expect(faultsOf(named('[[steps]]\nid = "{{x}}"\n'))).toHaveLength(1);
  });

  test('V8: declared `title` and `desc` become the title and description of the root', () => {
    const f = `description = "of the file"\n[vars]\ntitle = {}\ndesc = "D"\n${steps('a')}`;
    expect(protoOf({ f })).toMatchObject({ title: '{{title}}', description: '{{desc}}' });
    expect(protoOf({ f }, { title: 'T' })).toMatchObject({ title: 'T', description: 'D' });
    expect(protoOf({ f: `description = "of {{x}}"\n${steps('a')}` }, { x: 'y' })).toMatchObject({
      title: 'f',
      description: 'of y',
    });
  });

  test('V9: without values a proto keeps its placeholders and conditions', () => {
    const f = `${titled('{{a}}', '[vars]\na = "v"\n')}condition = "{{b}}"\n`;
    expect(protoOf({ f }).steps).toMatchObject([{ title: '{{a}}', conditions: ['{{b}}'] }]);
    expect(protoOf({ f }, { b: 'yes' }).steps).toMatchObject([{ title: 'v', conditions: [] }]);
  });

  test('F16, F17, F18: defaults make a variable optional; a plain value is one, and a number is a text', () => {
    const vars =
      '[vars]\nplain = "v"\nempty = { default = "" }\nthree = { default = 3 }\nboth = { required = true, default = "d" }\n';
    expect(titleWith('{{plain}}{{empty}}{{three}}{{both}}', { x: '1' }, vars)).toBe('v3d');
    expect(warningsOf(named(titled('t', vars)))).toEqual([expect.stringContaining('vars.both: is required and has a default')]);
    expect(faultsOf(named(titled('t', '[vars]\np = { pattern = "(" }\n')))).toEqual([expect.stringContaining('( is no pattern')]);
  });
});

describe('conditions', () => {
  const stays = (condition: string, given: Record<string, string>) =>
    protoOf({ f: `[[steps]]\nid = "a"\ncondition = ${JSON.stringify(condition)}\n` }, { other: '1', ...given }).steps.length ===
    1;

  test.each(['', '0', 'No', 'OFF', 'False', undefined])('C1: {{x}} is false for %s', (x) => {
    expect(stays('{{x}}', x === undefined ? {} : { x })).toBe(false);
    expect(stays('!{{x}}', x === undefined ? {} : { x })).toBe(true);
  });

  test.each(['n', '2', 'true', ' '])('C1: {{x}} is true for "%s"', (x) => {
    expect(stays('{{x}}', { x })).toBe(true);
  });

  test('C2: spaces around the operator and quotes around the value do not count', () => {
    for (const condition of ["{{e}}=='p'", ' {{e}} == p ', '{{e}} =="p"', '{{e}} != q', ''])
      expect(stays(condition, { e: 'p' })).toBe(true);
    for (const condition of ["{{e}}!='p'", '{{e}} == q', "{{e}} == ''"]) expect(stays(condition, { e: 'p' })).toBe(false);
    expect(stays("{{e}} == ''", {})).toBe(true);
  });

  test.each(['{{a}} && {{b}}', 'x == 1', '{{a}} ==', '{{ a }}', 'true', '{{a}} > 1'])(
    'C3: %s is refused with its step',
    (condition) => {
      const text = named(`[[steps]]\nid = "guarded"\ncondition = ${JSON.stringify(condition)}\n`);
      expect(faultsOf(text)).toEqual([expect.stringContaining('condition of step `guarded` is not understood')]);
    },
  );

  test('C4: what is left out takes its children and its gate along', () => {
    const f = `[[steps]]\nid = "p"\ncondition = "{{x}}"\ngate = { type = "human" }\n[[steps.children]]\nid = "c"\ngate = { type = "human" }\n${steps('z<c')}`;
    expect(graph(protoOf({ f }, { y: '1' }))).toEqual({ z: [] });
  });

  test('C5: who needed what is left out needs what that needed', () => {
    const f = `${steps('a')}[[steps]]\nid = "b"\nneeds = ["a"]\ncondition = "{{x}}"\n[[steps]]\nid = "b2"\nneeds = ["b"]\ncondition = "{{x}}"\n${steps('d c<b2,d')}`;
    expect(graph(protoOf({ f }, { y: '1' }))).toEqual({ a: [], d: [], c: ['a', 'd'] });
  });

  test('C5: an epic whose children are all left out is a task', () => {
    const f = `[[steps]]\nid = "p"\n[[steps.children]]\nid = "c"\ncondition = "{{x}}"\n`;
    expect(protoOf({ f }, { y: '1' }).steps).toMatchObject([{ step: 'p', type: 'task' }]);
  });

  test('C6: with values, cooking leaves out what pouring would leave out; without, conditions stay', () => {
    const f = `[vars.env]\ndefault = "dev"\n${steps('a')}[[steps]]\nid = "b"\ncondition = "{{env}} == prod"\n`;
    expect(graph(protoOf({ f }, { env: 'prod' }))).toEqual({ a: [], b: [] });
    expect(graph(protoOf({ f }, { env: 'test' }))).toEqual({ a: [] });
    expect(stepOf(protoOf({ f }), 'b').conditions).toEqual(['{{env}} == prod']);
  });

  test('the condition of a loop or of a target holds for what takes its place', () => {
    const f = `[[steps]]\nid = "L"\ncondition = "{{x}}"\nloop = { count = 2, body = [{ id = "b" }] }\n[[steps]]\nid = "t"\ncondition = "{{x}}"\nexpand = "e"\n${steps('z<t,L')}`;
    const files = { f, e: steps('{target}.x', 'template') };
    expect(Object.keys(graph(protoOf(files, { x: '1' })))).toHaveLength(4);
    expect(graph(protoOf(files, { x: '0' }))).toEqual({ z: [] });
  });
});
