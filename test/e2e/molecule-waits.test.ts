import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stepsOf, writeChain } from '../support/nine-steps.ts';
import { commits, HarmedTown } from '../support/trial.ts';

let town: HarmedTown;
beforeAll(async () => {
  town = await HarmedTown.open({
    max_polecats: 2,
    operational: { suspend_after: '1s', done_grace: '5s', restart_backoff: { first: 0, base: '100ms', max: '1s' } },
  });
  await town.rig('alpha', 'true');
});
afterAll(() => town?.close());

const slingOn = async (formula: string, more: readonly string[] = []) => {
  const id = await town.work('alpha', 'exit 9', { sling: false });
  await town.does(['sling', id, '--on', formula, ...more]);
  return id;
};
const suspended = (id: string) =>
  town.until(`the run of ${id} is suspended`, async () => {
    const run = await town.read('run', `${id}.r1`);
    return run?.outcome === 'suspended' && run;
  });
const note = (text: string) => `"$GT_BIN" mol step done --note '${text}'`;

test('runs whose molecules have no step for their agents for long, or wait for a person, give up their slots, keep their worktrees, and go on', async () => {
  const waits = `run = "while [ ! -e '${town.gate('long')}' ]; do sleep 0.1; done"\nrepeatable = true`;
  writeChain(town, 'long', [
    { id: 'before', block: `echo before > before.txt\n${note('begun')}` },
    { id: 'away', more: `executor = "command"\n${waits}` },
    { id: 'after', block: `test -e before.txt\n${commits('after.txt')}` },
  ]);
  writeChain(town, 'asks', [
    { id: 'before', block: commits('asked.txt') },
    { id: 'ship', block: commits('shipped.txt'), more: '[steps.gate]\ntype = "human"' },
  ]);
  const [id, asks] = [await slingOn('long'), await slingOn('asks')];
  const first = await suspended(id);
  await suspended(asks);
  const item = await town.read('work', id);
  expect(item).toMatchObject({ status: 'in_progress', failures: 0, hold: { name: first.name, dir: first.dir } });
  expect(item).not.toHaveProperty('needsYou');
  expect(item).not.toHaveProperty('want');
  expect(existsSync(first.dir)).toBe(true);
  expect((await town.does(['why', id])).out).toContain('away');
  const gate = `${(await stepsOf(town, asks)).mol.id}.gate-ship`;
  expect((await town.does(['why', asks])).out).toContain(`gate ${gate}`);
  // Both slots are others' meanwhile: two that run at the same time.
  const meets = (me: string, other: string) =>
    `touch '${town.gate(me)}'\nwhile [ ! -e '${town.gate(other)}' ]; do sleep 0.05; done\n${commits(`${me}.txt`)}`;
  const others = [await town.work('alpha', meets('left', 'right')), await town.work('alpha', meets('right', 'left'))];
  for (const other of others) await town.landed(other);
  town.open('long');
  await town.does(['gate', 'approve', gate]);
  expect(await town.landed(id)).toMatchObject({ runs: 2, failures: 0 });
  expect(await town.landed(asks)).toMatchObject({ runs: 2, failures: 0 });
  expect(await town.read('run', `${id}.r2`)).toMatchObject({ name: first.name, attempt: 1, deaths: 0 });
  expect((await stepsOf(town, id)).steps.map(({ key, closed }) => [key, closed?.outcome])).toEqual([
    ['before', 'done'],
    ['away', 'done'],
    ['after', 'done'],
  ]);
});

test('with --fresh each step has a session of its own, in one run', async () => {
  writeChain(town, 'short', [
    { id: 'one', block: `echo "one $GT_SESSION" >> '${town.gate('fresh')}'\n${commits('f1.txt')}` },
    { id: 'two', block: `echo "two $GT_SESSION" >> '${town.gate('fresh')}'\n${commits('f2.txt')}` },
    { id: 'three', block: `echo "three $GT_SESSION" >> '${town.gate('fresh')}'\n${commits('f3.txt')}` },
  ]);
  const id = await slingOn('short', ['--fresh']);
  expect(await town.landed(id)).toMatchObject({ runs: 1, failures: 0 });
  expect(await town.read('run', `${id}.r1`)).toMatchObject({ sessions: 3, deaths: 0 });
  const sessions = town.lines('fresh').map((line) => line.split(' '));
  expect(sessions.map(([step]) => step)).toEqual(['one', 'two', 'three']);
  expect(new Set(sessions.map(([, token]) => token)).size).toBe(3);
});

test('a worker that is killed, and one after it, leave each step closed once', async () => {
  // Five ends of a worker in a minute are a crash loop, which the supervisor waits out; the next test needs two.
  const keys = ['a', 'b'];
  writeChain(
    town,
    'killed',
    keys.map((key) => ({
      id: key,
      block: `echo ${key} >> '${town.gate('killed')}'\nwhile [ ! -e '${town.gate(`go-${key}`)}' ]; do sleep 0.05; done\n${commits(`k-${key}.txt`)}`,
    })),
  );
  const id = await slingOn('killed');
  for (const key of keys) {
    await town.until(`${key} runs`, async () => town.lines('killed').includes(key));
    const worker = await town.kill('worker');
    // Closed while nobody serves the town, or just after.
    town.open(`go-${key}`);
    await town.anotherWorker(worker);
  }
  expect(await town.landed(id)).toMatchObject({ runs: 1, failures: 0 });
  expect(await town.read('run', `${id}.r1`)).toMatchObject({ sessions: 1 });
  const { mol } = await stepsOf(town, id);
  const closes = (await town.events()).filter((one) => one.type === 'step.closed' && one.data['mol'] === mol.id);
  expect(closes.map(({ subject }) => subject.slice(mol.id.length + 1))).toEqual(keys);
  expect(town.lines('killed')).toEqual(keys);
});

test('work with open steps is not handed in, and a step without proof is not closed', async () => {
  writeChain(town, 'proof', [
    {
      id: 'empty',
      block: `"$GT_BIN" done 2> '${town.gate('done')}' && exit 8\n"$GT_BIN" mol step done 2> '${town.gate('nothing')}' && exit 9
"$GT_BIN" mol step done --commit "$(git rev-parse HEAD)" 2> '${town.gate('old')}' && exit 6
"$GT_BIN" mol step done --file /etc/passwd 2> '${town.gate('outside')}' && exit 5\n${note('seen')}`,
    },
    {
      id: 'checked',
      more: 'check = "test -e mended.txt"',
      block: `"$GT_BIN" mol step done --note x 2> '${town.gate('check')}' && exit 7\n${commits('mended.txt')}`,
    },
    // The last one is closed by handing in.
    { id: 'last', block: `${commits('last.txt')}\n"$GT_BIN" done` },
  ]);
  const id = await slingOn('proof');
  await town.landed(id);
  expect(town.lines('done').join('\n')).toContain('open steps: checked, last');
  expect(town.lines('nothing').join('\n')).toContain('no new commit since you took it');
  expect(town.lines('old').join('\n')).toContain('is on main already');
  expect(town.lines('outside').join('\n')).toContain('/etc/passwd lies outside of the town');
  expect(town.lines('check').join('\n')).toContain('test -e mended.txt');
  const { steps } = await stepsOf(town, id);
  expect(steps.map(({ evidence }) => Object.keys(evidence ?? {}))).toEqual([['note'], ['commit'], ['commit']]);
  expect(steps[2]?.evidence).toEqual({ commit: (await town.read('merge', `${id}.m1`))?.head });
});

test('whatever of the town dies, each step is closed once and the work goes on at the step in hand', async () => {
  const keys = ['r', 's', 't'];
  writeChain(
    town,
    'falls',
    keys.map((key) => ({
      id: key,
      block: `echo ${key} >> '${town.gate('falls')}'\nwhile [ ! -e '${town.gate(`on-${key}`)}' ]; do sleep 0.05; done\n${commits(`d-${key}.txt`)}`,
    })),
  );
  const id = await slingOn('falls');
  for (const [key, name] of [
    ['r', 'redis'],
    ['s', 'host'],
    ['t', 'redis'],
  ] as const) {
    await town.until(`${key} runs`, async () => town.lines('falls').includes(key));
    await town.kill(name);
    town.open(`on-${key}`);
  }
  expect(await town.landed(id, 120_000)).toMatchObject({ failures: 0 });
  const { steps } = await stepsOf(town, id);
  expect(steps.map(({ key, closed }) => [key, closed?.outcome])).toEqual(keys.map((key) => [key, 'done']));
  // A step whose terminal was lost is begun again; none after it is begun before it is closed.
  expect([...new Set(town.lines('falls'))]).toEqual(keys);
});

test('an item is not handed in while a gate holds back a step that nobody works', async () => {
  writeChain(town, 'agreed', [
    { id: 'build', block: commits('agreed.txt') },
    { id: 'tests', more: 'executor = "command"\nrun = "test -e agreed.txt"\nrepeatable = true' },
    { id: 'agreed', more: 'executor = "mark"\n[steps.gate]\ntype = "human"' },
  ]);
  const id = await slingOn('agreed');
  await town.until('its run is suspended', async () => (await town.read('run', `${id}.r1`))?.outcome === 'suspended');
  const { mol } = await stepsOf(town, id);
  expect(await town.read('work', id)).toMatchObject({ status: 'in_progress', failures: 0 });
  expect((await town.events()).filter(({ type, subject }) => type === 'work.handed_in' && subject === id)).toEqual([]);
  await town.does(['gate', 'approve', `${mol.id}.gate-agreed`]);
  expect(await town.landed(id)).toMatchObject({ failures: 0 });
});
