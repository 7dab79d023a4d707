import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Molecule, Step, Work } from '#core/records';
import { closing } from '#core/work';
import { formula, run as runIn, survey } from '../support/convoys.ts';
import { commits, HarmedTown } from '../support/trial.ts';

/** `gt formula run` in a town with real polecats: the legs of a convoy in parallel, the synthesis when those it names are in. */
let town: HarmedTown;
beforeAll(async () => {
  town = await HarmedTown.open({ max_attempts: 1, operational: { restart_backoff: { first: 0, base: 10, max: 10 } } });
  await town.rig('alpha', 'true', { 'README.md': '# alpha\n', 'src/a.ts': 'a\n' });
});
afterAll(() => town?.close());

const run = (name: string, ...words: string[]) => runIn(town, name, ...words);

const step = async (mol: string, key: string): Promise<Step> => {
  const found = await town.read('step', `${mol}.${key}`);
  if (!found) throw new Error(`no step ${mol}.${key}`);
  return found;
};

/** The item of a leg, once an agent works on it. */
async function atWork(mol: string, key: string): Promise<string> {
  const id = await town.until(`${key} is slung`, async () => (await town.read('step', `${mol}.${key}`))?.work);
  await town.running(id);
  return id;
}

const ends = (mol: string): Promise<Molecule> =>
  town.until(`${mol} has closed`, async () => {
    const doc = await town.read('molecule', mol);
    return doc?.state === 'closed' && doc;
  });

test('legs are worked side by side by polecats of their own, also by the next worker; the synthesis comes when those it names are in', async () => {
  formula(town, 'survey', survey(town, 'survey'));
  const { molecule, directory, work } = await run('survey', '--files', 'README.md, src/a.ts');
  expect([work, directory]).toEqual([null, expect.stringMatching(`^${join(town.root, 'alpha/.reviews')}/\\w{5}$`)]);
  const [mol, folder] = [molecule ?? '', directory ?? ''];
  const items = await Promise.all(['style', 'bugs', 'docs'].map((key) => atWork(mol, key)));
  const worker = await town.kill('worker');
  town.open('survey-style');
  await town.anotherWorker(worker);
  await town.landed(items[0] ?? '');
  expect((await step(mol, 'synthesis')).work).toBeUndefined();
  town.open('survey-bugs');
  // One that it does not name is out still.
  await town.until('the synthesis is in', async () => (await step(mol, 'synthesis')).closed);
  expect((await step(mol, 'docs')).status).toBe('in_progress');
  expect(readFileSync(join(folder, 'all.md'), 'utf8')).toBe(
    'style of the files README.md, src/a.ts\nbugs of the files README.md, src/a.ts\n',
  );
  town.open('survey-docs');
  expect(await ends(mol)).toMatchObject({ closed: { outcome: 'done' } });
  const works = await Promise.all(items.map((id) => town.landed(id)));
  expect(works.map((one) => [one.runs, one.leg?.mol])).toEqual(items.map(() => [1, mol]));
  expect((await town.events()).filter(({ type, data }) => type === 'step.slung' && data['mol'] === mol)).toHaveLength(4);
});

test('a preset has its legs alone, and the synthesis waits for those', async () => {
  formula(town, 'quickly', survey(town, 'quickly').replace("'{{.output.directory}}/style.md'", ''));
  town.open('quickly-bugs');
  const { molecule, steps, directory } = await run('quickly', '--pr', '12', '--preset', 'quick');
  expect(steps.map(({ id, needs }) => [id, needs])).toEqual([
    ['bugs', []],
    ['synthesis', ['bugs']],
  ]);
  await ends(molecule ?? '');
  expect(readFileSync(join(directory ?? '', 'all.md'), 'utf8')).toBe('bugs of pull request #12\n');
});

test('a leg that needs a person holds the synthesis back, and is shown; slung again it goes on, and one that is cancelled has failed', async () => {
  formula(
    town,
    'hurt',
    survey(town, 'hurt').replace(
      "base = '''\n```sh\n",
      `base = '''\n\`\`\`sh\n[ "{{.leg.id}}" != style ] || [ -e '${town.gate('mended')}' ] || exit 3\n`,
    ),
  );
  for (const leg of ['style', 'docs']) town.open(`hurt-${leg}`);
  const { molecule } = await run('hurt', '--pr', '1');
  const mol = molecule ?? '';
  const style = await town.until('style needs a person', async () => {
    const id = (await town.read('step', `${mol}.style`))?.work;
    const work = id === undefined ? undefined : await town.read('work', id);
    return work?.needsYou && !work.run && work;
  });
  const said = await town.does(['mol', 'status', mol]);
  expect(said.out).toMatch(new RegExp(`style.*${style.id} needs you`));
  const why = await town.does(['why', `${mol}.synthesis`]);
  expect(why.out).toContain(style.id);
  expect((await town.does(['status'])).out).toContain(style.id);
  town.open('mended');
  await town.sling(style.id);
  await town.until('style is in', async () => (await step(mol, 'style')).closed);
  const bugs = await atWork(mol, 'bugs');
  await cancel(bugs);
  expect(
    await town.until('bugs has failed', async () => {
      const one = await step(mol, 'bugs');
      return one.status === 'failed' && one;
    }),
  ).toMatchObject({ failed: { reason: `${bugs} was closed: cancelled by its owner` } });
  expect((await town.does(['why', mol])).out).toContain(`gt mol step retry ${mol}.bugs`);
  expect((await step(mol, 'synthesis')).work).toBeUndefined();
});

/** Closes an item by hand, as its owner would who wants it no more. */
async function cancel(id: string): Promise<void> {
  const desk = await town.desk();
  await desk.change(async (reading) => {
    const work = (await reading.get('work', id)) as Work;
    const { doc, settle } = closing(work, { at: desk.clock.now(), reason: 'cancelled by its owner' });
    return { put: [{ noun: 'work', doc }], settle, answer: undefined };
  });
}

test('with --fanout every step of a workflow is work of its own, in parallel as its needs allow', async () => {
  const block = (file: string, before = '') => `description = '''\n\`\`\`sh\n${before}\n${commits(file)}\n\`\`\`\n'''`;
  formula(
    town,
    'fan',
    `
[[steps]]
id = "left"
${block('left', town.counts('fan'))}
[[steps]]
id = "right"
${block('right', town.counts('fan'))}
[[steps]]
id = "both"
needs = ["left", "right"]
${block('both', 'test -e left && test -e right')}
`,
  );
  const { molecule, work } = await run('fan', '--fanout');
  const mol = molecule ?? '';
  expect(work).toBeNull();
  const items = await Promise.all(['left', 'right'].map((key) => atWork(mol, key)));
  expect((await step(mol, 'both')).work).toBeUndefined();
  town.open('fan');
  expect(await ends(mol)).toMatchObject({ closed: { outcome: 'done' } });
  const last = (await step(mol, 'both')).work ?? '';
  for (const id of [...items, last]) await town.landed(id);
  expect((await step(mol, 'left')).evidence).toMatchObject({ work: items[0], commit: expect.stringMatching(/^[0-9a-f]{40}$/) });
  expect(await town.show('alpha', 'both')).toBe('both');
});

test('a workflow is attached to an item that is made for it, or to the one that is named', async () => {
  formula(town, 'plain', 'description = "What is to be done"\n[[steps]]\nid = "one"\n[[steps]]\nid = "two"\nneeds = ["one"]\n');
  const { molecule, work } = await run('plain');
  expect(await town.read('work', work ?? '')).toMatchObject({
    molecule,
    rig: 'alpha',
    status: expect.stringMatching(/hooked|in_progress/),
  });
  expect(await town.read('molecule', molecule ?? '')).toMatchObject({ work, formula: 'plain' });
  // its agent is at work all the while: what is done has no molecule any more
  const named = await town.work('alpha', town.counts('named'), { sling: false });
  expect(await run('plain', '--on', named)).toMatchObject({ work: named });
  const again = await town.gt(['formula', 'run', 'plain', '--rig', 'alpha', '--on', named]);
  expect(again.err).toContain(`${named} has a molecule already`);
});
