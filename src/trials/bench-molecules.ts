import { Redis } from 'ioredis';
import type { Proto } from '#core/formula/proto';
import { HOLD_MS } from '#core/limits';
import { closeStep } from '#core/molecule/life';
import { isRefusal } from '#core/refusals';
import type { AnyProcessor } from '#daemon/sleepers';
import { pour } from '#ops/pour';
import { type Answer, sleep } from '#processors/answer';
import { molecules } from '#processors/molecules';
import { steps } from '#processors/steps';
import { molStatus } from '#views/mol-status';
import { type StoredEvent, tail } from '#world/store/tail';
import type { World } from '#world/world';
import { median, plainFlow, plainRate, plainTrip } from './bench-plain.ts';
import { type BenchTown, benchTown } from './bench-town.ts';
import { planOf, planStep } from './plans.ts';
import { prose } from './prose.ts';

/**
 * What a molecule costs, as ratios to plain BullMQ in the same run: its pour against a flow of as many held children, its steps (each closed by its own
 * activation) against plain jobs; and the memory of a held step. A run is measured from the close of its hub, which all of it needs.
 */
const SIZES = [10, 100, 1000, 2000];
/** Short runs scatter more. */
const rounds = (size: number): number => (size < 1000 ? 9 : 3);
const TRIPS = 300;
const TEXT_BYTES = 500;
const AIMS = { chain: 3, diamond: 3, fan: 0.3, pour: 3, bytes: 3000 };

type Say = (line: string) => void;
type Shape = 'chain' | 'diamond' | 'fan';
type Run = { readonly pourMs: number; readonly runMs: number; readonly bytes: number };
type Bench = { readonly town: BenchTown; readonly ear: Ear };

/** What the step with this place needs; 0 is the hub. */
const NEEDS: { readonly [S in Shape]: (n: number) => number[] } = {
  chain: (n) => [n - 1],
  // One parts into two, which join into the next one.
  diamond: (n) => (n % 3 === 1 ? [n - 1] : n % 3 === 2 ? [n - 2] : [n - 2, n - 1]),
  fan: () => [0],
};

/** Measures all shapes and sizes. @returns whether each aim was kept; the times among them depend on the machine */
export async function benchMolecules(say: Say): Promise<boolean> {
  const town = await benchTown({ steps: stepOrHub, molecules: molecules as AnyProcessor<World> });
  const ear = listen(town);
  try {
    await run({ town, ear }, 'fan', 200); // queues, scripts and the code itself are warm from here on
    let kept = true;
    for (const size of SIZES) kept = (await benchSize({ town, ear }, size, say)) && kept;
    return kept;
  } finally {
    ear.close();
    await town.end();
  }
}

async function benchSize(bench: Bench, size: number, say: Say): Promise<boolean> {
  const { town } = bench;
  const of: Record<'chain' | 'diamond' | 'fan' | 'pour' | 'bytes' | 'trip' | 'flow' | 'rate', number[]> = {
    chain: [],
    diamond: [],
    fan: [],
    pour: [],
    bytes: [],
    trip: [],
    flow: [],
    rate: [],
  };
  for (let round = 1; round <= rounds(size); round++) {
    const [trip, rate, flow] = [await plainTrip(town, TRIPS), await plainRate(town, size), await plainFlow(town, size)];
    const [chain, diamond, fan] = [
      await run(bench, 'chain', size),
      await run(bench, 'diamond', size),
      await run(bench, 'fan', size),
    ];
    of.trip.push(trip);
    of.rate.push(rate);
    of.flow.push(flow);
    of.chain.push(chain.runMs / size / trip);
    of.diamond.push(diamond.runMs / size / trip);
    of.fan.push(size / (fan.runMs / 1000) / rate);
    of.pour.push(fan.pourMs / flow);
    of.bytes.push(chain.bytes);
  }
  const [chain, diamond, fan, poured, bytes] = [of.chain, of.diamond, of.fan, of.pour, of.bytes].map(median) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const pourCounts = size === 1000;
  const memoryCounts = size >= 1000; // in a small one the molecule itself weighs more than its steps
  const kept =
    chain <= AIMS.chain &&
    diamond <= AIMS.diamond &&
    fan >= AIMS.fan &&
    !(pourCounts && poured > AIMS.pour) &&
    !(memoryCounts && bytes > AIMS.bytes);
  const floor = `plain job ${median(of.trip).toFixed(2)} ms, ${median(of.rate).toFixed(0)} jobs/s, flow ${median(of.flow).toFixed(0)} ms`;
  say(
    `molecule of ${size}: chain ${chain.toFixed(2)} × one plain job a step (aim ${AIMS.chain}), diamond ${diamond.toFixed(2)} × (aim ${AIMS.diamond}), fan ${fan.toFixed(2)} × plain throughput (aim ${AIMS.fan})`,
  );
  say(
    `         pour ${poured.toFixed(2)} × a flow of as many${pourCounts ? ` (aim ${AIMS.pour})` : ''}, ${bytes.toFixed(0)} B a held step${memoryCounts ? ` (aim ${AIMS.bytes})` : ''} · ${floor}: aims ${kept ? 'KEPT' : 'NOT KEPT'}`,
  );
  return kept;
}

/** Pours a molecule of `size` marks behind a hub, closes the hub, and waits until the last of them has ended. */
async function run({ town, ear }: Bench, shape: Shape, size: number): Promise<Run> {
  const { desk } = town.footing;
  const before = await bytesUsed(town.redis);
  const plan = shaped(shape, size);
  const start = performance.now();
  const mol = await pour(desk, { plan, prefix: 'bn', rig: '', phase: 'liquid' });
  if (isRefusal(mol)) throw new Error(mol.refused);
  await ear.poured(mol.id);
  const pourMs = performance.now() - start;
  // What the event tells could be seen before it.
  const shown = (await molStatus(desk.books, mol.id))?.steps ?? [];
  if (shown.length !== size + 1 || shown.at(-1)?.key !== `n${size}`) throw new Error(`${shown.length} steps are shown`);
  await atRest(town);
  const bytes = ((await bytesUsed(town.redis)) - before) / size;
  const all = ear.ended(mol.id, size);
  const begun = performance.now();
  const closed = await desk.change(async (reading) => {
    const hub = await reading.get('step', `${mol.id}.n0`);
    if (!hub) throw new Error('no hub');
    return closeStep(hub, undefined, { outcome: 'done', reason: 'begin' }, desk.clock.now());
  });
  if (isRefusal(closed)) throw new Error(closed.refused);
  await all;
  const runMs = performance.now() - begun;
  return { pourMs, runMs, bytes };
}

/** The hub is nobody's: it is parked until the bench closes it. Everything else is the shipped processor's. */
async function stepOrHub(turn: Parameters<AnyProcessor<World>>[0], world: World): Promise<Answer> {
  const { doc } = turn as unknown as Parameters<typeof steps>[0];
  if (doc?.key === 'n0' && doc.status === 'open') return sleep(world.desk.clock.now() + HOLD_MS, 'the start of a measurement');
  return steps(turn as unknown as Parameters<typeof steps>[0], world);
}

function shaped(shape: Shape, size: number): Proto {
  return planOf(
    Array.from({ length: size + 1 }, (_, n) =>
      planStep(`n${n}`, n === 0 ? [] : NEEDS[shape](n).map((need) => `n${need}`), {
        title: `Step ${n} of the bench`,
        description: prose(n, TEXT_BYTES),
        exec: { executor: n === 0 ? 'agent' : 'mark' },
      }),
    ),
  );
}

/** Hears what happens in the town. */
type Ear = ReturnType<typeof listen>;

function listen({ path, footing, sleepers }: BenchTown) {
  const redis = new Redis({ path, maxRetriesPerRequest: null });
  const over = new AbortController();
  const whole = new Set<string>();
  let hear = () => {};
  const told = ({ type, subject }: StoredEvent) => {
    if (type === 'molecule.poured') whole.add(subject);
    hear();
  };
  const following = tail(redis, footing.desk.books.keys, told, over.signal, '0-0');
  let [prefix, left, all] = ['', 0, () => {}];
  sleepers.onEnded((id) => {
    if (!id.startsWith(`${prefix}.n`) || id === `${prefix}.n0@1`) return;
    left--;
    if (left === 0) all();
  });
  return {
    /** Resolves when the molecule's pour is whole. */
    poured: (mol: string) =>
      new Promise<void>((resolve) => {
        hear = () => whole.delete(mol) && resolve();
        hear();
      }),
    /** Resolves when so many of its steps have ended, the hub not among them. */
    ended: (mol: string, count: number) =>
      new Promise<void>((resolve) => {
        [prefix, left, all] = [mol, count, resolve];
      }),
    close: async () => {
      over.abort();
      await following;
    },
  };
}

/** Waits until no step is awake: the measurement begins at rest. */
async function atRest({ footing }: BenchTown): Promise<void> {
  const queue = footing.jobs.get('steps');
  for (;;) {
    const { wait, active } = (await queue.getJobCounts('wait', 'active')) as { wait: number; active: number };
    if (wait + active === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** What the data takes: without the buffers of connections and of the log of commands. */
async function bytesUsed(redis: Redis): Promise<number> {
  const info = await redis.info('memory');
  const of = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
  return of('used_memory') - of('mem_clients_normal') - of('mem_aof_buffer');
}
