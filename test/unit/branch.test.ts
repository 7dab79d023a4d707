import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BRANCH_VARIABLES, branchName, branchNameFault, freeBranch, slug, templateFault } from '#core/branch';

const facts = { user: 'Adam Smith', name: 'alpha', issue: 'gt-123', title: 'Fix: the auth bug!', at: Date.UTC(2026, 0, 5) };

function made(template: string | undefined, given: Parameters<typeof branchName>[1] = facts): string {
  const answer = branchName(template, given);
  return 'branch' in answer ? answer.branch : answer.fault;
}

test('a rig without a template names branches by polecat, item and moment', () => {
  expect(made(undefined)).toBe(`polecat/alpha/123@${facts.at.toString(36)}`);
  expect(made('  ')).toBe(made(undefined));
});

test('a polecat without an item gets a branch by name and moment', () => {
  const { issue: _, ...rest } = facts;
  expect(made(undefined, rest)).toBe(`polecat/alpha-${facts.at.toString(36)}`);
});

test('a template is filled with user, year, month, name, item number and description', () => {
  expect(made('{user}/{year}/{month}/{description}')).toBe('adam-smith/26/01/fix-the-auth-bug');
  expect(made('work/{name}/{issue}')).toBe('work/alpha/123');
  expect(made('f/{issue}', { ...facts, issue: 'my-app-4kx.2' })).toBe('f/4kx.2');
});

test('a title without a Latin letter still gives a branch', () => {
  expect(made('adam/{description}', { ...facts, title: '修复' })).toBe('adam/123');
});

test('a description has at most 50 characters, and no hyphen at its ends', () => {
  expect(slug(`${'a'.repeat(49)} b`)).toBe('a'.repeat(49));
  expect(slug('  Ünder — scores_too  ')).toBe('under-scores-too');
});

test('a template with an unknown variable, an empty result or a name that git refuses is refused when it is set', () => {
  expect(templateFault('x/{nmae}')?.fault).toBe('unknown-variable');
  expect(templateFault('x/{nmae}')?.why).toContain('{name}');
  expect(templateFault('a b')?.fault).toBe('invalid');
  expect(templateFault('{issue}/')?.fault).toBe('invalid');
  expect(branchName('{issue}', { user: 'a', name: 'b', at: 0 })).toMatchObject({ fault: 'empty' });
  for (const name of BRANCH_VARIABLES) expect(templateFault(`x/{${name}}`)).toBeUndefined();
});

test('a branch of another item is never taken over: the next free number is appended', () => {
  const taken = new Set(['feature/1', 'feature/1-2']);
  expect(freeBranch('feature/1', (branch) => taken.has(branch))).toBe('feature/1-3');
  expect(freeBranch('feature/2', (branch) => taken.has(branch))).toBe('feature/2');
});

test('whatever is put into a template, the branch is one that git takes, or a fault', () => {
  const word = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('..', '.lock', '@{', '/', '-', ' ', 'gt-1'));
  const piece = fc.oneof(fc.constantFrom(...BRANCH_VARIABLES.map((name) => `{${name}}`), '/', '-', '.', '@', 'x'), word);
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), word, word, word, fc.nat(), (pieces, user, name, title, at) => {
      const answer = branchName(pieces.join(''), { user, name, title, issue: 'gt-1', at });
      if ('branch' in answer) expect(branchNameFault(answer.branch)).toBeUndefined();
      else expect(answer.why).not.toBe('');
    }),
  );
});
