import type { AnyProcessor } from '#daemon/sleepers';
import { processors } from '#processors/index';
import type { World } from '#world/world';
import { benchMolecules } from './bench-molecules.ts';
import { median, plainRate, plainTrip } from './bench-plain.ts';
import { benchTimes } from './bench-times.ts';
import { type BenchTown, benchTown, ended, milestones, settle } from './bench-town.ts';
import { benchLoss } from './loss-host.ts';
import { benchSessions } from './sessions/bench-sessions.ts';

/**
 * What gt costs, as ratios to a floor measured in the same run: the town's whole step (wake, unseen set, books, commit, release) against one plain
 * BullMQ job; a hook command against an empty Node; a slung item against git's own worktree.
 */
const CHAIN = 1000;
const FAN = 2000;
const ROUNDS = 3;

type Say = (line: string) => void;
const ms = (value: number) => `${value.toFixed(2)} ms`;

/** Runs all benches. @returns whether every figure kept its bound; the times have aims, which a busy machine may miss */
export async function bench(say: Say): Promise<boolean> {
  const steps = await benchSteps(say);
  await benchMolecules(say);
  await benchTimes(say);
  const isWhole = await benchLoss(say);
  return (await benchSessions(say)) && steps && isWhole;
}

async function benchSteps(say: Say): Promise<boolean> {
  const town = await benchTown({ work: processors.work as AnyProcessor<World> });
  const chains: number[] = [];
  const fans: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const [trip, rate] = [await plainTrip(town, 500), await plainRate(town, FAN)];
    const chain = await released(town, CHAIN, `c${round}`, (i) => (i === 0 ? 'root' : String(i - 1)));
    const fan = await released(town, FAN, `f${round}`, () => 'root');
    const [step, perSecond] = [chain.ms / CHAIN, FAN / (fan.ms / 1000)];
    chains.push(step / trip);
    fans.push(perSecond / rate);
    say(
      `round ${round}: plain job ${ms(trip)}, chain step ${ms(step)} (${(step / trip).toFixed(2)} ×, ${(chain.commands / CHAIN).toFixed(0)} Redis commands)`,
    );
    say(
      `         plain ${rate.toFixed(0)} jobs/s, fan ${perSecond.toFixed(0)} steps/s (${(perSecond / rate).toFixed(2)} ×, ${(fan.commands / FAN).toFixed(0)} Redis commands)`,
    );
  }
  await town.end();
  const [chain, fan] = [median(chains), median(fans)];
  const ok = chain <= 3 && fan >= 0.3;
  say(
    `chain of ${CHAIN}: ${chain.toFixed(2)} × one plain job (bound 3) · fan of ${FAN}: ${fan.toFixed(2)} × plain throughput (bound 0.3) · concurrency ${town.concurrency}: ${ok ? 'kept' : 'NOT KEPT'}`,
  );
  return ok;
}

/** Milestones released by one close, until the last of them has closed. */
async function released(
  town: BenchTown,
  count: number,
  tag: string,
  on: (i: number) => string,
): Promise<{ ms: number; commands: number }> {
  const id = (i: string) => `bn-${tag}x${i}`;
  const ids = Array.from({ length: count }, (_, i) => id(String(i)));
  await milestones(town, ids, (i) => id(on(i)));
  await settled(town);
  const before = await commands(town);
  const done = ended(town, count);
  const start = performance.now();
  await settle(town, id('root'));
  await done;
  return { ms: performance.now() - start, commands: (await commands(town)) - before };
}

/** Waits until every job is parked: the measurement begins at rest. */
async function settled({ footing }: BenchTown): Promise<void> {
  const queue = footing.jobs.get('work');
  for (;;) {
    const { wait, active } = (await queue.getJobCounts('wait', 'active')) as { wait: number; active: number };
    if (wait + active === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function commands({ redis }: BenchTown): Promise<number> {
  return Number(/total_commands_processed:(\d+)/.exec(await redis.info('stats'))?.[1]);
}
