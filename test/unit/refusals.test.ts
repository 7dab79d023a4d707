import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { explain, isRefusal, REFUSALS, type RefusalCode, Refused, refuse } from '#core/refusals';
import { call } from '../support/cli.ts';
import { ROOT } from '../support/tidy.ts';

const codes = Object.keys(REFUSALS) as RefusalCode[];
const factsOf = (code: RefusalCode) =>
  [...`${REFUSALS[code].says} ${REFUSALS[code].try}`.matchAll(/\{([^}]*)\}/g)].map((match) => match[1] ?? '');

describe.each(codes)('%s', (code) => {
  test('fills its sentences with its facts', () => {
    const facts = factsOf(code);
    for (const name of facts) expect(name).toMatch(/^[a-z]\w*$/);
    const told = explain(refuse(code, Object.fromEntries(facts.map((name) => [name, `<${name}>`]))));
    expect(told.code).toBe(code);
    expect(`${told.says} ${told.try}`).not.toMatch(/[{}]|\?(?!$)/);
    for (const name of facts) expect(`${told.says} ${told.try}`).toContain(`<${name}>`);
  });

  test('says what is wrong and what to do, each on one line', () => {
    for (const sentence of [REFUSALS[code].says, REFUSALS[code].try]) {
      expect(sentence).toMatch(/^[^\n]+$/);
      expect(sentence.trim()).toBe(sentence);
    }
    expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
    expect([1, 2, 3, 4, 5, 6]).toContain(REFUSALS[code].exit);
  });
});

test('the manual tells of each refusal once, and of no other, in the words of the table', async () => {
  const manual = readFileSync(join(ROOT, 'docs/refusals.md'), 'utf8');
  expect([...manual.matchAll(/^## (\S+)$/gm)].map((match) => match[1])).toEqual(codes);
  // Stale? `gt explain --markdown > docs/refusals.md`
  expect(manual).toBe((await call(['explain', '--markdown'])).out);
});

test('a refusal can travel as an exception', () => {
  const thrown = new Refused(refuse('WORK_UNKNOWN', { id: 'gp-1', hint: 'Look.' }));
  expect(thrown.message).toBe('There is no work item `gp-1`.');
  expect(isRefusal(thrown.refusal)).toBe(true);
  expect([isRefusal(undefined), isRefusal(null), isRefusal('refused'), isRefusal({})]).toEqual([false, false, false, false]);
});
