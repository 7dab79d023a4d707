import { join } from 'node:path';
import type { Molecule } from '#core/records';
import { replay } from './hanoi-ledger.ts';
import { HanoiTown } from './hanoi-town.ts';
import { type Draw, drawn, upTo } from './seeded.ts';

/**
 * Towers of Hanoi in a real town, whose worker is killed again and again at a seeded moment after its first close, and then Redis. Each move is a step, done by
 * a command that writes it to a ledger outside; the ledger must replay to the solved tower, and each step must have closed once.
 */
export type HanoiPlan = { readonly discs: number; readonly kills: number; readonly redis: number; readonly seed: number };
const FULL_HANOI: Omit<HanoiPlan, 'seed'> = { discs: 10, kills: 50, redis: 10 };

/** A kill comes so many ms after the first close, at most. */
const MOMENT_MS = 100;

type Say = (line: string) => void;
type Tally = { runs: number; kills: number; late: number; readonly moments: number[]; readonly faults: string[] };

/** The plan that the words of a command line make; `now` is the seed unless they say another. */
export function readHanoiPlan(words: readonly string[], now: number): HanoiPlan {
  const plan: Record<string, number> = { ...FULL_HANOI, seed: now };
  for (const word of words) {
    const [, name = '', value = ''] = /^--(discs|kills|redis|seed)=(\d+)$/.exec(word) ?? [];
    if (name === '') throw new Error(`\`${word}\` is no word of this trial: use --discs=N, --kills=N, --redis=N or --seed=N.`);
    plan[name] = Number(value);
  }
  return plan as unknown as HanoiPlan;
}

/** Runs towers until both kinds of kills are done. @returns whether all was as it should be */
export async function soakHanoi(plan: HanoiPlan, say: Say): Promise<boolean> {
  say(`towers-of-hanoi-${plan.discs}, ${plan.kills} kills of the worker and ${plan.redis} of Redis, --seed=${plan.seed}`);
  const draw = drawn(plan.seed);
  const faults: string[] = [];
  const town = await HanoiTown.begin();
  try {
    for (const [whom, wanted] of [
      ['worker', plan.kills],
      ['redis', plan.redis],
    ] as const) {
      const start = performance.now();
      const tally: Tally = { runs: 0, kills: 0, late: 0, moments: [], faults: [] };
      while (tally.kills < wanted && tally.faults.length === 0) await towerUnder(town, plan, whom, wanted, tally, draw);
      const seconds = ((performance.now() - start) / 1000).toFixed(0);
      say(
        `${whom === 'redis' ? 'Redis' : 'worker'} killed ${tally.kills} times in ${tally.runs} runs of ${2 ** plan.discs - 1} moves (${tally.late} kills after the end do not count), ${seconds} s: ${tally.faults.length === 0 ? 'each move once, each tower solved' : 'NOT GOOD'}`,
      );
      faults.push(...tally.faults);
    }
  } finally {
    faults.push(...(await town.end()));
  }
  for (const fault of faults.slice(0, 20)) say(`  ${fault}`);
  return faults.length === 0;
}

/** One tower, killed under as often as is still wanted, then left alone until it is solved, and proved. */
async function towerUnder(
  at: HanoiTown,
  { discs }: HanoiPlan,
  whom: 'worker' | 'redis',
  wanted: number,
  tally: Tally,
  draw: Draw,
): Promise<void> {
  tally.runs++;
  const ledger = join(at.town.dir, `ledger-${whom}-${tally.runs}`);
  const before = at.worker.closes;
  const mol = await at.pour(discs, ledger);
  for (let since = before; tally.kills < wanted; since = 0) {
    await at.until('the first close', () => at.isOver(mol.id) || at.worker.closes > since);
    if (at.isOver(mol.id)) break;
    const moment = upTo(draw, MOMENT_MS);
    await new Promise((resolve) => setTimeout(resolve, moment));
    await at.kill(whom);
    if (at.isOver(mol.id)) tally.late++;
    else {
      tally.kills++;
      tally.moments.push(moment);
    }
  }
  await at.until(`${mol.id} is solved`, () => at.isOver(mol.id), 900_000);
  tally.faults.push(...(await faultsOf(at, mol, discs, at.readLedger(ledger))).map((fault) => `${mol.id}: ${fault}`));
}

/** What is wrong with a tower that has ended: nothing, when ledger, books and events tell the same. */
async function faultsOf({ desk, closes }: HanoiTown, mol: Molecule, discs: number, text: string): Promise<string[]> {
  const { ids, faults } = replay(text, discs);
  const found = [...faults];
  const steps = await desk.books.readMany('step', await desk.books.index(`steps.closed:${mol.id}`));
  const open = await desk.books.count(`steps.open:${mol.id}`);
  if (open > 0 || steps.length !== mol.planned)
    found.push(`${steps.length} of ${mol.planned} steps have closed, ${open} are open`);
  const moves = steps.filter(({ exec }) => exec === 'command').map(({ key }) => key);
  if (moves.join(' ') !== ids.join(' ')) found.push('the ledger has other moves than the molecule');
  for (const { id, closed } of steps) {
    const times = closes.get(id) ?? 0;
    if (times !== 1) found.push(`${id} has closed ${times} times`);
    if (closed?.outcome !== 'done') found.push(`${id} is ${closed?.outcome}`);
  }
  return found;
}
