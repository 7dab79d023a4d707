import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serveBoard } from '#dashboard/board';
import { TrialTown } from '../../src/trials/trial-town.ts';

/** Bull Board: every queue with its real jobs, in a person's words; nothing can be changed there, and no other site can read it. */
let town: TrialTown;
let board: string;
let id: string;

beforeAll(async () => {
  town = new TrialTown();
  await town.gt(['install', town.root]);
  writeFileSync(join(town.root, 'settings/config.json'), JSON.stringify({ agent: 'shell', dashboard: { port: 0 } }));
  expect((await town.gt(['up'])).exit).toBe(0);
  await town.gt(['rig', 'add', 'alpha', '--path', await town.repository('alpha', { a: 'a\n' })]);
  ({ id } = await town.ask<{ id: string }>([
    'work',
    'create',
    'Paint the board',
    '--rig',
    'alpha',
    '-d',
    '```sh\nwhile [ ! -e "$GT_ROOT/gate" ]; do sleep 0.1; done\nfalse\n```',
  ]));
  await town.gt(['sling', id]);
  await town.event('session.acked');
  board = readFileSync(join(town.root, '.runtime/board.url'), 'utf8').trim();
});

afterAll(async () => {
  expect((await town.end()).exit).toBe(0);
});

type Page = { queues: Array<{ name: string; jobs: Array<{ id: string; name: string; progress: unknown }> }> };
const page = async (queue: string, status: string) => {
  const reply = await fetch(`${board}/api/queues?activeQueue=${queue}&status=${status}&page=1`);
  const { queues } = (await reply.json()) as Page;
  return queues.find((one) => one.name === queue)?.jobs ?? [];
};

/** What the board shows of a queue in a state, as soon as one of it says so: a job that looks at news of its record is active for that moment. */
const shown = (queue: string, status: string, says: RegExp) =>
  town.until(`${queue} ${status}: ${says}`, async () => {
    const jobs = await page(queue, status);
    return jobs.some(({ name, progress }) => says.test(`${name}: ${progress}`)) && jobs;
  });

test('an item that a polecat has waits for its run, and both say so in words', async () => {
  const [run] = await shown('polecats', 'active', / works on /);
  expect(run?.name).toMatch(new RegExp(`^\\w+ works on ${id} \\(alpha, attempt 1\\)$`));
  const [item] = await shown('work', 'waiting-children', /has it$/);
  expect(item).toMatchObject({ id: `${id}@1`, name: `${id} Paint the board` });
});

test('the board shows the flow from the item to its run', async () => {
  const reply = await fetch(`${board}/api/queues/work/${encodeURIComponent(`${id}@1`)}/flow`);
  expect(JSON.stringify(await reply.json())).toContain(`${id}.r1`);
});

test('the board shows a molecule as the parent of its steps, held ones with what they wait for, and a leg down to its run', async () => {
  const leg = `executor = "polecat"\ndescription = '''\n\`\`\`sh\nwhile [ ! -e "$GT_ROOT/gate" ]; do sleep 0.1; done\n\`\`\`\n'''\n`;
  const steps = `[[steps]]\nid = "look"\ntitle = "Look at it"\n${leg}[[steps]]\nid = "tell"\ntitle = "Tell"\nneeds = ["look"]\n${leg}`;
  mkdirSync(join(town.root, '.beads/formulas'), { recursive: true });
  writeFileSync(join(town.root, '.beads/formulas/shown.formula.toml'), `formula = "shown"\n${steps}`);
  const { molecule: mol } = await town.ask<{ molecule: string }>(['formula', 'run', 'shown', '--rig', 'alpha']);
  const { work } = await town.until('the leg is slung', async () => {
    const step = await town.read('step', `${mol}.look`);
    return step?.work ? { work: step.work } : undefined;
  });
  await town.until('its run has begun', async () => (await town.read('run', `${work}.r1`))?.session?.ackedAt);
  expect(await shown('molecules', 'waiting-children', /at work/)).toMatchObject([
    { id: `${mol}@1`, name: `${mol} shown`, progress: `its steps are at work: gt mol status ${mol}` },
  ]);
  expect(await shown('steps', 'waiting-children', /does it/)).toMatchObject([
    { name: 'look: Look at it', progress: `${work} does it` },
  ]);
  expect(await shown('steps', 'delayed', /^tell/)).toMatchObject([{ name: 'tell: Tell (after look)' }]);
  expect(await page('gates', 'delayed')).toEqual([]);
  const reply = await fetch(`${board}/api/queues/molecules/${encodeURIComponent(`${mol}@1`)}/flow`);
  const flow = JSON.stringify(await reply.json());
  for (const id of [`${mol}.look@1`, `${mol}.tell@1`, `${work}@1`, `${work}.r1`]) expect(flow).toContain(id);
});

test('a port that is taken, as by the board of another town, costs a board its number only', async () => {
  const taken = Number(new URL(board).port);
  const other = await serveBoard([], taken);
  try {
    expect(Number(new URL(other.url).port)).not.toBe(taken);
    expect((await fetch(other.url)).status).toBe(200);
  } finally {
    await other.close();
  }
});

test('nothing can be changed on the board', async () => {
  const reply = await fetch(`${board}/api/queues/work/${encodeURIComponent(`${id}@1`)}/promote`, { method: 'PUT' });
  expect(reply.status).toBe(405);
});

test('a page of another site cannot read the board by a name of its own', async () => {
  const status = await new Promise((resolve) => {
    const { port } = new URL(board);
    request({ host: '127.0.0.1', port, path: '/queues/api/queues', headers: { host: 'evil.example' } }, (reply) =>
      resolve(reply.statusCode),
    ).end();
  });
  expect(status).toBe(403);
});
