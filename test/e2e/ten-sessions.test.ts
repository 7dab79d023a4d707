import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { townLayout } from '#world/config/layout';
import { readIndex } from '#world/pty/recording/shelf';
import { stepsOf } from '../support/nine-steps.ts';
import { STEPS, TenSessions } from '../support/ten-sessions.ts';
import { HarmedTown } from '../support/trial.ts';

const SEED = Number(process.env['GT_SEED'] ?? 6);
let town: HarmedTown;
beforeAll(async () => {
  town = await HarmedTown.open({ operational: { done_grace: '1s', restart_backoff: { first: 0, base: 100, max: 1000 } } });
  town.settle({
    operational: { done_grace: '1s', restart_backoff: { first: 0, base: 100, max: 1000 } },
    agents: { claude: { command: TenSessions.program(town) } },
  });
  await town.rig('alpha', 'true');
}, 90_000);
afterAll(() => town?.close());

test(`ten sessions of one run, handed off, compacted and killed at random (seed ${SEED}): one item, one branch, each step closed once, and it lands`, async () => {
  const ten = new TenSessions(town, SEED);
  const id = await town.work('alpha', 'exit 9', { sling: false, agent: 'claude' });
  await town.does(['sling', id, '--on', 'six']);
  const run = async () => town.read('run', `${id}.r1`);
  for (const [at, { fate }] of ten.fates.entries()) {
    const n = at + 1;
    const session = `${id}.r1.s${n}`;
    if (fate !== 'noted' && fate !== 'unnoted') {
      await ten.waits(n);
      const now = await run();
      expect(now?.session?.id).toBe(session);
      if (fate === 'killed') process.kill(now?.session?.pid ?? 0, 'SIGKILL');
      else if (fate === 'host') await town.kill('host');
      else if (fate === 'person') await town.does(['handoff', `alpha/${now?.name}`, 'go on, afresh', '--warning', `mind ${n}`, '--now']);
      else if (fate === 'put-down') {
        await town.does(['kill', id]);
        await town.until('it is down', async () => (await run())?.session?.exit);
        expect((await town.does(['polecat', 'list'])).out).toContain('killed');
        await town.does(['wake', id]);
      } else if (fate === 'worker') {
        const worker = await town.kill('worker');
        ten.go(n);
        await town.anotherWorker(worker);
      } else ten.go(n);
    }
    await town.until(
      `${session} is over`,
      async () => {
        const now = await run();
        return now && (now.sessions > n || now.state === 'ended') ? true : undefined;
      },
      60_000,
    );
  }
  const work = await town.landed(id);
  expect(work).toMatchObject({ runs: 1, failures: 0 });
  const ended = await run();
  expect(ended).toMatchObject({ sessions: 10, outcome: 'submitted' });
  expect((await town.landings('alpha')).get(id)).toBe(1);

  const events = await town.events();
  const of = (type: string) => events.filter((one) => one.type === type && one.subject.startsWith(`${id}.`));
  // One at a time, all on one branch.
  const lives = events.filter(({ type, subject }) => subject === `${id}.r1` && /^session\.(started|exited)$/.test(type));
  expect(lives.map(({ type }) => type)).toEqual(
    Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? 'session.started' : 'session.exited')),
  );
  expect(of('run.granted')).toHaveLength(1);
  expect(new Set(of('merge.queued').map(({ subject }) => subject)).size).toBe(1);

  const { mol, steps } = await stepsOf(town, id);
  expect(mol).toMatchObject({ state: 'closed', closed: { outcome: 'done' } });
  const closes = events.filter((one) => one.type === 'step.closed' && one.data['mol'] === mol.id);
  expect(closes.map(({ subject }) => subject)).toEqual(steps.map((step) => step.id));
  for (const key of STEPS) expect(await town.show('alpha', `${key}.txt`)).toBe(key);

  const cycled = ten.fates.flatMap(({ fate }, at) =>
    ['own', 'worker', 'person', 'noted', 'unnoted'].includes(fate) ? [at + 1] : [],
  );
  expect(of('session.cycled').map(({ data }) => data['from'])).toEqual(cycled.map((n) => `${id}.r1.s${n}`));
  for (const n of cycled) {
    const prompt = readFileSync(join(town.dir, `ten-prompt-${n + 1}`), 'utf8');
    expect(prompt, String(n)).toMatch(new RegExp(`^\\[GAS TOWN\\].* handoff:${id}\\n`));
    const { fate } = ten.fates[n - 1] ?? {};
    const note =
      fate === 'person' ? `go on, afresh[\\s\\S]*mind ${n}` : fate === 'unnoted' ? 'gt wrote down what it saw' : `note of ${n}`;
    expect(prompt.slice(0, prompt.indexOf('Your work is')), fate).toMatch(new RegExp(note));
  }
  // What was not committed outlived whatever came over its session.
  ten.fates.forEach(({ fate }, at) => {
    if (fate !== 'noted' && fate !== 'unnoted') expect(existsSync(join(town.dir, `ten-ready-${at + 1}`))).toBe(true);
  });
  const layout = townLayout(town.root);
  for (let n = 1; n <= 10; n++) expect(await readIndex(layout.recording(`${id}.r1.s${n}`)), `recording ${n}`).toBeDefined();
}, 180_000);
