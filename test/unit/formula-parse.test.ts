import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseFormula } from '#core/formula/parse';

const fixture = (name: string) => readFileSync(new URL(`../fixtures/formulas/${name}`, import.meta.url), 'utf8');

test.each(['shiny', 'beads-release', 'shiny-enterprise'])('the formula %s of the seeds is read without a word', (name) => {
  const file = `${name}.formula.toml`;
  const parsed = parseFormula({ file, text: fixture(file) });
  expect(parsed).toMatchObject({ formula: { formula: name, type: 'workflow', version: 1 }, warnings: [] });
});
