import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { z } from 'zod';
import { FORMS } from '../support/bd-forms.ts';
import { stepsOf, writeChain } from '../support/nine-steps.ts';
import { commits, HarmedTown } from '../support/trial.ts';

/** bd in a town that runs: every form that it prints, and what its words do. */
let town: HarmedTown;

const HAND = `
formula = "hand"
[vars.feature]
required = true
[[steps]]
id = "a"
title = "Do {{feature}}"
[[steps]]
id = "b"
title = "Check it"
needs = ["a"]
[[steps]]
id = "c"
title = "Ship it"
needs = ["b"]
[steps.gate]
type = "human"
`;

beforeAll(async () => {
  town = await HarmedTown.open();
  await town.rig('alpha', 'true');
  mkdirSync(join(town.root, '.beads/formulas'), { recursive: true });
  writeFileSync(join(town.root, '.beads/formulas/hand.formula.toml'), HAND);
});
afterAll(() => town?.close());

/** Calls bd; what it prints parses whole, and has the form. */
async function bd<F extends keyof typeof FORMS>(form: F, ...words: string[]): Promise<z.infer<(typeof FORMS)[F]>> {
  const { exit, out, err } = await town.gt(['bd', ...words, '--json']);
  expect(exit, `bd ${words.join(' ')}: ${err}${out}`).toBe(0);
  const { data, error } = FORMS[form].safeParse(JSON.parse(out));
  if (error) throw new Error(`bd ${words.join(' ')}: ${error.message}\n${out}`);
  return data as z.infer<(typeof FORMS)[F]>;
}
const one = <T>(list: readonly T[]): T => {
  expect(list).toHaveLength(1);
  return list[0] as T;
};
const pours = async (...more: string[]) => {
  const made = await bd('poured', 'mol', 'pour', 'hand', '--var', 'feature=auth', '--rig', 'alpha', ...more);
  await town.until('it is poured', async () => (await town.read('molecule', made.new_epic_id))?.state === 'open');
  return made.new_epic_id;
};
const closes = (id: string) => town.until(`${id} is closed`, async () => (await town.read('molecule', id))?.state === 'closed');

test('every form of items, and an empty list is []', async () => {
  expect(await bd('issues', 'list')).toEqual([]);
  expect(await bd('rows', 'ready')).toEqual([]);
  expect(await bd('blocked', 'blocked')).toEqual([]);
  expect(await bd('issues', 'gate', 'list')).toEqual([]);
  const epic = await bd('issue', 'create', 'All of it', '-t', 'epic', '-l', 'big', '-p', '1', '--rig', 'alpha');
  expect(epic).toMatchObject({ issue_type: 'epic', priority: 1, labels: ['big'], created_by: expect.any(String) });
  const a = await bd('issue', 'create', '--title', 'A', '--parent', epic.id, '-d', 'do', '--acceptance', 'done', '-a', 'ada');
  expect(a).toMatchObject({ labels: ['big'], description: 'do', acceptance_criteria: 'done', assignee: 'ada' });
  const piped = await town.gt(['bd', 'create', 'B', '--stdin', '--deps', a.id, '--silent'], { input: 'piped\n' });
  const b = piped.out.trim();
  expect(piped.out).toBe(`${b}\n`);
  expect(one(await bd('full', 'show', b))).toMatchObject({
    description: 'piped\n',
    dependencies: [{ id: a.id, dependency_type: 'blocks' }],
  });
  const before = await bd('issue', 'create', 'before B', '--deps', `blocks:${b},discovered-from:${a.id}`);
  expect((await town.gt(['bd', 'q', 'quick', 'one', '-p', '0'])).out).toMatch(/^al-\w+\n$/);
  expect(one(await bd('blocked', 'blocked'))).toMatchObject({ id: b, blocked_by_count: 2, blocked_by: [a.id, before.id].sort() });
  expect((await bd('rows', 'children', epic.id)).map(({ id, parent }) => [id, parent])).toEqual([[a.id, epic.id]]);
  expect((await bd('children', 'show', epic.id, '--children'))[epic.id]).toMatchObject([{ id: a.id }]);
  expect((await bd('linked', 'dep', 'list', a.id, '--direction', 'up')).map(({ id }) => id)).toEqual([b]);
  expect(await bd('edges', 'dep', 'list', a.id, b)).toHaveLength(3);
  expect(await bd('added', 'dep', 'add', before.id, a.id)).toMatchObject({ issue_id: before.id, depends_on_id: a.id });
  expect(await bd('blocks', 'dep', a.id, '--blocks', before.id)).toMatchObject({ blocker_id: a.id, blocked_id: before.id });
  const half = await town.gt(['bd', 'update', a.id, 'al-none', '-p', '3', '--json']);
  expect(half).toMatchObject({ exit: 0, err: expect.stringContaining('al-none') });
  expect(one(FORMS.issues.parse(JSON.parse(half.out)))).toMatchObject({ id: a.id, priority: 3 });

  const none = await town.gt(['bd', 'close', a.id, 'al-none', '--json']);
  expect(none).toMatchObject({ exit: 1, err: '' });
  expect(FORMS.error.parse(JSON.parse(none.out)).error).toContain('no issue found matching "al-none"');
  expect(await town.read('work', a.id)).toMatchObject({ status: 'open' });
  expect((await town.gt(['bd', 'close', epic.id, b])).exit).toBe(1);
  expect(await bd('suggested', 'close', a.id, epic.id, '-r', 'there already', '--suggest-next')).toMatchObject({
    closed: [
      { id: a.id, status: 'closed', close_reason: 'there already' },
      { id: epic.id, status: 'closed' },
    ],
    unblocked: [{ id: before.id }],
  });
  expect(one(await bd('issues', 'done', before.id, 'seen', 'to'))).toMatchObject({ close_reason: 'seen to' });
  expect(await bd('issues', 'reopen', b)).toMatchObject([{ id: b, status: 'open' }]);
  expect((await town.gt(['bd', 'reopen', a.id])).exit).toBe(1);
  expect(await town.ask(['work', 'close', b, '--reason', 'over'])).toMatchObject([{ id: b, closed: { reason: 'over' } }]);
  const envelope = await town.gt(['bd', 'list', '--json'], { env: { BD_JSON_ENVELOPE: '1' } });
  expect(JSON.parse(envelope.out)).toEqual({ schema_version: 1, data: expect.any(Array) });
  expect(await bd('version', 'version')).toMatchObject({ build: 'gt' });
});

test('steps, gates and molecules are looked at and closed in the forms of bd, each close by the deed of its kind', async () => {
  const id = await pours();
  expect(one(await bd('current', 'mol', 'current', id))).toMatchObject({
    total: 4,
    completed: 0,
    next_step: { id: `${id}.a` },
    steps: [{ status: 'ready' }, { status: 'blocked' }, { status: 'blocked' }, { status: 'blocked' }],
  });
  expect((await bd('shown', 'mol', 'show', id)).issues.map((issue) => issue.id)).toEqual(
    ['a', 'b', 'gate-c', 'c'].map((key) => `${id}.${key}`),
  );
  expect(await bd('progress', 'mol', 'progress', id)).toMatchObject({ total: 4, completed: 0, percent: 0 });
  expect(await bd('molReady', 'ready', '--mol', id)).toMatchObject({ total_steps: 3, ready_steps: 1 });
  // No proof, not ready, not by a word: nothing is closed.
  for (const words of [[`${id}.a`], [`${id}.b`, '-r', 'x'], [id]])
    expect((await town.gt(['bd', 'close', ...words])).exit, words.join(' ')).toBe(1);
  expect(await bd('continued', 'close', `${id}.a`, '-r', 'did it', '--continue')).toMatchObject({
    closed: [{ close_reason: 'did it' }],
    continue: { closed_step: { id: `${id}.a` }, next_step: { id: `${id}.b` }, auto_advanced: false, molecule_complete: false },
  });
  const again = one(await bd('issues', 'close', `${id}.a`, '-r', 'another'));
  expect(again).toMatchObject({ close_reason: 'did it' });
  await bd('issues', 'close', `${id}.b`, '-r', 'looked');
  expect((await town.gt(['bd', 'close', `${id}.c`, '-r', 'x'])).err).toContain(`${id}.gate-c`);
  expect(one(await bd('issues', 'close', `${id}.gate-c`, '-r', 'fine'))).toMatchObject({ issue_type: 'gate', status: 'closed' });
  expect((await bd('gated', 'ready', '--gated')).molecules).toMatchObject([{ molecule_id: id, ready_step: { id: `${id}.c` } }]);
  expect(await bd('gated', 'mol', 'ready')).toMatchObject({ count: 1 });
  await bd('issues', 'close', `${id}.c`, '-r', 'shipped');
  await closes(id);
  expect(await bd('progress', 'mol', 'progress', `${id}.a`)).toMatchObject({ completed: 4, percent: 100 });
  expect(await bd('stale', 'mol', 'stale')).toMatchObject({ total_count: 0 });
  expect((await town.gt(['bd', 'reopen', `${id}.a`])).exit).toBe(1);
});

test('by force a person closes a step that cannot be closed as done: it is skipped, and what needs it goes on', async () => {
  const id = await pours();
  const closed = one(await bd('issues', 'close', `${id}.b`, '--force', '-r', 'not today'));
  expect(closed).toMatchObject({ status: 'closed', close_reason: 'skipped: not today' });
  expect(await town.read('step', `${id}.b`)).toMatchObject({ closed: { outcome: 'skipped' } });
  await town.does(['mol', 'cancel', id, '--reason', 'enough']);
});

test('stored protomolecules are listed beside molecules and formulas, shown, and run as they were', async () => {
  expect(await bd('seed', 'mol', 'seed', 'hand', '--var', 'feature=x')).toMatchObject({ formulas: ['hand'] });
  const kinds = async () =>
    (await bd('molecules', 'mol', 'list')).filter(({ source_formula: from }) => from === 'hand').map(({ kind }) => kind);
  expect(await kinds()).toContain('formula');
  const { proto } = await town.ask<{ proto: string }>(['bd', 'cook', 'hand']);
  writeFileSync(join(town.root, '.beads/formulas/hand.formula.toml'), HAND.replaceAll('Ship it', 'Send it'));
  expect(await kinds()).toContain('proto');
  expect(await kinds()).not.toContain('formula');
  expect(await town.ask(['mol', 'list', '--protos'])).toMatchObject({ protos: [{ id: proto }], total: 1 });
  for (const words of [
    ['mol', 'show', proto],
    ['bd', 'mol', 'show', proto],
  ])
    expect(await town.ask(words)).toMatchObject({ id: proto, plan: { formula: 'hand', steps: { length: 4 } } });
  const ran = await town.ask<{ molecule: string; work: string }>([
    'formula',
    'run',
    proto,
    '--var',
    'feature=x',
    '--rig',
    'alpha',
  ]);
  await town.until('it is poured', async () => (await town.read('molecule', ran.molecule))?.state === 'open');
  expect(await town.read('molecule', ran.molecule)).toMatchObject({ proto });
  expect(await town.read('step', `${ran.molecule}.c`)).toMatchObject({ title: 'Ship it' });
  await town.does(['mol', 'cancel', ran.molecule, '--reason', 'enough']);
  await closes(ran.molecule);
});

test('wisps, bonds, squashes and burns have their forms', async () => {
  const wisp = (await bd('poured', 'mol', 'wisp', 'hand', '--var', 'feature=x')).new_epic_id;
  await bd('wisps', 'mol', 'wisp', 'list');
  await bd('bonded', 'mol', 'bond', 'hand', wisp, '--var', 'feature=y', '--type', 'parallel');
  await bd('collected', 'mol', 'wisp', 'gc', '--dry-run');
  expect(await bd('squashed', 'mol', 'squash', wisp, '--summary', 'nothing new')).toMatchObject({ molecule_id: wisp });
  expect(one(await bd('full', 'show', `${wisp}.digest`))).toMatchObject({ status: 'closed', description: 'nothing new' });
  expect(one(await bd('issues', 'close', `${wisp}.digest`))).toMatchObject({ status: 'closed' });
  expect(await bd('burned', 'mol', 'burn', wisp)).toMatchObject({ molecule_id: wisp });
  await bd('checked', 'gate', 'check', '--dry-run');
});

test('an agent closes its steps with bd, each close hands it the next, and its item it hands in', async () => {
  const told = `'${town.gate('told')}'`;
  writeChain(town, 'two', [
    { id: 'make', block: `${commits('made.txt')}\n"$GT_BIN" bd close --continue >> ${told}` },
    {
      id: 'look',
      block: `"$GT_BIN" bd close "$GT_WORK_ITEM" -r no >> ${told} 2>&1 || true\n"$GT_BIN" bd close --reason "seen" --json >> ${told}`,
    },
  ]);
  const id = await town.work('alpha', 'exit 9', { sling: false });
  await town.does(['sling', id, '--on', 'two']);
  await town.landed(id);
  const { steps } = await stepsOf(town, id);
  expect(steps.map(({ key, closed, evidence }) => [key, closed?.outcome, evidence])).toMatchObject([
    ['make', 'done', { commit: expect.any(String) }],
    ['look', 'done', { note: 'seen' }],
  ]);
  const said = town.lines('told').join('\n');
  expect(said).toContain('step 2 of 2: look');
  expect(said).toContain('gt done');
  expect(JSON.parse(said.slice(said.indexOf('[')))).toMatchObject([{ title: 'Title of look', close_reason: 'seen' }]);
});
