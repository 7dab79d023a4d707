import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { explain, isRefusal } from '#core/refusals';
import { townLayout } from '#world/config/layout';
import { cookWith } from '#world/formulas/cook-with';
import { BUILT_IN_FORMULAS, formulaFiles } from '#world/formulas/formula-files';

const made: string[] = [];
afterAll(() => {
  for (const path of made) rmSync(path, { recursive: true, force: true });
});

/** A town's root with these files in it. */
function townWith(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'gt-formulas-'));
  made.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const formula = (name: string, step = 'a', more = '') => `formula = "${name}"\n[[steps]]\nid = "${step}"\n${more}`;
const seen = (root: string, rig?: string) => formulaFiles(townLayout(root), rig);
/** Ids of the steps that a name cooks to, or what is refused. */
function cooked(root: string, name: string, rig?: string, vars: Record<string, string> = {}): string[] | string {
  const dish = cookWith(seen(root, rig), { name, vars });
  if (!isRefusal(dish)) return dish.plan.steps.map(({ step }) => step);
  const { code, says } = explain(dish);
  return `${code} ${says}`;
}

describe('the search path', () => {
  test("F3: the rig's formula goes before the town's, and both before those that gt ships", () => {
    const root = townWith({
      '.beads/formulas/f.formula.toml': formula('f', 'town'),
      'formulas/f.formula.toml': formula('f', 'open'),
      'formulas/g.formula.toml': formula('g', 'open'),
      'shop/.beads/formulas/f.formula.toml': formula('f', 'rig'),
    });
    expect(cooked(root, 'f', 'shop')).toEqual(['rig']);
    expect(cooked(root, 'f')).toEqual(['town']);
    expect(cooked(root, 'g', 'shop')).toEqual(['open']);
    expect(seen(root, 'shop').folders.at(-1)).toEqual({ path: BUILT_IN_FORMULAS, origin: 'built-in' });
  });

  test('F3: in one folder TOML goes before JSON, and NAME.toml is found last; an earlier folder beats a better ending', () => {
    const json = JSON.stringify({ formula: 'f', steps: [{ id: 'json' }] });
    const root = townWith({
      '.beads/formulas/f.formula.json': json,
      '.beads/formulas/f.toml': formula('f', 'bare'),
      'formulas/f.formula.toml': formula('f', 'open'),
      'formulas/g.toml': formula('g', 'bare'),
    });
    expect(cooked(root, 'f')).toEqual(['json']);
    expect(cooked(root, 'g')).toEqual(['bare']);
    writeFileSync(join(root, '.beads/formulas/f.formula.toml'), formula('f', 'toml'));
    expect(cooked(root, 'f')).toEqual(['toml']);
  });

  test('the list has every name once, with its origin and what it hides', () => {
    const root = townWith({
      '.beads/formulas/f.formula.toml': formula('f'),
      'shop/.beads/formulas/f.formula.toml': formula('f'),
      'shop/.beads/formulas/not-a-formula.txt': '',
    });
    const own = seen(root, 'shop')
      .list()
      .filter(({ origin }) => origin !== 'built-in');
    expect(own).toEqual([
      {
        name: 'f',
        origin: 'rig',
        file: join(root, 'shop/.beads/formulas/f.formula.toml'),
        shadows: [{ origin: 'town', file: join(root, '.beads/formulas/f.formula.toml') }],
      },
    ]);
  });

  test("a rig's folder that is a link to the town's is followed, and what lies in it is listed once, as the town's", () => {
    const root = townWith({ '.beads/formulas/f.formula.toml': formula('f'), 'shop/.beads/keep': '' });
    symlinkSync('../../.beads/formulas', join(root, 'shop/.beads/formulas'));
    expect(cooked(root, 'f', 'shop')).toEqual(['a']);
    const found = seen(root, 'shop')
      .list()
      .find(({ name }) => name === 'f');
    expect(found).toMatchObject({ name: 'f', origin: 'town', shadows: [] });
  });
});

describe('what is no formula of the search path', () => {
  test('a name that is a path is refused, wherever it leads', () => {
    const root = townWith({ 'x.formula.toml': formula('x'), '.beads/formulas/sub/y.formula.toml': formula('y') });
    for (const name of ['../../x', 'sub/y', '/etc/passwd', '..', 'a..b']) expect(cooked(root, name)).toContain('FORMULA_NAME');
  });

  test('an `extends` that is a path is not followed', () => {
    const root = townWith({
      'x.formula.toml': formula('x'),
      '.beads/formulas/f.formula.toml': 'formula = "f"\nextends = ["../../x"]\n',
    });
    expect(cooked(root, 'f')).toContain('there is no formula `../../x`');
  });

  test('an unknown name is told with the nearest', () => {
    const root = townWith({ '.beads/formulas/release.formula.toml': formula('release') });
    const refusal = cookWith(seen(root), { name: 'relaese' });
    expect(isRefusal(refusal) && explain(refusal)).toMatchObject({
      code: 'FORMULA_UNKNOWN',
      exit: 3,
      try: 'Did you mean `release`? `gt formula list` shows all.',
    });
  });

  test('a file of 1 MB is refused unread', () => {
    const root = townWith({ '.beads/formulas/f.formula.toml': formula('f', 'a', `description = "${'x'.repeat(1_000_000)}"`) });
    expect(cooked(root, 'f')).toMatch(/FORMULA_INVALID .* it has 1000\d+ bytes, and the longest that is read has 655360/s);
  });

  test('a link to a file outside the search path is refused, a link inside it is followed', () => {
    const root = townWith({ 'secret.txt': 'token', '.beads/formulas/g.formula.toml': formula('f', 'g') });
    symlinkSync('../../secret.txt', join(root, '.beads/formulas/f.formula.toml'));
    symlinkSync('g.formula.toml', join(root, '.beads/formulas/h.formula.toml'));
    const told = cooked(root, 'f');
    expect(told).toContain('which lies outside the search path');
    expect(told).not.toContain('token');
    expect(cooked(root, 'h')).toEqual(['g']);
  });

  test('a description_file is read beside its formula, and never outside the search path', () => {
    const text = (file: string) => formula('f', 'a', `description_file = "${file}"`);
    const root = townWith({
      '.beads/formulas/f.formula.toml': text('texts/a.md'),
      '.beads/formulas/texts/a.md': 'Do it.',
      'b.md': '',
    });
    const dish = cookWith(seen(root), { name: 'f' });
    expect(!isRefusal(dish) && dish.plan.steps[0]?.description).toBe('Do it.');
    writeFileSync(join(root, '.beads/formulas/f.formula.toml'), text('../../b.md'));
    expect(cooked(root, 'f')).toContain('../../b.md cannot be read');
  });

  test('a folder, a dangling link and bytes that are no UTF-8 are told as what they are', () => {
    const root = townWith({ '.beads/formulas/dir.formula.toml/x': '' });
    symlinkSync('nothing', join(root, '.beads/formulas/gone.formula.toml'));
    writeFileSync(join(root, '.beads/formulas/bytes.formula.toml'), Buffer.from([0xff, 0xfe, 0x00]));
    expect(cooked(root, 'dir')).toContain('it is no file');
    expect(cooked(root, 'gone')).toContain('ENOENT');
    expect(cooked(root, 'bytes')).toContain('no UTF-8 text');
  });
});

describe('faults and values', () => {
  test('an aspect is cooked, and never poured', () => {
    const root = townWith({
      '.beads/formulas/a.formula.toml': 'formula = "a"\n[[advice]]\ntarget = "*"\nafter = { id = "x" }\n',
    });
    expect(cooked(root, 'a')).toContain('an aspect has no steps of its own');
  });

  test('all faults of all files come in one refusal, a line each', () => {
    const root = townWith({
      '.beads/formulas/f.formula.toml': `${formula('f', 'a', 'needs = ["b"]\npriority = 9\n')}expand = "e"\n`,
      '.beads/formulas/e.formula.toml': 'formula = "e"\ntype = "expansion"\n[[template]]\nid = "x y"\n',
    });
    const told = cooked(root, 'f');
    const file = (name: string) => join(root, `.beads/formulas/${name}.formula.toml`);
    expect(told).toContain('FORMULA_INVALID Formula f has 3 faults:');
    expect(told).toContain(`\n  ${file('e')}:4: template[0].id: \`x y\` is no id`);
    expect(told).toContain(`\n  ${file('f')}:4: steps[0].needs[0]: there is no step \`b\``);
    expect(told).toContain(`\n  ${file('f')}:5: steps[0].priority: must be a whole number from 0 to 4, and is 9`);
  });

  test('formulas that are missing are told with the other faults, once each; a name that is not that of its file is warned of', () => {
    const root = townWith({
      '.beads/formulas/f.formula.toml': `${formula('g', 'a', 'needs = ["b"]\nexpand = "none"\n')}[compose]\naspects = ["nada"]\n[[compose.expand]]\ntarget = "a"\nwith = "nix"\n`,
      '.beads/formulas/h.formula.toml': formula('g', 'a', ''),
    });
    const told = cooked(root, 'f') as string;
    for (const name of ['none', 'nada', 'nix']) expect(told.split(`there is no formula \`${name}\``), name).toHaveLength(2);
    expect(told).toContain('there is no step `b`');
    const dish = cookWith(seen(root), { name: 'h', vars: {} });
    if (isRefusal(dish)) throw new Error(explain(dish).says);
    expect(dish.warnings).toEqual([
      expect.objectContaining({ at: 'formula', says: 'is `g`, and the file is found by the name `h`' }),
    ]);
  });

  test('values that lack are told together; those that are not allowed too', () => {
    const root = townWith({
      '.beads/formulas/f.formula.toml':
        'formula = "f"\n[vars.a]\nrequired = true\n[vars.b]\ndescription = "which"\n[vars.c]\nenum = ["x"]\ndefault = "x"\n[[steps]]\nid = "s"\ntitle = "{{b}} {{c}}"\n',
    });
    expect(cooked(root, 'f')).toMatch(/^VARS_MISSING .*`a` has no value.*`b` has no value.*\(which\)/s);
    expect(cooked(root, 'f', undefined, { a: '1', b: '2', c: 'y' })).toMatch(/^VARS_INVALID .*`c` is "y", and must be one of x/s);
    expect(cooked(root, 'f', undefined, { a: '1', b: '2' })).toEqual(['s']);
  });

  test('L4: given values shape what is cooked, and the overlay is applied before they are filled in', () => {
    const root = townWith({
      '.beads/formulas/f.formula.toml':
        'formula = "f"\n[vars.n]\ndefault = "2"\n[[steps]]\nid = "l"\n[steps.loop]\nrange = "1..{n}"\n[[steps.loop.body]]\nid = "x"\ndescription = "one"\n',
      'formula-overlays/f.toml': '[[step-overrides]]\nstep_id = "l.iter3.x"\nmode = "append"\ndescription = "of {{n}}"\n',
    });
    const dish = cookWith(seen(root), { name: 'f', vars: { n: '3' } });
    if (isRefusal(dish)) throw new Error(explain(dish).says);
    expect(dish.plan.steps.map(({ description }) => description)).toEqual(['one', 'one', 'one\nof 3']);
    expect(dish.proto.steps.at(-1)?.description).toBe('one\nof {{n}}');
    expect(dish.proto.hash).not.toBe(cookHash(root, { n: '2' }));
  });
});

function cookHash(root: string, vars: Record<string, string>): string {
  const dish = cookWith(seen(root), { name: 'f', vars });
  if (isRefusal(dish)) throw new Error(explain(dish).says);
  return dish.proto.hash;
}
