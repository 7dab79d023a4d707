import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TrialTown } from '../../src/trials/trial-town.ts';
import { built } from '../support/built.ts';
import { fingerprint } from '../support/fingerprint.ts';

/** Formulas from the command line: of a town with one rig, each with formulas of its own. */
let town: TrialTown;

const SHINY = `formula = "shiny"
owner = "ops"
[vars.feature]
description = "What is built"
required = true
[[steps]]
id = "design"
title = "Design {{feature}}"
model = "big"
[[steps]]
id = "build"
needs = ["design"]
run = "make"
`;

function put(path: string, text: string): string {
  const file = join(town.root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

beforeAll(async () => {
  await built('bin/gt.js');
  town = new TrialTown();
  await town.gt(['install', town.root]);
  writeFileSync(join(town.root, 'settings/config.json'), JSON.stringify({ agent: 'shell', dashboard: { port: 0 } }));
  const up = await town.gt(['up']);
  expect(up.exit, up.err).toBe(0);
  const source = await town.repository('shop', { 'a.txt': 'a\n' });
  const added = await town.gt(['rig', 'add', 'shop', '--path', source]);
  expect(added.exit, added.err).toBe(0);
  put('.beads/formulas/shiny.formula.toml', SHINY);
  put('.beads/formulas/look.formula.toml', 'formula = "look"\n[[advice]]\ntarget = "build"\nafter = { id = "{step.id}-look" }\n');
});

afterAll(async () => {
  const said = await town.end();
  expect(said.exit, said.err).toBe(0);
});

const bd = <T>(...words: string[]) => town.ask<T>(['bd', ...words]);

test('the list has each formula with its type, steps, variables and origin, and says what it hides', async () => {
  put('shop/.beads/formulas/shiny.formula.toml', SHINY.replace('"make"', '"make -j"'));
  type Line = {
    name: string;
    type: string;
    steps: number | null;
    vars: unknown[];
    origin: string;
    shadows: Array<{ origin: string }>;
  };
  const own = (list: Line[]) => list.filter(({ name }) => ['shiny', 'look'].includes(name));
  const ofTown = own(await town.ask<Line[]>(['formula', 'list', '--search-path', join(town.root, '.beads/formulas')]));
  expect(ofTown).toMatchObject([
    { name: 'look', type: 'aspect', steps: null, origin: 'given' },
    {
      ...{ name: 'shiny', type: 'workflow', steps: 2, shadows: [], faults: [] },
      vars: [{ name: 'feature', description: 'What is built', required: true, default: null }],
    },
  ]);
  const ofRig = own(await bd<Line[]>('formula', 'list', '--rig', 'shop'));
  expect(ofRig.map(({ name, origin, shadows }) => [name, origin, shadows.map((one) => one.origin).slice(0, 1)])).toEqual([
    ['look', 'town', []],
    ['shiny', 'rig', ['town']],
  ]);
  expect((await town.gt(['formula', 'list', '--rig', 'shop'])).out).toMatch(/shiny +workflow +2 +feature! +rig hides town/);
});

test('a rig sees formulas of the town through a link to their folder, once', async () => {
  const other = await town.repository('other', { 'a.txt': 'a\n' });
  expect((await town.gt(['rig', 'add', 'other', '--path', other])).exit).toBe(0);
  rmSync(join(town.root, 'other/.beads/formulas'), { recursive: true, force: true });
  mkdirSync(join(town.root, 'other/.beads'), { recursive: true });
  symlinkSync('../../.beads/formulas', join(town.root, 'other/.beads/formulas'));
  const list = await town.ask<Array<{ name: string; origin: string; shadows: unknown[] }>>(['formula', 'list', '--rig', 'other']);
  expect(list.filter(({ name }) => name === 'look')).toMatchObject([{ origin: 'town', shadows: [] }]);
});

test('`show --json` keeps keys that gt does not know, and tells them', async () => {
  const shown = await town.ask<Record<string, unknown>>(['formula', 'show', 'shiny', '--rig', 'shop']);
  expect(shown).toMatchObject({
    formula: 'shiny',
    type: 'workflow',
    owner: 'ops',
    steps: [{ id: 'design', model: 'big' }, { id: 'build' }],
    gt: {
      ...{ name: 'shiny', origin: 'rig', ignored: ['steps[0].model', 'owner'] },
      steps: [
        { id: 'design', needs: [] },
        { id: 'build', needs: ['design'] },
      ],
    },
  });
  // A name is enough: `gt formula shiny` shows it.
  expect((await town.gt(['formula', 'shiny'])).out).toContain('build  needs design');
});

test('`validate` tells every fault with its line and ends with 1; `--strict` tells every key that is read or ignored', async () => {
  const bad = put('bad.formula.toml', 'formula = "bad"\n[[steps]]\nid = "a"\nneeds = ["b"]\npriority = 7\n');
  const refused = await town.gt(['formula', 'validate', bad, 'shiny', '--json']);
  expect(refused.exit).toBe(1);
  const said = JSON.parse(refused.out) as { ok: boolean; formulas: Array<{ name: string; ok: boolean; faults: string[] }> };
  expect(said).toMatchObject({
    ok: false,
    formulas: [
      { name: 'bad', ok: false },
      { name: 'shiny', ok: true, faults: [] },
    ],
  });
  expect(said.formulas[0]?.faults).toEqual([
    `${bad}:5: steps[0].priority: must be a whole number from 0 to 4, and is 7`,
    `${bad}:4: steps[0].needs[0]: there is no step \`b\``,
  ]);
  const strict = await town.ask<{ formulas: unknown[] }>(['formula', 'validate', 'shiny', '--strict']);
  expect(strict.formulas).toMatchObject([
    {
      keys: {
        read: [
          'formula',
          'vars',
          'vars.feature.description',
          'vars.feature.required',
          ...stepKeys(0, 'title'),
          ...stepKeys(1, 'needs', 'run'),
        ],
        ignored: ['steps[0].model', 'owner'],
      },
    },
  ]);
});

const stepKeys = (at: number, ...more: string[]) => [
  ...(at === 0 ? ['steps'] : []),
  ...['id', ...more].map((key) => `steps[${at}].${key}`),
];

test('every formula that gt ships is good', async () => {
  // The town has a `shiny` of its own, which would stand in the place of the shipped one.
  const shipped = fileURLToPath(new URL('../../formulas', import.meta.url));
  const { exit, out } = await town.gt(['formula', 'validate', '--all', '--search-path', shipped, '--json']);
  expect(
    (JSON.parse(out) as { formulas: Array<{ ok: boolean; faults: string[] }> }).formulas.flatMap(({ faults }) => faults),
  ).toEqual([]);
  expect(exit).toBe(0);
});

test('`create` writes a formula of each type, which validates; it never writes over one', async () => {
  for (const type of ['workflow', 'expansion', 'aspect', 'convoy', 'patrol']) {
    const { file } = await town.ask<{ file: string }>(['formula', 'create', `new-${type}`, '--type', type]);
    expect(await town.ask(['formula', 'validate', `new-${type}`])).toMatchObject({ formulas: [{ ok: true, warnings: [] }] });
    const again = await town.gt(['formula', 'create', `new-${type}`]);
    expect({ exit: again.exit, err: again.err }).toEqual({ exit: 4, err: expect.stringContaining(file) });
  }
  const { file } = await town.ask<{ file: string }>(['formula', 'create', 'of-shop', '--rig', 'shop']);
  expect(file).toBe(join(town.root, 'shop/.beads/formulas/of-shop.formula.toml'));
});

test('`cook` shows the protomolecule and stores it once; --dry-run stores nothing, a value fills what is shown', async () => {
  type Cooked = { proto: string | null; fresh: boolean; root: string; steps: Array<{ title: string }> };
  const before = await town.ask<unknown>(['formula', 'show', 'shiny', '--rig', 'shop']);
  const dry = await bd<Cooked>('cook', 'shiny', '--rig', 'shop', '--dry-run', '--var', 'feature=auth');
  expect(dry).toMatchObject({ proto: null, root: 'shiny', steps: [{ title: 'Design auth' }, {}] });
  const [first, second] = [
    await bd<Cooked>('cook', 'shiny', '--rig', 'shop'),
    await bd<Cooked>('cook', 'shiny', '--rig', 'shop'),
  ];
  expect(first).toMatchObject({ fresh: true, steps: [{ title: 'Design {{feature}}' }, {}] });
  expect(second).toMatchObject({ proto: first.proto, fresh: false });
  expect(await town.read('proto', first.proto ?? '')).toMatchObject({ formula: 'shiny', steps: 2 });
  expect(await town.ask<unknown>(['formula', 'show', 'shiny', '--rig', 'shop'])).toEqual(before);
  const prefixed = await bd<Cooked>('cook', 'shiny', '--rig', 'shop', '--prefix', 'x-', '--dry-run');
  expect(prefixed.root).toBe('x-shiny');
});

test('an overlay of the town changes what is cooked, and a rig has its own in its place', async () => {
  put('formula-overlays/shiny.toml', '[[step-overrides]]\nstep_id = "design"\nmode = "skip"\n');
  put('shop/formula-overlays/shiny.toml', '[[step-overrides]]\nstep_id = "design"\nmode = "replace"\ndescription = "By hand"\n');
  type Cooked = { steps: Array<{ step: string; description: string; needs: string[] }> };
  const ofTown = await bd<Cooked>('cook', 'shiny', '--rig', 'other', '--dry-run');
  expect(ofTown.steps).toMatchObject([{ step: 'build', needs: [] }]);
  const ofRig = await bd<Cooked>('cook', 'shiny', '--rig', 'shop', '--dry-run');
  expect(ofRig.steps).toMatchObject([
    { step: 'design', description: 'By hand' },
    { step: 'build', needs: ['shiny.design'] },
  ]);
});

test('a JSON formula is written as TOML that cooks to the same', async () => {
  const file = put(
    'j.formula.json',
    JSON.stringify({ formula: 'j', notes: null, owner: 'ops', steps: [{ id: 'a' }, { id: 'b', needs: ['a'] }] }),
  );
  const before = await bd<{ hash: string }>('cook', file, '--dry-run');
  const [{ to }] = await bd<[{ to: string }]>('formula', 'convert', file);
  expect(readFileSync(to, 'utf8')).toContain('owner = "ops"');
  expect((await bd<{ hash: string }>('cook', to, '--dry-run')).hash).toBe(before.hash);
});

test.each([
  ['a ring of needs', '[[steps]]\nid = "a"\nneeds = ["b"]\n[[steps]]\nid = "b"\nneeds = ["a"]', 'waits for itself: a → b → a'],
  ['a need on nobody', '[[steps]]\nid = "a"\nneeds = ["b"]', 'there is no step `b`'],
  ['an id that is there twice', '[[steps]]\nid = "a"\n[[steps]]\nid = "a"', 'id `a` is there twice'],
  ['an ancestor of itself', 'extends = ["bad"]', 'is its own ancestor: bad → bad'],
  ['a target that is not there', '[[steps]]\nid = "a"\n[[compose.expand]]\ntarget = "b"\nwith = "look"', '`b` is no step'],
  ['an expansion that is not there', '[[steps]]\nid = "a"\nexpand = "nothing"', 'there is no formula `nothing`'],
  ['a file of 1 MB', `description = "${'x'.repeat(1 << 20)}"\n[[steps]]\nid = "a"`, 'the longest that is read has'],
])('%s is refused with its place, and nothing is stored or poured', async (_what, text, says) => {
  put('.beads/formulas/bad.formula.toml', `formula = "bad"\n${text}\n`);
  const before = await fingerprint(town);
  const { exit, out, err } = await town.gt(['bd', 'cook', 'bad'], {});
  expect({ exit, out, err }).toEqual({ exit: 1, out: '', err: expect.stringContaining(says) });
  expect(err).toContain('bad.formula.toml');
  expect(await fingerprint(town)).toBe(before);
});

test('values that lack, or are not allowed, and names that are paths are refused', async () => {
  const pick =
    'formula = "pick"\n[vars.env]\nenum = ["dev", "prod"]\n[vars.a]\nrequired = true\n[[steps]]\nid = "s"\ntitle = "{{env}}"\n';
  put('.beads/formulas/pick.formula.toml', pick);
  const missing = await town.gt(['bd', 'cook', 'pick', '--mode', 'runtime']);
  expect(missing.err).toMatch(/`env` has no value[\s\S]*`a` has no value[\s\S]*--var env=… --var a=…/);
  const wrong = await town.gt(['bd', 'cook', 'pick', '--var', 'env=live', '--var', 'a=1']);
  expect(wrong.err).toContain('`env` is "live", and must be one of dev, prod');
  put('outside/x.formula.toml', 'formula = "x"\n[[steps]]\nid = "a"\n');
  const outside = await town.gt(['formula', 'run', '../outside/x', '--rig', 'shop', '--dry-run'], {
    cwd: join(town.root, 'shop'),
  });
  expect({ exit: outside.exit, err: outside.err }).toEqual({
    exit: 2,
    err: expect.stringContaining('is no name of a formula: it is a path'),
  });
  const unknown = await town.gt(['formula', 'show', 'shinny']);
  expect({ exit: unknown.exit, err: unknown.err }).toEqual({ exit: 3, err: expect.stringContaining('Did you mean `shiny`?') });
});
