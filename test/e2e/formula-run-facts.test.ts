import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formula, run as runIn, survey, type Told } from '../support/convoys.ts';
import { HarmedTown } from '../support/trial.ts';

/** What `gt formula run` refuses and what it finds out, before anything is made. */
let town: HarmedTown;
beforeAll(async () => {
  town = await HarmedTown.open();
  await town.rig('alpha', 'true', { 'README.md': '# alpha\n', 'src/a.ts': 'a\n' });
});
afterAll(() => town?.close());

const run = (name: string, ...words: string[]) => runIn(town, name, ...words);

test('what is wrong is said before anything is made, all of it; a dry run makes nothing', async () => {
  formula(town, 'careful', survey(town, 'careful'));
  formula(town, 'braces', survey(town, 'braces').replace('{{.leg.id}} of', '{{with .leg}} of'));
  const before = [await made(), (await town.events()).length];
  const refused = await town.gt(['formula', 'run', 'careful', '--rig', 'alpha', '--var', 'pr=seven', '--preset', 'quik']);
  expect(refused.exit).toBe(1);
  expect(refused.err).toContain('is "seven", and must be a number');
  expect(refused.err).toContain('there is no preset `quik` (did you mean `quick`?)');
  const lacking = await town.gt(['formula', 'run', 'careful', '--rig', 'alpha']);
  expect(lacking).toMatchObject({ exit: 2, err: expect.stringContaining('input `pr` has no value (give it, or files)') });
  expect(lacking.err).toContain('Give them: --var pr=');
  expect((await town.gt(['formula', 'run', 'braces', '--rig', 'alpha', '--pr', '1'])).err).toMatch(
    /prompts\.base.*`{{with \.leg}}`/,
  );
  expect((await town.gt(['formula', 'run', 'careful', '--rig', 'alpha', '--pr', '1', '--agent', 'ghost'])).exit).not.toBe(0);
  const slip = await town.gt(['formula', 'run', 'careful', '--rig', 'alpha', '--set', 'flies=x', '--pr', '1', '--dry-run']);
  expect(slip).toMatchObject({ exit: 0, err: expect.stringContaining('there is no input `flies` (did you mean `files`?)') });
  expect((await run('careful', '--pr', '1', '--dry-run')).molecule).toBeNull();
  expect([await made(), (await town.events()).length]).toEqual(before);
});

const made = async () => {
  const books = await town.books();
  const folder = join(town.root, 'alpha/.reviews');
  return [
    await books.count('molecules.open'),
    await books.count('work.open'),
    existsSync(folder) ? readdirSync(folder).length : 0,
  ];
};

test('what is known of a pull request and of a branch is in the texts; what lacks is said, and is no error', async () => {
  formula(
    town,
    'facts',
    `
[inputs.pr]
[inputs.branch]
[inputs.base]
default = "main"
[prompts]
base = "{{.target_description}}|{{.pr_title}}|{{range .changed_files}}{{.path}} +{{.additions}} -{{.deletions}};{{end}}"
[[legs]]
id = "one"
`,
  );
  const text = async (...words: string[]) => (await run('facts', '--dry-run', ...words)).steps[0]?.description;
  const repo = town.repo('alpha');
  const clone = join(town.dir, 'clone');
  await town.git(town.dir, ['clone', '-q', '-b', 'main', repo, clone]);
  writeFileSync(join(clone, 'src/a.ts'), 'a\nb\n');
  writeFileSync(join(clone, 'a b.ts'), 'x\n');
  for (const words of [
    ['checkout', '-q', '-b', 'topic'],
    ['add', '-A'],
    ['commit', '-qm', 'Topic'],
    ['push', '-q', 'origin', 'topic'],
  ])
    await town.git(clone, words);
  expect(await text('--set', 'branch=topic')).toBe('branch topic, since it left main||a b.ts +1 -0;src/a.ts +1 -0;');
  const bin = join(town.dir, 'bin');
  mkdirSync(bin);
  writeFileSync(
    join(bin, 'gh'),
    `#!/bin/sh\n[ "$1 $2 $3" = "pr view 7" ] || { echo "no such pull request" >&2; exit 1; }\necho '{"title":"Mend it","files":[{"path":"x.ts","additions":2,"deletions":1}]}'\n`,
  );
  chmodSync(join(bin, 'gh'), 0o755);
  const env = { PATH: `${bin}:${process.env['PATH']}` };
  const asked = await town.gt(['formula', 'run', 'facts', '--rig', 'alpha', '--pr', '7', '--dry-run', '--json'], { env });
  expect((JSON.parse(asked.out) as Told).steps[0]?.description).toBe('pull request #7: Mend it|Mend it|x.ts +2 -1;');
  const none = await town.gt(['formula', 'run', 'facts', '--rig', 'alpha', '--pr', '8', '--dry-run'], { env });
  expect(none).toMatchObject({
    exit: 0,
    err: expect.stringContaining('Nothing is known of pull request #8 but its number: `gh` says: no such'),
  });
  const lost = await town.gt(['formula', 'run', 'facts', '--rig', 'alpha', '--set', 'branch=ghost', '--dry-run']);
  expect(lost).toMatchObject({ exit: 0, err: expect.stringContaining('has no ghost') });
});

test('every convoy that gt ships can be run: its texts are whole, each leg writes a file of its own', async () => {
  const say = [
    ['code-review', '--pr', '1'],
    ['design', '--set', 'problem=x', '--set', 'scope=x'],
  ];
  for (const [name = '', ...words] of say) {
    const { steps, directory } = await run(name, '--dry-run', ...words);
    const files = steps
      .slice(0, -1)
      .map(({ description }) => /\S+\.md/.exec(description.slice(description.indexOf(`${directory}/`)))?.[0]);
    expect(new Set(files).size).toBe(steps.length - 1);
    for (const { id, description } of steps) expect([id, description]).toEqual([id, expect.not.stringMatching(/\{\{|undefined/)]);
    expect(steps.at(-1)?.needs).toEqual(steps.slice(0, -1).map(({ id }) => id));
  }
});
