import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { knownOf } from '#world/formulas/describe';
import { formulaFiles } from '#world/formulas/formula-files';
import type { Known } from '#world/formulas/line';
import { describeAll } from '#world/formulas/list';

const folder = mkdtempSync(join(tmpdir(), 'gt-list-'));
const write = (name: string, text: string) => writeFileSync(join(folder, `${name}.formula.toml`), text);
const files = formulaFiles(undefined, undefined, [folder]);
const formula = (name: string, more = '', step = '') =>
  `formula = "${name}"\ndescription = "${name} it is"\n${more}[[steps]]\nid = "a"\n${step}`;
const TEMPLATE = (n: number) =>
  `formula = "twice"\ntype = "expansion"\n${Array.from({ length: n }, (_, i) => `[[template]]\nid = "{target}.${i}"\n`).join('')}`;

let known: Record<string, Known>;
beforeAll(() => {
  mkdirSync(join(folder, 'texts'));
  writeFileSync(join(folder, 'texts/a.md'), 'do it');
  write('plain', formula('plain', '[vars.who]\nrequired = true\n', 'title = "{{who}}"\n'));
  write('twice', TEMPLATE(2));
  write('uses', formula('uses', '', 'expand = "twice"\n'));
  write('reads', formula('reads', '', 'description_file = "texts/a.md"\n'));
  write('broken', 'formula = ');
  write('lost', formula('lost', '', 'needs = ["b"]\n'));
  known = knownOf(files);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What is known, marked, so that a list shows of which formula it was told. */
const marked = () =>
  Object.fromEntries(Object.entries(known).map(([name, one]) => [name, { ...one, says: { ...one.says, description: 'known' } }]));
const told = async () =>
  (await describeAll(files, marked())).flatMap(({ name, description }) => (description === 'known' ? [name] : []));

test('what is known of formulas says the same as cooking them; the faulty, and those that read other files, are cooked', async () => {
  expect(Object.keys(known)).toEqual(['plain', 'twice', 'uses']);
  expect(await describeAll(files, known)).toEqual(await describeAll(files, {}));
  expect(await told()).toEqual(['plain', 'twice', 'uses']);
  expect((await describeAll(files, known)).map(({ name, steps, faults }) => [name, steps, faults.length])).toEqual([
    ['broken', null, 1],
    ['lost', null, 1],
    ['plain', 1, 0],
    ['reads', 1, 0],
    ['twice', 2, 0],
    ['uses', 2, 0],
  ]);
});

test('of a formula that is changed, or one that it is made of, nothing is known any more', async () => {
  write('twice', TEMPLATE(3));
  expect(await told()).toEqual(['plain']);
  const list = await describeAll(files, marked());
  expect(list.map(({ name, steps }) => [name, steps]).slice(-2)).toEqual([
    ['twice', 3],
    ['uses', 3],
  ]);
  rmSync(join(folder, 'twice.formula.toml'));
  const uses = (await describeAll(files, marked())).find(({ name }) => name === 'uses');
  expect(uses).toMatchObject({ steps: null, faults: [expect.stringContaining('there is no formula `twice`')] });
  write('twice', TEMPLATE(2));
  expect(await told()).toEqual(['plain', 'twice', 'uses']);
});
