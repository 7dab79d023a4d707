import { describe, expect, test } from 'vitest';
import { parseFormula } from '#core/formula/parse';
import { placesOf } from '#core/formula/search';
import { faultsOf, formulaOf, parsed, seed, steps, warningsOf } from '../support/formulas.ts';

const named = (text: string) => `formula = "f"\n${text}`;
const one = (more: string) => named(`[[steps]]\nid = "a"\n${more}\n`);

describe('the seeds', () => {
  test.each(['shiny', 'beads-release', 'shiny-enterprise'])('%s is read without a word', (name) => {
    const file = `${name}.formula.toml`;
    expect(parsed(seed(file), file)).toMatchObject({ formula: { formula: name, type: 'workflow', version: 1 }, warnings: [] });
  });

  test("the reference's grammar block is read but for the step that it only alludes to", () => {
    const block = seed('name.formula.toml');
    expect(faultsOf(block)).toEqual(['f.toml:12: steps[0].needs[0]: there is no step `other-step`']);
    const whole = formulaOf(`${block}\n[[steps]]\nid = "other-step"\n`);
    expect(whole.vars['feature']).toMatchObject({ required: true, description: '...' });
    expect(whole.steps[0]).toMatchObject({ title: '{{feature}}', needs: ['other-step'] });
  });

  test("the reference's block on composition is read when it has a name", () => {
    const formula = formulaOf(named(seed('composition.fragment.toml')));
    expect(formula.compose).toMatchObject({ aspects: ['cross-cutting'], expand: [{ target: 'step-id', with: 'macro-formula' }] });
  });
});

describe('types', () => {
  test('F1: no type, but steps: a workflow', () => {
    expect(formulaOf(named(`extends = ["x"]\n${steps('a')}`)).type).toBe('workflow');
  });

  test.each([
    ['convoy', '[[legs]]\nid = "l"'],
    ['expansion', '[[template]]\nid = "{target}.x"'],
    ['aspect', '[[advice]]\ntarget = "*"'],
    ['aspect', '[[aspects]]\nid = "x"'],
    ['workflow', 'extends = ["base"]'],
  ])('F2: no type and no steps: a formula of type %s is told by what it has', (type, text) => {
    expect(formulaOf(named(text)).type).toBe(type);
  });

  test('F2: nothing tells the type', () => {
    expect(faultsOf(named('description = "x"'))).toEqual([expect.stringContaining('it has no type')]);
  });

  test('F8: a name is needed, and a type that there is; all faults are told at once', () => {
    const told = faultsOf('type = "workflw"\n[[steps]]\nid = "a"\nneeds = ["b"]\npriority = 7\n');
    expect(told).toEqual([
      'f.toml:1: formula: `formula` is missing (it is the name of the formula)',
      'f.toml:1: type: must be one of "workflow", "expansion", "aspect", "convoy", and is the text "workflw" (did you mean `workflow`?)',
      'f.toml:5: steps[0].priority: must be a whole number from 0 to 4, and is 7',
    ]);
  });

  test.each([
    ['workflow', 'steps'],
    ['expansion', 'a template'],
    ['aspect', 'advice or aspects'],
    ['convoy', 'legs'],
  ])('F22: a formula of type %s needs %s', (type, what) => {
    expect(faultsOf(named(`type = "${type}"`))).toEqual([expect.stringContaining(`needs ${what}`)]);
  });
});

test('F3: an earlier folder beats a later one; in one folder TOML beats JSON, and a bare name comes last', () => {
  expect(placesOf('f', ['rig', 'town'])).toEqual([
    'rig/f.formula.toml',
    'rig/f.formula.json',
    'rig/f.toml',
    'town/f.formula.toml',
    'town/f.formula.json',
    'town/f.toml',
  ]);
});

describe('keys', () => {
  test('F4: the same content as TOML and as JSON gives equal formulas', () => {
    const toml = 'formula = "f"\nversion = 2\n[vars]\nx = "v"\n[vars.y]\ndefault = 3\n[[steps]]\nid = "a"\ntags = ["t"]\n';
    const json = '{"formula":"f","version":2,"vars":{"x":"v","y":{"default":3}},"steps":[{"id":"a","tags":["t"]}]}';
    const plain = (text: string, file: string) => JSON.stringify(formulaOf(text, file)).replaceAll(file, 'f');
    expect(plain(json, 'f.json')).toBe(plain(toml, 'f.toml'));
  });

  test('F5: a missing or zero version is 1, a negative one is refused', () => {
    expect([named(steps('a')), named(`version = 0\n${steps('a')}`)].map((text) => formulaOf(text).version)).toEqual([1, 1]);
    expect(formulaOf(named(`version = 14\n${steps('a')}`)).version).toBe(14);
    expect(faultsOf(named(`version = -1\n${steps('a')}`))).toEqual([expect.stringContaining('version: must be')]);
  });

  test('F6: an unknown key is kept, with a warning that names the one that was meant', () => {
    const text = one('need = ["a"]\nwhatever = { deep = [1] }');
    expect(formulaOf(text).steps[0]?.extra).toEqual({ need: ['a'], whatever: { deep: [1] } });
    expect(warningsOf(text)).toEqual([
      'f.toml:4: steps[0].need: unknown key `need` (did you mean `needs`?)',
      'f.toml:5: steps[0].whatever: unknown key `whatever`',
    ]);
    expect(warningsOf(one('ephemeral = true'))).toEqual([expect.stringContaining('pour or wisp decides')]);
    expect(warningsOf(one('Title = "x"'))).toEqual([expect.stringContaining('did you mean `title`?')]);
  });

  test('every key is reported, as read or as ignored', () => {
    const { keys } = parsed(one('need = ["a"]\ngate = { type = "human", why = "x" }'));
    expect(keys).toEqual({
      read: ['formula', 'steps', 'steps[0].id', 'steps[0].gate', 'steps[0].gate.type'],
      ignored: ['steps[0].gate.why', 'steps[0].need'],
    });
  });

  test.each([
    ['extends = "base"', 'extends: must be a list'],
    ['extends = [1]', 'extends[0]: must be a text'],
    ['steps = { a = 1 }', 'steps: must be a list'],
    ['[vars]\nx = [1]', 'vars.x: must be a table'],
    ['pour = "yes"', 'pour: must be true or false'],
  ])('F7: %s is of the wrong type', (text, says) => {
    expect(faultsOf(named(text)).join()).toContain(says);
  });

  test('F21: tables that nobody runs are kept; tags and labels are joined', () => {
    const text = one(
      'labels = ["l", "b"]\ntags = ["t", "l"]\n[steps.metadata]\n"gc.kind" = "scope"\n[squash]\ntrigger = "on_complete"\n[presets.gate]\nlegs = []\n' +
        '[[compose.hooks]]\ntrigger = "label:x"\nattach = "y"\n[[compose.bond_points]]\nid = "p"\nafter_step = "a"',
    );
    expect(warningsOf(text)).toEqual([]);
    expect(formulaOf(text)).toMatchObject({
      steps: [{ labels: ['l', 'b', 't'], metadata: { 'gc.kind': 'scope' } }],
      squash: { trigger: 'on_complete' },
      presets: { gate: { legs: [] } },
    });
  });
});

test('what is no TOML or no JSON is told with its line', () => {
  expect(faultsOf('formula = "f\nversion = 1\n')).toEqual([expect.stringContaining('is a closing quote missing?')]);
  expect(faultsOf('formula = "f"\n= 3\n')).toEqual([expect.stringMatching(/^f\.toml:2: this is no TOML: /)]);
  expect(faultsOf('{"formula": "f",\n"steps" [] }', 'f.json')).toEqual([expect.stringMatching(/^f\.json:2: this is no JSON: /)]);
  expect(faultsOf('[]', 'f.json')).toEqual(['f.json: the file must hold one JSON object']);
});

test('a backslash at the end of a line folds it, a doubled one stays', () => {
  const [step] = formulaOf(one('description = """\nmake \\\n  all \\\\\nend"""')).steps;
  expect(step?.description).toBe('make all \\\nend');
});

test('lines are those of the keys, after texts of many lines, in inline tables and in JSON', () => {
  const toml = `formula = "f"
description = """
[[steps]]
id = "no" # """ 
vars = { x = "1",
  y = [2] }
[[steps]]
id = "a"
[steps.gate]
typo = 'x'
[[steps]]
id = "b"
needs = [
  "a",
  "c",
]
`;
  expect(faultsOf(toml)).toEqual([
    expect.stringContaining('f.toml:6: vars.y: must be a table'),
    expect.stringContaining('f.toml:15: steps[1].needs[1]: there is no step `c`'),
  ]);
  expect(warningsOf(toml)).toEqual([expect.stringContaining('f.toml:10: steps[0].gate.typo')]);
  const json = '{\n "formula": "f",\n "steps": [\n  {"id": "a"},\n  {"id": "b",\n   "needs": ["a",\n   "c"]}\n ]\n}';
  expect(faultsOf(json, 'f.json')).toEqual([expect.stringMatching(/^f\.json:7: steps\[1\]\.needs\[1\]/)]);
});

test('a description_file is read beside the formula, and refused when it is not there', () => {
  const text = one('description_file = "a.md"');
  const read = parseFormula({ file: 'f.toml', text, beside: (path) => (path === 'a.md' ? 'from the file' : undefined) });
  expect(read).toMatchObject({ formula: { steps: [{ description: 'from the file' }] } });
  expect(faultsOf(text)).toEqual([expect.stringContaining('a.md cannot be read')]);
});
