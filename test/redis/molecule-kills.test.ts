import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { GrowthOrder } from '../../src/trials/growth-worker.ts';
import { built } from '../support/built.ts';
import { cooked, type GrowthTown, growthTown } from '../support/growth.ts';
import { poured } from '../support/molecules.ts';
import { type PrivateRedis, privateRedis } from '../support/redis.ts';
import { runs } from '../support/runs.ts';
import { until } from '../support/until.ts';

let server: PrivateRedis;
let at: GrowthTown;
let program: string;
let worker: ChildProcess | undefined;
const faults: string[] = [];
beforeAll(async () => {
  server = await privateRedis();
  program = await built('src/trials/growth-worker.js');
}, 120_000);
afterAll(() => server.stop());
afterEach(async () => {
  if (worker) await kill(worker);
  worker = undefined;
  await at.end();
});

/** A worker in a process of its own; it serves when this resolves, unless it dies on the way. */
async function start(env: NodeJS.ProcessEnv = {}): Promise<ChildProcess> {
  const keys = /\{gt:(.*?)\}/.exec(at.op.books.keys.books)?.[1] ?? '';
  const order: GrowthOrder = { path: server.path, keys, root: at.root, id: at.id };
  const child = fork(program, [JSON.stringify(order)], { execArgv: [], env: { ...process.env, ...env } });
  child.on('message', (said: { fault?: string }) => said.fault && faults.push(said.fault));
  await Promise.race([once(child, 'message'), once(child, 'exit')]);
  worker = child;
  return child;
}

const isOver = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;
async function kill(child: ChildProcess): Promise<void> {
  if (isOver(child)) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

/** Each command notes in the ledger that it was there: a repeat or a hole shows. */
const step = (more: string) => `run = "echo $GT_STEP >> ledger${more}"`;
const GROWING = (more: string, safe: string) => `
formula = "growing"
[[steps]]
id = "first"
${step('')}${safe}
[[steps]]
id = "L"
needs = ["first"]
[steps.loop]
until = "step.output.n == 3"
max = 9
[[steps.loop.body]]
id = "x"
${step(`${more}; echo '{\\"n\\": '$(grep -c ^$GT_MOLECULE.L.iter ledger)'}'`)}${safe}
[[steps]]
id = "list"
needs = ["L"]
${step(`; echo '{\\"list\\": [1, 2, 3]}'`)}${safe}
[steps.on_complete]
for_each = "output.list"
bond = "item"
vars = { who = "{item}" }
parallel = true
[[steps]]
id = "last"
needs = ["list"]
${step('')}${safe}
`;
const ITEM = (more: string, safe: string) =>
  `
formula = "item"
[vars]
who = { required = true }
[[steps]]
id = "a{{who}}"
${step(more)}${safe}
[[steps]]
id = "b"
needs = ["a{{who}}"]
${step('')}${safe}
`.replaceAll('a{{who}}', 'a');

const effects = (mol: string) =>
  [
    ...['first', 'L.iter1.x', 'L.iter2.x', 'L.iter3.x', 'list', 'last'].map((key) => `${mol}.${key}`),
    ...[1, 2, 3].flatMap((n) => ['a', 'b'].map((key) => `${mol}.list.item${n}.${key}`)),
  ].sort();

const closed = async (mol: string) => (await at.op.books.read('molecule', mol))?.state === 'closed';

async function closedOnce(mol: string): Promise<void> {
  const events = await at.op.books.eventsBefore(undefined, 10_000);
  const ends = events
    .filter(({ type, subject }) => type === 'step.closed' && subject.startsWith(mol))
    .map(({ subject }) => subject);
  expect(new Set(ends).size).toBe(ends.length);
  expect(await at.op.books.index(`steps.failed:${mol}`)).toEqual([]);
}

const PLACES = ['pour', 'poured', 'command.noted', 'command.ended', 'round', 'item', 'commit 9', 'wake 15', 'add'];

test.each(PLACES)(
  'a worker killed at `%s` is followed by one that goes on there, and no command runs twice',
  async (place) => {
    // None of these may be repeated: whether each was begun, and how it ended, is known at all of these places.
    at = await growthTown(server.path, { formulas: { growing: GROWING('', ''), item: ITEM('', '') } });
    const order = join(at.root, 'order');
    writeFileSync(order, place);
    const first = await start({ GT_FAIL: `@${order}` });
    const mol = await poured(at, cooked(at, 'growing'));
    await until('it was killed, or has closed', async () => isOver(first) || (await closed(mol.id)), 60_000);
    // Places that nobody passes would prove nothing.
    if (place !== 'add') expect(existsSync(order)).toBe(false);
    if (isOver(first)) await start();
    await until('it has closed', () => closed(mol.id), 60_000);
    expect([...at.lines('ledger')].sort()).toEqual(effects(mol.id));
    await closedOnce(mol.id);
  },
  300_000,
);

test('a worker killed at any moment is followed by one that goes on, and each effect is there once', async () => {
  const safe = `\nrepeatable = true\ndone_if = "grep -qx $GT_STEP ledger"`;
  // What is killed between its effect and its end is asked; what gives something out writes it at last, so its effect and its output are one.
  const slow = '; sleep 0.02';
  at = await growthTown(server.path, {
    formulas: {
      growing: GROWING('', '\nrepeatable = true').replace(
        /echo \$GT_STEP >> ledger/g,
        'grep -qx $GT_STEP ledger || echo $GT_STEP >> ledger',
      ),
      item: ITEM(slow, safe),
    },
  });
  let kills = 0;
  // A worker that is quicker than this test sees is killed less often, and then again.
  for (let n = 0; n < runs(2) || (kills <= 10 && n < runs(10)); n++) {
    await start();
    const mol = await poured(at, cooked(at, 'growing'));
    while (!(await closed(mol.id))) {
      const due = at.lines('ledger').length + 1;
      await until('there is something new', async () => at.lines('ledger').length >= due || (await closed(mol.id)), 60_000);
      if (await closed(mol.id)) break;
      if (worker) await kill(worker);
      kills++;
      await start();
    }
    expect(
      at
        .lines('ledger')
        .filter((line) => line.startsWith(mol.id))
        .sort(),
    ).toEqual(effects(mol.id));
    await closedOnce(mol.id);
    if (worker) await kill(worker);
  }
  expect(kills).toBeGreaterThan(10);
}, 600_000);
