import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { KEY_MAP } from '#world/store/keys';
import { follow, stepsOf } from '../support/checklist.ts';
import { ROOT } from '../support/tidy.ts';

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const decisions = readdirSync(join(ROOT, 'docs/decisions')).sort();
const manuals = ['README.md', 'docs/ARCHITECTURE.md', ...decisions.map((name) => `docs/decisions/${name}`)];

test.each(manuals)('every link of %s leads somewhere', (manual) => {
  const targets = [...read(manual).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map((match) => match[1] ?? '');
  expect(targets.filter((one) => !/^https?:/.test(one) && !existsSync(join(ROOT, dirname(manual), one)))).toEqual([]);
});

test('the README has the key map that gt prints', () => {
  const rows = [...read('README.md').matchAll(/^\| `((?:b|q):[^`]*)` \| (.*?) \| (.*?) \|$/gm)].map((match) => match.slice(1));
  expect(rows).toEqual(KEY_MAP.map((row) => [...row]));
});

test('every never names tests that are there', () => {
  const section = /\n## The nevers\n([\s\S]*?)\n## /.exec(read('docs/ARCHITECTURE.md'))?.[1] ?? '';
  const nevers = section.split(/^- /m).slice(1);
  expect(nevers.length).toBeGreaterThanOrEqual(8);
  for (const never of nevers) expect(never).toMatch(/^ {2}- `test\//m);
  const lacking = [...section.matchAll(/^ {2}- `(test\/[^`]+)`(?:: (.*))?$/gm)].filter(
    ([, file = '', title = '']) => !read(file).replaceAll("\\'", "'").includes(title),
  );
  expect(lacking.map(([line]) => line)).toEqual([]);
});

test('decisions are numbered in a row', () => {
  expect(decisions.map((name) => Number(name.slice(0, 4)))).toEqual(decisions.map((_, i) => i + 1));
  for (const name of decisions) expect(read(`docs/decisions/${name}`)).toMatch(new RegExp(`^# ${Number(name.slice(0, 4))}\\. `));
});

describe('a checklist', () => {
  const manual = (words: string, block: string) => `# A\n\n## To do\n\n${words}\n\n${block}\n\n## After\n`;
  test('is read in order, each block with its file', () => {
    const text = manual(
      '1. Create `a/b.ts`:',
      '   ```ts\n   const a = 1;\n   ```\n\n2. In `c.ts`:\n\n   ```diff\n    old\n   +new\n   ```',
    );
    expect(stepsOf(text, 'To do')).toEqual([
      { file: 'a/b.ts', text: 'const a = 1;\n' },
      { file: 'c.ts', hunks: [[' old', '+new']] },
    ]);
  });
  test('with a block for no file, or of the wrong kind, is refused', () => {
    expect(() => stepsOf(manual('See:', '```ts\nx\n```'), 'To do')).toThrow('no file is named');
    expect(() => stepsOf(manual('In `a.ts`:', '```ts\nx\n```'), 'To do')).toThrow('does not go with');
  });
  test('whose lines are not there, or whose file is, is not followed', () => {
    expect(() => follow([{ file: 'README.md', hunks: [[' no such line in it']] }], ROOT)).toThrow('0 times');
    expect(() => follow([{ file: 'README.md', text: 'x' }], ROOT)).toThrow('EEXIST');
  });
});
