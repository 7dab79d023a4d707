import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fillCommand } from '#core/formula/fill-command';
import { protoOf, stepOf } from '../support/formulas.ts';

/** Values in commands: what stands in quotes stays in them. */
const EVIL = `it's "$(touch no)" \`touch no\` $HOME \\ ; exit 9`;
const filled = (command: string, x: string) => fillCommand(command, new Map([['x', x]]));
const shell = (command: string) => execFileSync('sh', ['-c', command], { encoding: 'utf8', env: {} });

test.each([
  ['single quotes', `printf '%s' '{{x}}'`],
  ['double quotes', `printf '%s' "{{x}}"`],
  ['quotes in a substitution in quotes', `printf '%s' "$(printf '%s' '{{x}}')"`],
  ['double quotes in a substitution', `printf '%s' "$(printf '%s' "{{x}}")"`],
  ['quotes after a comment with an apostrophe', `# don't\nprintf '%s' '{{x}}'`],
  ['quotes after a here-document with an apostrophe', `cat <<'END' >/dev/null\ndon't\nEND\nprintf '%s' '{{x}}'`],
  ['quotes after an escaped one', `printf '%s' \\'\\" >/dev/null; printf '%s' '{{x}}'`],
  ['quotes in a subshell', `(printf '%s' "{{x}}")`],
  [
    'quotes after a program that has signs of the shell in it',
    `awk 'BEGIN { if ("a" != "(") print "#" }' >/dev/null; printf '%s' '{{x}}'`,
  ],
  ['single quotes in backticks', "printf '%s' \"`printf '%s' '{{x}}'`\""],
  ['double quotes in backticks', 'y=`printf \'%s\' "{{x}}"`; printf \'%s\' "$y"'],
  ['quotes after a case in a substitution', `printf '%s' "$(case a in b) ;; a) printf '%s' '{{x}}' ;; esac)"`],
  ['a here-document', `cat <<END | tr -d '\\n'\n{{x}}\nEND`],
  ['a here-document in quotes', `cat <<'END' | tr -d '\\n'\n{{x}}\nEND`],
  ['quotes after a comment that names it', `# {{x}}\nprintf '%s' '{{x}}'`],
])('in %s a value is what it is', (_where, command) => {
  expect(shell(filled(command, EVIL))).toBe(EVIL);
});

const FORMS = [
  `printf '%s|' '{{x}}'`,
  `printf '%s|' "{{x}}"`,
  "x=`printf '%s|' '{{x}}'`; printf '%s' \"$x\"",
  `printf '%s' "$(case a in (b) ;; a) printf '%s|' "{{x}}" ;; esac)"`,
];

test('no line end in a value ends a comment, or a here-document', () => {
  expect(shell(filled(`# {{x}}\nprintf ok`, `a\necho no`))).toBe('ok');
  for (const mark of ['END', `'END'`, '-END'])
    for (const value of ['a\nEND\necho no', 'END\necho no', 'a\n\tEND\n\techo no'])
      expect(shell(filled(`cat <<${mark}\n{{x}}\nEND`, value)).replace(/\s/g, ''), mark).toBe(value.replace(/\s/g, ''));
});

test('any value in quotes comes out as it went in', () => {
  // Each run of a shell takes a while: many values in one.
  const value = fc.array(fc.constantFrom("'", '"', '`', '$', '\\', '(', ')', ' ', 'a', '\n', '{{y}}', '#', ';'), {
    maxLength: 8,
  });
  fc.assert(
    fc.property(fc.array(value, { minLength: 20, maxLength: 20 }), (all) => {
      const values = all.map((one) => one.join(''));
      const command = values.map((one, at) => filled(FORMS[at % FORMS.length] ?? '', one)).join('; ');
      expect(shell(command)).toBe(values.map((one) => `${one}|`).join(''));
    }),
    { numRuns: 10 },
  );
});

test('without quotes a value is part of the command', () => {
  expect(filled('set -e; {{x}} "{{y}}"', 'npm test -- "a b"')).toBe('set -e; npm test -- "a b" "{{y}}"');
  expect(stepOf(protoOf({ f: `[vars.x]\n[[steps]]\nid = "a"\nrun = "echo '{{x}}'"` }, { x: "it's" }), 'a').exec?.run).toBe(
    `echo 'it'\\''s'`,
  );
});
