import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stepsOf } from '../support/nine-steps.ts';
import { type Fate, STEPS, TenSessions } from '../support/ten-sessions.ts';
import { HarmedTown } from '../support/trial.ts';

const SEED = Number(process.env['GT_SEED'] ?? 6);
let town: HarmedTown;
beforeAll(async () => {
  // who is put down keeps its slot until it is woken, however long that takes
  const operational = { done_grace: '1s', restart_backoff: { first: 0, base: 100, max: 1000 }, suspend_after: '1h' };
  town = await HarmedTown.open({ operational });
  town.settle({
    operational,
    agents: { claude: { command: TenSessions.program(town) } },
  });
  await town.rig('alpha', 'true');
});
afterAll(() => town?.close());

const CYCLES: readonly Fate[] = ['own', 'worker', 'person', 'noted', 'unnoted'];

/** What comes over the nth session while it waits. */
async function befalls(ten: TenSessions, fate: Fate, id: string, n: number): Promise<void> {
  await ten.waits(n);
  const now = await town.read('run', `${id}.r1`);
  expect(now?.session?.id).toBe(`${id}.r1.s${n}`);
  if (fate === 'killed') process.kill(now?.session?.pid ?? 0, 'SIGKILL');
  else if (fate === 'host') {
    // A host takes what it has not written with it: up to one batch of its recorder.
    await town.until(
      `the recording of session ${n} has begun`,
      async () => (await town.gt(['session', 'export', `${id}.r1.s${n}`])).out.includes(`session ${n} begins`) || undefined,
    );
    await town.kill('host');
  } else if (fate === 'person')
    await town.does(['handoff', `alpha/${now?.name}`, 'go on, afresh', '--warning', `mind ${n}`, '--now']);
  else if (fate === 'put-down') {
    await town.does(['kill', id]);
    await town.until('it is down', async () => (await town.read('run', `${id}.r1`))?.session?.exit);
    expect((await town.does(['polecat', 'list'])).out).toContain('killed');
    await town.does(['wake', id]);
  } else if (fate === 'worker') {
    const worker = await town.kill('worker');
    ten.go(n);
    await town.anotherWorker(worker);
  } else ten.go(n);
}

/** The session after the nth, which was handed off, is told the note before all else. */
function readsItsNote(ten: TenSessions, n: number): void {
  const prompt = readFileSync(join(town.dir, `ten-prompt-${n + 1}`), 'utf8');
  expect(prompt, String(n)).toMatch(/^\[GAS TOWN\].* handoff:\S+\n/);
  const { fate } = ten.fates[n - 1] ?? {};
  const ofGt = fate === 'unnoted' ? 'gt wrote down what it saw' : `note of ${n}`;
  const note = fate === 'person' ? `go on, afresh[\\s\\S]*mind ${n}` : ofGt;
  expect(prompt.slice(0, prompt.indexOf('Your work is')), fate).toMatch(new RegExp(note));
}

test(`ten sessions of one run, handed off, compacted and killed at random (seed ${SEED}): one item, one branch, each step closed once, and it lands`, async () => {
  const ten = new TenSessions(town, SEED);
  const id = await town.work('alpha', 'exit 9', { sling: false, agent: 'claude' });
  await town.does(['sling', id, '--on', 'six']);
  const run = async () => town.read('run', `${id}.r1`);
  for (const [at, { fate }] of ten.fates.entries()) {
    const n = at + 1;
    if (fate !== 'noted' && fate !== 'unnoted') await befalls(ten, fate, id, n);
    await town.until(`session ${n} is over`, async () => ((await run())?.sessions ?? 0) > n || undefined);
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

  const cycled = ten.fates.flatMap(({ fate }, at) => (CYCLES.includes(fate) ? [at + 1] : []));
  expect(of('session.cycled').map(({ data }) => data['from'])).toEqual(cycled.map((n) => `${id}.r1.s${n}`));
  for (const n of cycled) readsItsNote(ten, n);
  // What was not committed outlived whatever came over its session.
  for (const [at, { fate }] of ten.fates.entries())
    if (fate !== 'noted' && fate !== 'unnoted') expect(await town.show('alpha', `half-${at + 1}.txt`)).toBe(`half of ${at + 1}`);
  for (const [at, { fate }] of ten.fates.entries()) await playsToItsEnd(town, `${id}.r1.s${at + 1}`, fate);
});

/**
 * The recording of a session plays from its first line to its last, in its order. Only of one whose host was killed while it wrote may the last line be cut,
 * which is said.
 */
async function playsToItsEnd(town: HarmedTown, session: string, fate: Fate): Promise<void> {
  const { exit, out, err } = await town.gt(['session', 'export', session]);
  expect(fate === 'host' ? [0, 1] : [0], `${session} (${fate}): ${err}`).toContain(exit);
  const [head = '', ...lines] = out.trimEnd().split('\n');
  expect(JSON.parse(head)).toMatchObject({ version: 2 });
  const events = lines.map((line) => JSON.parse(line) as [number, string, string]);
  const times = events.map(([at]) => at);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  // The program that plays a compaction says nothing of its own at its start.
  if (fate === 'noted' || fate === 'unnoted') return;
  expect(events.map(([, , text]) => text).join(''), session).toContain(`session ${session.split('.s')[1]} begins`);
}
