import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { HOLD_MS } from '#core/limits';
import type { Run, Work } from '#core/records';
import { systemDefaults } from '#core/settings';
import { wantPlace } from '#core/standing-work';
import type { Turn } from '#processors/answer';
import { dispatch } from '#processors/dispatch';
import { lineOf, programOf } from '#processors/dispatch-line';
import type { Rig, World } from '#world/world';
import { type TestDesk, testDesk } from '../support/desk.ts';
import { item } from '../support/records.ts';
import { type PrivateRedis, privateRedis } from '../support/redis.ts';
import { runs } from '../support/runs.ts';

let redis: PrivateRedis;
let desk: TestDesk;
beforeAll(async () => {
  redis = await privateRedis();
});
afterAll(() => redis.stop());
beforeEach(async () => {
  desk = await testDesk(redis.path);
});
afterEach(() => desk.close());

type Limits = {
  town?: number;
  rig?: number;
  programs?: Record<string, number>;
  workers?: Record<string, string>;
  delays?: Record<string, number>;
};

/** A town with two rigs, as far as slots go. */
function townOf({ town = 10, rig: most = 10, programs = {}, workers = {}, delays = {} }: Limits) {
  const settings = { ...systemDefaults({ freeMemoryBytes: 8e9, cores: 4 }), agent: 'shell', max_polecats: most };
  const asked = { git: 0 };
  const rig = (name: string): Rig => {
    const layout = {
      polecatsFolder: `/town/${name}/polecats`,
      polecat: (one: string) => `/town/${name}/polecats/${one}/${name}`,
    };
    return {
      name,
      repo: `${name}.git`,
      layout,
      settings: { ...settings, worker_agents: workers, worker_spawn_delay: delays[name] ?? 0 },
    } as unknown as Rig;
  };
  const git = {
    worktrees: async () => {
      asked.git++;
      return [];
    },
  };
  const own = { ...settings, max_polecats: town, max_sessions_per_agent: programs };
  return { world: { desk, settings: () => own, rigs: () => ['shop', 'mill'], rig, git } as unknown as World, asked, rig };
}

const look = (world: World) => dispatch({ member: 'dispatch/town@1' } as unknown as Turn<'dispatch'>, world);
const waiting = (id: string, more: Partial<Work> = {}): Work =>
  item(id, { rig: 'shop', status: 'hooked', want: { since: 1, rework: false }, ...more });
const put = (docs: readonly Work[]) =>
  desk.change(async (reading) => {
    await Promise.all(docs.map(({ id }) => reading.get('work', id)));
    return { put: docs.map((doc) => ({ noun: 'work' as const, doc })), answer: undefined };
  });
const many = (from: number, count: number) =>
  put(Array.from({ length: count }, (_, i) => waiting(`gp-${from + i}x`, { want: { since: from + i, rework: false } })));

test('a look at the line costs the same whether ten or a thousand wait for a program that is full, and asks git nothing', async () => {
  const { world, asked } = townOf({ programs: { shell: 2 } });
  await many(0, 12);
  await look(world);
  expect([await desk.books.count('runs.live'), await desk.books.count('want'), asked.git]).toEqual([2, 10, 1]);
  desk.calls();
  await look(world);
  const few = desk.calls();
  await many(12, 1000);
  desk.calls();
  await look(world);
  expect(desk.calls()).toEqual(few);
  expect([await desk.books.count('want'), asked.git]).toEqual([1010, 1]);
  // Whoever asks for another program is not held up, and who comes first of those goes first.
  await put([5, 4, 3].map((n) => waiting(`gp-c${n}`, { agent: 'codex', want: { since: 1e6 + n, rework: false } })));
  await look({ ...world, settings: () => ({ ...world.settings(), max_polecats: 4 }) });
  expect((await desk.books.index('using:codex')).sort()).toEqual(['gp-c3.r1', 'gp-c4.r1']);
});

/** Who gets a slot when the whole line is looked at, one after another. */
function oneByOne(line: readonly Work[], { town = 10, rig: most = 10, programs = {} }: Limits, rig: (name: string) => Rig) {
  const [perRig, perProgram, chosen] = [new Map<string, number>(), new Map<string, number>(), [] as string[]];
  for (const doc of [...line].sort((a, b) => wantPlace(a) - wantPlace(b) || (a.id < b.id ? -1 : 1))) {
    const { agent, manual } = programOf(doc, doc.hold?.name, rig(doc.rig));
    const [here, using] = [perRig.get(doc.rig) ?? 0, perProgram.get(agent) ?? 0];
    if (chosen.length >= town || here >= most || (!manual && using >= (programs[agent] ?? 99))) continue;
    perRig.set(doc.rig, here + 1);
    perProgram.set(agent, using + 1);
    chosen.push(doc.id);
  }
  return chosen.sort();
}

test('slots go to the same items, in the same order, as if the whole line had been looked at', async () => {
  const agent = fc.constantFrom(undefined, 'codex', 'pi');
  const wish = fc.record({
    rig: fc.constantFrom('shop', 'mill', 'gone'),
    agent,
    molAgent: agent,
    priority: fc.nat(2),
    rework: fc.boolean(),
    since: fc.nat(20),
    held: fc.constantFrom(undefined, 'ace'),
  });
  const limit = fc.nat({ max: 4 });
  const limits = fc.record({
    town: limit,
    rig: limit,
    programs: fc.record({ shell: limit, codex: limit, pi: limit }, { requiredKeys: [] }),
    workers: fc.constantFrom({}, { ace: 'pi' }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(wish, { maxLength: 14 }), limits, async (wishes, given) => {
      desk.close();
      desk = await testDesk(redis.path);
      const { world, rig } = townOf(given);
      const line = wishes.map(({ rig: where, rework, since, held, priority, ...asks }, i) =>
        waiting(`gp-${i}`, {
          ...{ rig: where, priority, want: { since, rework } },
          ...(asks.agent ? { agent: asks.agent } : {}),
          ...(asks.molAgent ? { molAgent: asks.molAgent } : {}),
          ...(held ? { hold: { name: held, dir: `/town/${where}/polecats/${held}/${where}` } } : {}),
        }),
      );
      await put(line);
      await look(world);
      const known = line.filter((doc) => doc.rig !== 'gone');
      const got = await desk.books.readMany('run', await desk.books.index('runs.live'));
      expect(got.map(({ work }) => work).sort()).toEqual(oneByOne(known, given, rig));
    }),
    { numRuns: runs(40) },
  );
});

test('items that ask for programs with names like each other are all found', async () => {
  const asked = ['claude', 'claude x', 'claude~', 'claude-2', '%41'];
  await put([waiting('gp-none'), ...asked.map((agent, i) => waiting(`gp-${i}`, { agent }))]);
  const { kinds } = await lineOf(desk.books);
  expect(new Set(kinds.map((kind) => kind.asked))).toEqual(new Set(['', ...asked]));
});

/** A look at a time (ms). @returns who got a slot by then, and how long the job sleeps */
async function lookAt(at: number, world: World) {
  const before = await desk.books.index('runs.live');
  const answer = await look({ ...world, desk: { ...desk, clock: { now: () => at } } });
  if (answer.do !== 'sleep') throw new Error(answer.do);
  const began = (await desk.books.index('runs.live')).filter((id) => !before.includes(id)).sort();
  return { began, sleeps: answer.until - at };
}

test('a rig starts one agent, then none for as long as its worker_spawn_delay says, whatever has ended since; others are not held up', async () => {
  const { world } = townOf({ delays: { shop: 5000 } });
  await many(0, 3);
  await put(['a', 'b'].map((id) => waiting(`ml-${id}`, { rig: 'mill' })));
  expect(await lookAt(10_000, world)).toEqual({ began: ['gp-0x.r1', 'ml-a.r1', 'ml-b.r1'], sleeps: 5000 });
  expect(await lookAt(12_000, world)).toEqual({ began: [], sleeps: 3000 });
  // Its polecat is over and its slot free: that it was begun counts on.
  await desk.change(async (reading) => {
    const run = (await reading.get('run', 'gp-0x.r1')) as Run;
    return { put: [{ noun: 'run', doc: { ...run, state: 'ended' } }], answer: undefined };
  });
  expect(await lookAt(14_999, world)).toEqual({ began: [], sleeps: 1 });
  expect(await lookAt(15_000, world)).toEqual({ began: ['gp-1x.r1'], sleeps: 5000 });
  // Settings that are edited, and a clock that is set back, hold nobody up.
  expect((await lookAt(15_001, townOf({ delays: { shop: 1 } }).world)).began).toEqual(['gp-2x.r1']);
  await many(3, 2);
  expect((await lookAt(500, world)).began).toEqual(['gp-3x.r1']);
});

test('without a worker_spawn_delay all that may begin do so at once, and the job sleeps until it is woken', async () => {
  await many(0, 3);
  const { began, sleeps } = await lookAt(10_000, townOf({}).world);
  expect([began.length, sleeps]).toEqual([3, HOLD_MS]);
});
