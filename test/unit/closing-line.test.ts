import { expect, test } from 'vitest';
import type { TestModule } from 'vitest/node';
import { closing } from '../support/closing-line.ts';

type Told = { readonly suite?: string; readonly name: string; readonly state: string; readonly note?: string };

/** A file of tests, as vitest hands it to a reporter at the end of a run. */
function file(project: string, tests: readonly Told[]): TestModule {
  const module = { type: 'module' };
  const cases = tests.map(({ suite, name, state, note }) => {
    const parent = suite === undefined ? module : { type: 'suite', name: suite, parent: module };
    return { name, fullName: suite === undefined ? name : `${suite} > ${name}`, parent, result: () => ({ state, note }) };
  });
  const ok = () => tests.every(({ state }) => state !== 'failed');
  return { project: { name: project }, moduleId: 'a.test.ts', children: { allTests: () => cases }, ok } as never;
}

const FILE = file('unit', [
  { suite: 'a mail', name: 'is sent', state: 'passed' },
  { suite: 'a mail', name: 'is lost', state: 'skipped' },
  { name: 'a nudge is sent', state: 'skipped' },
  { name: 'a nudge is lost', state: 'pending' },
]);

test('a run closes with what it did: a test that did not run, and gave no reason for it, has failed', () => {
  const told = file('e2e', [{ name: 'a screen', state: 'skipped', note: 'no tmux' }]);
  const { lines, sum } = closing([FILE, told], [], undefined);
  expect(lines).toEqual([
    'did not run: a mail > is lost',
    'did not run: a nudge is sent',
    'did not run: a nudge is lost',
    'skipped: a screen (no tmux)',
    'unit: 1 passed, 3 failed, 0 skipped',
    'e2e: 0 passed, 0 failed, 1 skipped',
    'tests: 1 passed, 3 failed, 1 skipped',
  ]);
  expect(sum).toEqual({ passed: 1, failed: 3, skipped: 1 });
});

test('a test that the filter of names leaves out has neither failed nor was it skipped; one that it means is counted as ever', () => {
  expect(closing([FILE], [], /a mail is sent/).lines).toEqual([
    'unit: 1 passed, 0 failed, 0 skipped',
    'tests: 1 passed, 0 failed, 0 skipped',
  ]);
  expect(closing([FILE], [], /is lost/).sum).toEqual({ passed: 0, failed: 2, skipped: 0 });
});

test('a file that failed as a whole, and an error outside of all tests, count', () => {
  const broken = { ...file('redis', []), ok: () => false } as never;
  expect(closing([broken], [new Error('outside')], undefined)).toMatchObject({
    lines: expect.arrayContaining(['failed as a file: a.test.ts']),
    sum: { passed: 0, failed: 2, skipped: 0 },
  });
});
