import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { BD_TOPICS } from '#cli/bd/verbs';
import { TOPICS } from '#cli/verbs';
import { bytesOf } from '#core/fit-text';
import { explain } from '#core/refusals';
import { directivesOf, promptVariables, rolePrompt } from '#core/role-prompt';
import { ROLES } from '#core/roles';
import { SHIPPED_PROMPTS, shippedPrompt } from '#world/agents/prompt-files';

const values = {
  rig: 'shop',
  name: 'toast',
  town: 'home',
  root: '/t',
  dir: '/t/shop/polecats/toast/rig',
  work: 'sh-1',
  branch: 'b',
  target: 'main',
};
const overlay = (text: string, file = 'prompt-overlays/polecat.md') => ({ file, text });
const one = (...texts: string[]) =>
  rolePrompt(
    'polecat',
    'Shipped {{name}}.\n',
    texts.map((text) => overlay(text)),
    values,
  );

describe('the prompt of a role', () => {
  test.each(ROLES)(
    '%s: is shipped, short, names only what gt fills in, and says how to begin, what never to do and how to end',
    (role) => {
      const text = shippedPrompt(role);
      const { text: filled, faults } = rolePrompt(role, '', [overlay(text)], values);
      expect(faults).toEqual([]);
      expect(filled).not.toMatch(/\{\{|\}\}/);
      expect(bytesOf(filled)).toBeLessThan(2400);
      expect(filled).toMatch(/^You are /);
      expect(filled).toMatch(/Never/);
      if (role !== 'boot') expect(filled).toMatch(/on your hook, |on your hook you run|On your hook/i);
    },
  );

  test('no role lacks one, and none is for nobody', () => {
    expect(readdirSync(SHIPPED_PROMPTS).sort()).toEqual(ROLES.map((role) => `${role}.md`).sort());
  });

  test('names no command that gt does not have', () => {
    // Of other parts of this issue, until they are there.
    const coming = ['handoff', 'escalate', 'needs'];
    const verbs = (topics: typeof TOPICS) =>
      topics.flatMap((topic) => Object.entries(topic.verbs).flatMap(([name, verb]) => [name, ...(verb.aliases ?? [])]));
    const known = { gt: [...verbs(TOPICS), ...coming], bd: verbs(BD_TOPICS) };
    for (const role of ROLES)
      for (const [, program = '', verb] of shippedPrompt(role).matchAll(/`(gt|bd) ([a-z-]+)/g))
        expect(known[program as 'gt' | 'bd'], `${role}: ${program}`).toContain(verb);
  });

  test('a polecat reads the checklist, and the mayor how the three requests are done', () => {
    for (const part of [
      'committed',
      'no stash',
      'untracked',
      'ahead',
      'checks',
      'filed',
      'notes',
      '`gt done --dry-run`',
      '`gt done`',
    ])
      expect(shippedPrompt('polecat')).toContain(part);
    for (const part of [
      'Create a convoy for issues 123 and 456 in myproject',
      "What's the status of my work?",
      'Show me what the witness is doing',
      'You write no code',
    ])
      expect(shippedPrompt('mayor')).toContain(part);
  });
});

describe('an overlay', () => {
  test('adds to the prompt, with its names filled in: the town’s, then the rig’s', () => {
    expect(one('Of {{ town }}.', 'Of {{rig}}, {{work}}.')).toEqual({
      text: 'Shipped toast.\n\nOf home.\n\nOf shop, sh-1.',
      faults: [],
    });
    expect(one('', '  \n')).toEqual({ text: 'Shipped toast.', faults: [] });
  });
  test('stands in the place of all before it when it says so', () => {
    expect(one('gone', '---\nmode: replace\n---\nMine, {{name}}.', 'And more.').text).toBe('Mine, toast.\n\nAnd more.');
    expect(one('---\nmode: append\n---\nMore.').text).toBe('Shipped toast.\n\nMore.');
  });
  test('with an unknown variable is left out, and refused in two lines with the nearest that is known', () => {
    const { text, faults } = one('On {{brnch}}.', 'Kept.');
    expect(text).toBe('Shipped toast.\n\nKept.');
    expect(faults.map(explain)).toMatchObject([
      {
        says: 'prompt-overlays/polecat.md: unknown variable {{brnch}}.',
        try: expect.stringMatching(/^Did you mean \{\{branch\}\}\? Known for a polecat: .*target/),
        exit: 2,
      },
    ]);
  });
  test('may name only what its role has', () => {
    expect(promptVariables('mayor')).not.toContain('rig');
    expect(rolePrompt('mayor', 'M', [overlay('{{rig}}')], values).faults).toHaveLength(1);
  });
  test.each([
    ['---\nmode: instead\n---\nx', /unknown mode `instead`/],
    ['---\nmod: replace\n---\nx', /unknown key `mod`/],
    ['---\nreplace\n---\nx', /unknown key `replace`/],
  ])('%j is refused and left out', (text, why) => {
    expect(one(text).text).toBe('Shipped toast.');
    expect(one(text).faults.map((fault) => explain(fault).says)).toEqual([expect.stringMatching(why)]);
  });
  test('a value that looks like a variable is not filled in again', () => {
    expect(rolePrompt('polecat', '{{title}}', [], { title: '{{work}}', work: 'no' }).text).toBe('{{work}}');
  });
});

test('directives are the lines of town and rig as they are; a file that is wrong is left out and told', () => {
  const { text, faults } = directivesOf([
    { file: 'directives/crew.md', text: 'Be brief.\n' },
    { file: 'shop/directives/crew.md', text: '', fault: 'it has 9000 bytes; the limit is 8192' },
    { file: 'x', text: 'No {{x}}.' },
  ]);
  expect(text).toBe('Be brief.\nNo {{x}}.');
  expect(faults.map((fault) => explain(fault).says)).toEqual(['shop/directives/crew.md: it has 9000 bytes; the limit is 8192.']);
});
