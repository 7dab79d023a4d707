import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ProtoStep } from '#core/formula/proto';
import type { Sleepers } from '../../src/daemon/sleepers.ts';
import { type GrowthTown, growthTown } from '../support/growth.ts';
import { planOf, planStep, poured } from '../support/molecules.ts';
import { type PrivateRedis, privateRedis } from '../support/redis.ts';
import { LONG } from '../support/runs.ts';
import { until } from '../support/until.ts';

let server: PrivateRedis;
let at: GrowthTown;
let worker: Sleepers | undefined;
beforeAll(async () => {
  server = await privateRedis();
});
afterAll(() => server.stop());

/** A graph: of each step what it needs among those before it, whether it is a command, and the epic it lies in. */
type Graph = ReadonlyArray<{ readonly needs: readonly number[]; readonly command: boolean; readonly epic: number | undefined }>;

const EPICS = 3;
const graphs = (most: number, commands: number): fc.Arbitrary<Graph> =>
  fc
    .array(
      fc.record({
        needs: fc.array(fc.nat(), { maxLength: 4 }),
        command: fc.noBias(fc.nat(most - 1)),
        epic: fc.nat(3 * EPICS),
      }),
      {
        minLength: Math.floor(most / 2),
        maxLength: most,
      },
    )
    .map((list) =>
      list.map(({ needs, command, epic }, i) => ({
        needs: i === 0 ? [] : [...new Set(needs.map((need) => need % i))],
        command: command < commands,
        epic: epic < EPICS ? epic : undefined,
      })),
    );

/** Every step once in the ledger, however often it is tried: what asks whether it is done reads it. */
const LEDGER = 'echo "$GT_STEP_KEY" >> ledger';
const DONE = 'grep -qx "$GT_STEP_KEY" ledger';

/** Epic `e` holds what lies in it; epic k + 1 needs epic k, so that containers hold their children back. Only then may a step of k + 1 need one of k. */
function planFor(graph: Graph): { steps: ProtoStep[]; needs: Map<string, string[]> } {
  const epicOf = (i: number) => graph[i]?.epic;
  const id = (i: number) => (epicOf(i) === undefined ? `s${i}` : `e${epicOf(i)}.s${i}`);
  const legal = (i: number, need: number) => {
    const [own, other] = [epicOf(i), epicOf(need)];
    return own === other || (own === undefined ? false : other !== undefined && other < own);
  };
  const needs = new Map<string, string[]>();
  const steps = graph.map((node, i) => {
    const own = node.needs.filter((need) => legal(i, need)).map(id);
    needs.set(
      `s${i}`,
      own.map((one) => one.replace(/^e\d+\./, '')),
    );
    const step = planStep(
      id(i),
      own,
      node.command ? { exec: { executor: 'command', run: LEDGER, done_if: DONE, repeatable: true } } : {},
    );
    return { ...step, step: `s${i}`, parent: node.epic === undefined ? 'f' : `f.e${node.epic}` };
  });
  const epics = Array.from({ length: EPICS }, (_, e) =>
    planStep(`e${e}`, e === 0 ? [] : [`e${e - 1}`], { type: steps.some(({ parent }) => parent === `f.e${e}`) ? 'epic' : 'task' }),
  );
  return { steps: [...epics, ...steps], needs };
}

async function holds(graph: Graph, stops: number): Promise<void> {
  at = await growthTown(server.path, { limit: 4 });
  worker = await at.begin();
  const { steps, needs } = planFor(graph);
  const mol = await poured(at, planOf(steps));
  for (let n = 1; n <= stops; n++) {
    const due = Math.floor((n * steps.length) / (stops + 1));
    await until('some have closed', async () => (await at.op.books.count(`steps.closed:${mol.id}`)) >= due);
    await worker.stop(10_000);
    worker = await at.begin();
  }
  await until('it has closed', async () => (await at.op.books.read('molecule', mol.id))?.state === 'closed', 120_000);
  const events = (await at.op.books.eventsBefore(undefined, 100_000)).reverse();
  const closed = events.filter(({ type }) => type === 'step.closed').map(({ subject }) => subject);
  expect([...closed].sort()).toEqual(steps.map(({ id }) => id.replace(/^f/, mol.id)).sort());
  const place = new Map(closed.map((id, i) => [id.split('.').at(-1) ?? '', i]));
  for (const [key, list] of needs)
    for (const need of list) expect(place.get(need), `${need} before ${key}`).toBeLessThan(place.get(key) ?? -1);
  for (let e = 1; e < EPICS; e++)
    for (const { parent, step } of steps)
      if (parent === `f.e${e}`) expect(place.get(`e${e - 1}`)).toBeLessThan(place.get(step) ?? -1);
  const ledger = at.lines('ledger');
  expect([...ledger].sort()).toEqual(graph.flatMap(({ command }, i) => (command ? [`s${i}`] : [])).sort());
  const written = new Map(ledger.map((key, i) => [key, i]));
  for (const [key, list] of needs)
    for (const need of list)
      if (written.has(key) && written.has(need)) expect(written.get(need)).toBeLessThan(written.get(key) ?? -1);
  expect(at.faults).toEqual([]);
}

const each = (graph: fc.Arbitrary<Graph>, stops: number, numRuns: number) =>
  fc.assert(
    fc.asyncProperty(graph, async (one) => {
      try {
        await holds(one, stops);
      } finally {
        await worker?.stop(10_000);
        worker = undefined;
        await at.end();
      }
    }),
    { numRuns, endOnFailure: true },
  );

test('in any graph each step closes once, after what it needs and what its containers need', async () => {
  await each(graphs(LONG ? 2000 : 300, 20), 0, LONG ? 20 : 3);
}, 600_000);

test('that holds too when the worker goes and comes while they run, and no command has its effect twice', async () => {
  await each(graphs(40, 20), 3, LONG ? 30 : 3);
}, 600_000);
