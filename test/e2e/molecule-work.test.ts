import { afterAll, beforeAll, expect, test } from 'vitest';
import { NINE, stepsOf, writeChain } from '../support/nine-steps.ts';
import { commits, HarmedTown } from '../support/trial.ts';

let town: HarmedTown;
beforeAll(async () => {
  town = await HarmedTown.open({
    agents: {
      // A shell agent that writes down the first prompt of each of its sessions.
      told: {
        command: '/bin/sh',
        args: ['-c', `echo "SESSION $2" >> "$GT_ROOT/../gate-prompts"; exec sh "$1"`, 'told', '{runner}'],
        prompt: { how: 'positional' },
      },
    },
  });
  await town.rig('alpha', 'true');
});
afterAll(() => town?.close());

/** Nine steps, each of which says that it ran; those that make nothing to commit say what they found. */
const nine = (blocks: Partial<Record<(typeof NINE)[number], string>> = {}) =>
  NINE.map((id) => {
    const block = blocks[id] ?? (id === 'implement' || id === 'commit' || id === 'test' ? commits(`${id}.txt`) : note(id));
    return { id, block: `echo ${id} >> '${town.gate('ran')}'\n${block}` };
  });
const note = (id: string) => `echo 'seen by ${id}' > ../${id}.seen\n"$GT_BIN" mol step done --file ../${id}.seen`;

const nextSession = (id: string) =>
  town.until('the next session', async () => {
    const now = (await town.read('run', `${id}.r1`))?.session;
    return now?.id === `${id}.r1.s2` && now.ackedAt !== undefined;
  });

const slingOn = async (formula: string, more: readonly string[] = []) => {
  const id = await town.work('alpha', 'exit 9', { sling: false, agent: 'told' });
  await town.does(['sling', id, '--on', formula, ...more]);
  return id;
};

test('a polecat works nine steps to a landed commit, each close carries what proves it, and a session that was killed after five goes on at the sixth', async () => {
  writeChain(town, 'nine', nine({ commit: `${town.counts('six')}\n${commits('commit.txt')}` }));
  const id = await slingOn('nine');
  await town.until('step six runs', async () => town.lines('ran').includes('commit'));
  const { session } = await town.running(id);
  const before = await stepsOf(town, id);
  expect(before.steps.map(({ status }) => status)).toEqual([...Array(5).fill('closed'), 'in_progress', 'open', 'open', 'open']);
  expect(before.mol.hand).toBe(`${before.mol.id}.commit`);
  const token = session.token;
  process.kill(session.pid ?? 0, 'SIGKILL');
  await nextSession(id);
  // The old session is heard no more.
  const late = await town.gt(['mol', 'step', 'done', '--note', 'I was faster'], { env: { GT_SESSION: token } });
  expect(late).toMatchObject({ exit: 4 });
  expect(late.err).toContain(`${id}.r1.s2`);
  town.open('six');
  const work = await town.landed(id);
  expect(work).toMatchObject({ runs: 1, failures: 0 });
  const { mol, steps } = await stepsOf(town, id);
  expect(mol).toMatchObject({ state: 'closed', closed: { outcome: 'done' } });
  expect(steps.map(({ key, closed }) => [key, closed?.outcome])).toEqual(NINE.map((key) => [key, 'done']));
  for (const { key, evidence } of steps)
    expect(evidence, key).toMatchObject(
      ['implement', 'test', 'commit'].includes(key)
        ? { commit: expect.stringMatching(/^[0-9a-f]{40}$/) }
        : { file: expect.stringContaining(`${key}.seen`), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    );
  // Each step was closed once, and only the one in hand was run again.
  const closes = (await town.events()).filter((one) => one.type === 'step.closed' && one.data['mol'] === mol.id);
  expect(closes.map(({ subject }) => subject)).toEqual(steps.map((step) => step.id));
  expect(town.lines('ran')).toEqual([...NINE.slice(0, 6), ...NINE.slice(5)]);
  const prompts = town.lines('prompts').join('\n').split('SESSION ').slice(1);
  expect(prompts).toHaveLength(2);
  expect(prompts[0]).toContain('step 1 of 9: load');
  expect(prompts[1]).toContain('step 6 of 9: commit: Title of commit');
  expect(prompts[1]).toContain('What commit is about.');
  for (const key of NINE.slice(0, 5)) expect(prompts[1], key).not.toContain(`What ${key} is about.`);
});

test('the shell agent works a shipped formula by the block of its item, and goes on after a kill at the step in hand', async () => {
  const whole = `echo whole >> '${town.gate('whole')}'\n${commits('whole.txt')}`;
  const plain = await town.work('alpha', whole, { sling: false });
  await town.does(['sling', plain, '--on', 'mol-polecat-work']);
  await town.landed(plain);
  const { mol, steps } = await stepsOf(town, plain);
  expect(mol).toMatchObject({ state: 'closed', closed: { outcome: 'done' } });
  expect(steps.map(({ closed }) => closed?.outcome)).toEqual(Array(9).fill('done'));
  expect(town.lines('whole')).toEqual(['whole']);

  // A block that speaks to its molecule, as an agent does: one step a round, and the commit in its place.
  const step = `"$GT_BIN" mol current --json | sed -n 's/^    "key": "\\(.*\\)",$/\\1/p'`;
  const rounds = `while key=$(${step}); [ -n "$key" ]; do
echo "$key" >> '${town.gate('keys')}'
case $key in
implement) ${commits('rounds.txt')} ;;
test) ${town.counts('test')} ;;
esac
"$GT_BIN" mol step done --note "did $key"
done`;
  const id = await town.work('alpha', rounds, { sling: false });
  await town.does(['sling', id, '--on', 'mol-polecat-work']);
  await town.until('the fifth step runs', async () => town.lines('keys').includes('test'));
  process.kill((await town.running(id)).session.pid ?? 0, 'SIGKILL');
  // nothing of the first session is left then that could go through the gate
  await nextSession(id);
  town.open('test');
  await town.landed(id);
  const shipped = steps.map(({ key }) => key);
  expect(town.lines('keys')).toEqual([...shipped.slice(0, 5), ...shipped.slice(4)]);
});
