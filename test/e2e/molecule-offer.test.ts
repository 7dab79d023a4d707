import { afterAll, beforeAll, expect, test } from 'vitest';
import { stepsOf, writeChain } from '../support/nine-steps.ts';
import { SmallAgents } from '../support/small-agents.ts';
import { HarmedTown } from '../support/trial.ts';

let town: HarmedTown;
let agents: SmallAgents;
beforeAll(async () => {
  town = await HarmedTown.open();
  await town.rig('shop', 'true');
  agents = new SmallAgents(town);
});
afterAll(() => town?.close());

test('an agent at its prompt is told of a step that becomes ready, and has it in its hands', async () => {
  const command = `executor = "command"\nrun = "while [ ! -e '${town.gate('go')}' ]; do sleep 0.05; done"\nrepeatable = true`;
  writeChain(town, 'talk', [
    { id: 'first', block: 'true' },
    { id: 'wait', more: command },
    { id: 'second', block: 'true' },
  ]);
  const id = await town.work('shop', '', { sling: false, agent: 'plain' });
  await town.does(['sling', id, '--on', 'talk']);
  await agents.reached('plain', ({ is }) => is === 'ready');
  const { session } = await town.running(id);
  const as = { env: { GT_SESSION: session.token } };
  // Its first call is its hello; the step is in its hands since it was started.
  expect((await town.does(['hook'], as)).out).toContain('step 1 of 3: first');
  const done = await town.does(['mol', 'step', 'done', '--note', 'looked at it'], as);
  expect(done.out).toContain('wait, whose command');
  expect((await town.does(['why', id])).out).toContain('wait, whose command');
  town.open('go');
  const said = await agents.reached('plain', ({ is, text }) => is === 'submit' && text?.includes('step 3 of 3: second') === true);
  expect(said.text).toContain('gt mol step done');
  // said first, so that the call that it asks for finds it
  const { mol, steps } = await town.until('it has it in its hands', async () => {
    const now = await stepsOf(town, id);
    return now.mol.hand !== undefined && now;
  });
  expect(mol.hand).toBe(`${mol.id}.second`);
  expect(steps[2]).toMatchObject({ status: 'in_progress', holder: { session: session.id } });
  const polecats = await town.ask<Array<{ work: string; step: string | null }>>(['polecat', 'list']);
  expect(polecats.find(({ work }) => work === id)).toMatchObject({ step: 'second' });
  // A step that cannot be done is a question to a person, and that person decides.
  await town.does(['mol', 'step', 'fail', '--reason', 'there is no second'], as);
  expect((await town.does(['status'])).out).toContain('there is no second');
  expect((await town.does(['why', `${mol.id}.second`])).out).toContain('there is no second');
  const skipped = await town.does(['mol', 'step', 'skip', `${mol.id}.second`, '--reason', 'never mind']);
  expect(skipped.out).toContain('is skipped');
  await town.until('the molecule is closed', async () => (await town.read('molecule', mol.id))?.state === 'closed');
  // It did not close the last one itself, and is told.
  await agents.reached('plain', ({ is, text }) => is === 'submit' && text?.includes('All steps of') === true);
  expect((await town.does(['mol', 'current'], as)).out).toContain('All steps of');
});

test('an item is slung on a formula as a whole or not at all', async () => {
  writeChain(town, 'needy', [{ id: 'one', block: 'true', more: '[vars.who]\nrequired = true\n' }]);
  writeChain(town, 'broken', [{ id: 'one', more: 'needs = ["nobody"]' }]);
  writeChain(town, 'plain', [
    { id: 'one', block: 'true', more: '[vars.feature]\nrequired = true\n[vars.issue]\nrequired = true\n' },
  ]);
  const { books } = await town.desk();
  const open = await books.count('molecules.open');
  const [id, other] = [await town.work('shop', '', { sling: false }), await town.work('shop', '', { sling: false })];
  const refused = async (words: readonly string[]) => {
    const { exit, err } = await town.gt(['sling', ...words]);
    expect(exit).not.toBe(0);
    expect(await books.count('molecules.open')).toBe(open);
    expect((await town.read('work', id))?.status).toBe('open');
    return err;
  };
  expect(await refused([id, other, '--on', 'nothing'])).toContain('nothing');
  expect(await refused([id, other, '--on', 'broken'])).toContain('nobody');
  expect(await refused([id, other, '--on', 'needy'])).toContain('who');
  expect(await refused([id, 'sh-none', '--on', 'plain'])).toContain('sh-none');
  expect(await refused([id, '--var', 'who=me'])).toContain('--on');
  // Poured but not slung yet: it is slung as it is, and has one molecule at a time.
  await town.does(['sling', id, '--on', 'plain', '--agent', 'plain']);
  const { mol } = await stepsOf(town, id);
  expect(mol.vars).toMatchObject({ feature: 'A piece', issue: id });
  expect((await town.gt(['sling', id, '--on', 'plain'])).exit).toBe(4);
});
