import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { branchNameFault } from '#core/branch';

test('the port of the rules of git agrees with git itself', () => {
  const parts = [
    'a',
    'B',
    '.',
    '..',
    '/',
    '//',
    '-',
    '@',
    '@{',
    '{',
    '~',
    '^',
    ':',
    '?',
    '*',
    '[',
    '\\',
    ' ',
    '\t',
    '\x7f',
    '.lock',
    'HEAD',
    'é',
    '}',
  ];
  const names = fc.sample(
    fc.array(fc.constantFrom(...parts), { minLength: 1, maxLength: 4 }).map((some) => some.join('')),
    { numRuns: 150, seed: 7 },
  );
  for (const name of new Set([...names, 'HEAD', '@', '-a', 'a.lock', 'a/.b', 'a.lock/b', 'a.', '/a', 'a/', 'x@y'])) {
    const git = takes(name);
    // `@` is a valid ref to git, but stands for HEAD where a branch is named.
    if (name !== '@' && name !== 'HEAD') expect([name, branchNameFault(name) === undefined]).toEqual([name, git]);
  }
});

function takes(name: string): boolean {
  try {
    execFileSync('git', ['check-ref-format', `refs/heads/${name}`], { stdio: 'ignore' });
    return !name.startsWith('-');
  } catch {
    return false;
  }
}
